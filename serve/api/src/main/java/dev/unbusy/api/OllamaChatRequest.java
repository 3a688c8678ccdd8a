package dev.unbusy.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code POST /api/chat} of Ollama. Its calls of tools have objects for arguments and often no ids; results then answer
 * the first open call of their {@code tool_name}, or the first open one at all. A chat without messages only has the model
 * loaded.
 */
final class OllamaChatRequest {
    private final DialectMessages messages;
    private int callsWithoutId;

    private OllamaChatRequest(JsonBytes json) {
        messages = new DialectMessages(json, "messages", "message with role tool");
    }

    static DialectRequest of(JsonFields fields) {
        String model = DialectFields.model(fields);
        boolean stream = OllamaOptions.stream(fields);
        List<?> list = DialectFields.list(fields, "messages");
        JsonBytes json = new JsonBytes(1024);
        DialectFields.stream(json, stream);
        boolean load = list.isEmpty();
        if (!load) {
            new OllamaChatRequest(json).write(list);
            OllamaOptions.sampling(json, fields);
            OllamaOptions.form(json, fields);
            tools(json, fields);
        }
        byte[] members = json.close('}').toBytes();
        return new DialectRequest(
                model,
                stream,
                load ? DialectRequest.Route.NONE : DialectRequest.Route.CHAT,
                members,
                head -> new OllamaAnswer(head, stream, true, load));
    }

    private static void tools(JsonBytes json, JsonFields fields) {
        List<?> list = DialectFields.list(fields, "tools");
        if (list.isEmpty()) {
            return;
        }
        DialectTools tools = new DialectTools(json);
        tools.open("tools", list.size());
        for (int i = 0; i < list.size(); i++) {
            JsonFields tool = JsonFields.of("tools[" + i + "]", list.get(i));
            String type = tool.optionalString("type");
            if (type != null && !type.equals("function")) {
                throw ApiError.unsupported(
                                tool.path("type"), "tools of type function are known, not " + ApiError.quote(type))
                        .exception();
            }
            tools.add(tool.requiredObject("function"), "parameters", null);
        }
        tools.close();
    }

    private void write(List<?> list) {
        for (int i = 0; i < list.size(); i++) {
            JsonFields message = JsonFields.of("messages[" + i + "]", list.get(i));
            String role = message.requiredString("role");
            DialectFields.refuse(message, "images", "the model reads text; leave them out");
            String content = message.optionalString("content");
            String text = content == null ? "" : content;
            switch (role) {
                case "system", "user" -> messages.text(role, text);
                case "assistant" -> {
                    List<DialectMessages.Call> calls = calls(message);
                    messages.assistant(message.optionalString("thinking"), text, calls, false);
                }
                case "tool" -> result(message, text);
                default ->
                    throw ApiError.outOfRange(message.path("role"), role, "system, user, assistant or tool")
                            .exception();
            }
        }
        messages.end();
    }

    private List<DialectMessages.Call> calls(JsonFields message) {
        List<?> list = DialectFields.list(message, "tool_calls");
        List<DialectMessages.Call> calls = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            String path = message.path("tool_calls") + "[" + i + "]";
            JsonFields call = JsonFields.of(path, list.get(i));
            JsonFields function = call.requiredObject("function");
            Object arguments = function.value("arguments");
            if (arguments != null && !(arguments instanceof Map)) {
                throw ApiError.wrongType(function.path("arguments"), "an object", JsonFields.found(arguments))
                        .exception();
            }
            String id = call.optionalString("id");
            calls.add(new DialectMessages.Call(
                    path,
                    id == null || id.isEmpty() ? "call_" + callsWithoutId++ : id,
                    DialectFields.nonEmpty(function, "name"),
                    DialectFields.text(arguments == null ? Map.of() : arguments)));
        }
        return calls;
    }

    private void result(JsonFields message, String text) {
        String id = message.optionalString("tool_call_id");
        if (id == null || id.isEmpty()) {
            String name = message.optionalString("tool_name");
            id = messages.openCall(name == null ? message.optionalString("name") : name);
            if (id == null) {
                throw ApiError.invalidValue(
                                message.path("role"),
                                "is tool, but no call before it is open; send the assistant's message with its"
                                        + " 'tool_calls'")
                        .exception();
            }
        }
        messages.result(message.path("tool_call_id"), id, text);
    }
}
