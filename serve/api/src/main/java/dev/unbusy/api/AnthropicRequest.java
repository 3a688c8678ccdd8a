package dev.unbusy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code POST /v1/messages} of Anthropic's API as DeepSeek serves it: {@code budget_tokens}, {@code cache_control} and
 * fields it does not know are ignored; thinking that is not mentioned is the model's own default.
 */
final class AnthropicRequest {
    private AnthropicRequest() {}

    static DialectRequest of(JsonFields fields) {
        String model = DialectFields.model(fields);
        boolean stream = fields.flag("stream");
        JsonBytes json = new JsonBytes(1024);
        DialectFields.stream(json, stream);
        String begun = new AnthropicMessages(json).write(fields);
        sampling(json, fields);
        thinking(json, fields);
        boolean mayCall = tools(json, fields);
        if (mayCall && begun != null) {
            throw ApiError.invalidValue(
                            begun,
                            "is the last message and from the assistant, so it begins the answer, and such an answer"
                                    + " cannot call 'tools'; leave one out")
                    .exception();
        }
        byte[] members = json.close('}').toBytes();
        return new DialectRequest(
                model, stream, DialectRequest.Route.CHAT, members, head -> new AnthropicStream(head, stream));
    }

    private static void sampling(JsonBytes json, JsonFields fields) {
        Long maxTokens = DialectFields.integer(fields, "max_tokens", 1, Integer.MAX_VALUE);
        if (maxTokens == null) {
            throw ApiError.missing("max_tokens").exception();
        }
        DialectFields.put(json, "max_tokens", maxTokens);
        DialectFields.put(json, "temperature", DialectFields.number(fields, "temperature", 0, 2));
        DialectFields.put(json, "top_p", DialectFields.number(fields, "top_p", 0, 1));
        DialectFields.put(json, "top_k", DialectFields.integer(fields, "top_k", 0, 1_000_000));
        DialectFields.stops(json, fields, "stop_sequences");
        JsonFields metadata = DialectFields.object(fields, "metadata");
        if (metadata != null) {
            DialectFields.user(json, metadata, "user_id");
        }
    }

    private static void thinking(JsonBytes json, JsonFields fields) {
        JsonFields thinking = DialectFields.object(fields, "thinking");
        if (thinking != null) {
            String type = thinking.requiredString("type");
            String mapped = switch (type) {
                case "enabled", "adaptive" -> "enabled";
                case "disabled" -> "disabled";
                default ->
                    throw ApiError.outOfRange(thinking.path("type"), type, "enabled, adaptive or disabled")
                            .exception();
            };
            json.key("thinking").open('{').key("type").string(mapped).close('}');
        }
        JsonFields output = DialectFields.object(fields, "output_config");
        if (output == null) {
            return;
        }
        String effort = output.optionalString("effort");
        if ("none".equals(effort)) {
            throw ApiError.invalidValue(
                            output.path("effort"), "is none; to have no thinking send 'thinking' with type disabled")
                    .exception();
        }
        DialectFields.effort(json, output.path("effort"), effort);
        JsonFields format = DialectFields.object(output, "format");
        if (format != null) {
            String type = format.requiredString("type");
            if (!type.equals("json_schema")) {
                throw ApiError.outOfRange(format.path("type"), type, "json_schema")
                        .exception();
            }
            DialectFields.schema(json, "answer", format.path("schema"), format.required("schema"), true);
        }
    }

    /** Whether the answer may call tools. */
    private static boolean tools(JsonBytes json, JsonFields fields) {
        List<?> list = DialectFields.list(fields, "tools");
        DialectTools tools = new DialectTools(json);
        if (!list.isEmpty()) {
            tools.open("tools", list.size());
            for (int i = 0; i < list.size(); i++) {
                JsonFields tool = JsonFields.of("tools[" + i + "]", list.get(i));
                String type = tool.optionalString("type");
                if (type != null && !type.equals("custom")) {
                    throw ApiError.unsupported(
                                    tool.path("type"),
                                    ApiError.quote(type)
                                            + " is a tool that Anthropic runs itself; send tools of your own")
                            .exception();
                }
                tool.required("input_schema");
                tools.add(tool, "input_schema", DialectFields.bool(tool, "strict"));
            }
            tools.close();
        }
        JsonFields choice = DialectFields.object(fields, "tool_choice");
        String type = choice == null ? "auto" : choice.requiredString("type");
        if (choice != null) {
            choose(json, tools, choice, type);
        }
        return !list.isEmpty() && !type.equals("none");
    }

    private static void choose(JsonBytes json, DialectTools tools, JsonFields choice, String type) {
        String path = choice.path("type");
        switch (type) {
            case "auto", "none" -> tools.choose(path, type, type);
            case "any" -> tools.choose(path, "required", type);
            case "tool" -> tools.choose(choice.path("name"), choice.requiredString("name"));
            default ->
                throw ApiError.outOfRange(path, type, "auto, any, tool or none").exception();
        }
        Boolean single = DialectFields.bool(choice, "disable_parallel_tool_use");
        if (single != null) {
            json.key("parallel_tool_calls").bool(!single);
        }
    }

    /** The text blocks of a content, which may be one text; anything else is refused by name. Null where there is none. */
    static @Nullable String texts(String path, @Nullable Object content) {
        if (content == null || content instanceof String) {
            return (String) content;
        }
        if (!(content instanceof List<?> blocks)) {
            throw ApiError.wrongType(path, "a string or a list of blocks", JsonFields.found(content))
                    .exception();
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            JsonFields block = JsonFields.of(path + "[" + i + "]", blocks.get(i));
            String type = block.requiredString("type");
            if (!type.equals("text")) {
                throw refused(block, type);
            }
            text.append(i == 0 ? "" : "\n").append(block.requiredString("text"));
        }
        return text.toString();
    }

    static ApiException refused(JsonFields block, String type) {
        return ApiError.unsupported(
                        block.path("type"),
                        "the model cannot read " + ApiError.quote(type) + " blocks here; send their content as text")
                .exception();
    }
}
