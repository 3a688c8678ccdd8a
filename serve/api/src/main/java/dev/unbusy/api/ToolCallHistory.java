package dev.unbusy.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls and results in a conversation, checked: each call has an id of its own in its message, each result answers one of
 * them, and all are answered before somebody else speaks, as OpenAI's and DeepSeek's APIs demand it.
 */
final class ToolCallHistory {
    private static final int MAX_CALLS = 1_024;

    /** Where the calls are, and the ids that lack a result. */
    private String callsPath = "";

    private final Set<String> open = new LinkedHashSet<>();
    private final Set<String> answered = new HashSet<>();

    /** One message, in order. */
    void message(String path, Map<String, Object> message) {
        if ("tool".equals(message.get("role"))) {
            result(path + ".tool_call_id", (String) message.get("tool_call_id"));
            return;
        }
        end();
        answered.clear();
        if (message.get("tool_calls") instanceof List<?> calls) {
            callsPath = path + ".tool_calls";
            for (Object call : calls) {
                open.add((String) ((Map<?, ?>) call).get("id"));
            }
        }
    }

    private void result(String path, @Nullable String id) {
        if (open.remove(id)) {
            answered.add(String.valueOf(id));
            return;
        }
        String problem = answered.contains(id)
                ? "is answered already; send one result for each call"
                : "is none of the calls of the assistant's message before it; send that message with its 'tool_calls'";
        throw ApiError.invalidValue(path, "is " + ApiError.quote(String.valueOf(id)) + ", which " + problem)
                .exception();
    }

    /** Nothing may lack a result here. */
    void end() {
        if (!open.isEmpty()) {
            throw ApiError.invalidValue(
                            callsPath,
                            "lacks results for " + ApiError.quote(String.join(", ", open))
                                    + "; send a message with role tool for each, right behind")
                    .exception();
        }
    }

    /** The assistant's calls as chat templates read them: id, type, and function with name and arguments. */
    static List<Map<String, Object>> calls(String path, @Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw ApiError.wrongType(path, "a list of tool calls", JsonFields.found(value))
                    .exception();
        }
        if (list.size() > MAX_CALLS) {
            throw ApiError.invalidValue(path, "has more than " + MAX_CALLS + " entries")
                    .exception();
        }
        List<Map<String, Object>> calls = new ArrayList<>(list.size());
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            JsonFields call = JsonFields.of(path + "[" + i + "]", list.get(i));
            Map<String, Object> checked = call(call);
            if (!ids.add((String) checked.get("id"))) {
                throw ApiError.invalidValue(call.path("id"), "is another call's id too; give each call its own")
                        .exception();
            }
            calls.add(checked);
        }
        return calls;
    }

    private static Map<String, Object> call(JsonFields call) {
        String id = call.requiredString("id");
        if (id.isEmpty()) {
            throw ApiError.invalidValue(call.path("id"), "is empty; send the id that the call came with")
                    .exception();
        }
        String type = call.requiredString("type");
        if (!type.equals("function")) {
            throw ApiError.unsupported(
                            call.path("type"), "calls of type function are known, not " + ApiError.quote(type))
                    .exception();
        }
        call.knownOnly("id", "type", "function", "index"); // an index is what streams call it by
        // parsed_arguments is what the official clients make of the arguments.
        JsonFields function = call.requiredObject("function").knownOnly("name", "arguments", "parsed_arguments");
        Map<String, Object> checkedFunction = new LinkedHashMap<>();
        checkedFunction.put("name", name(function));
        checkedFunction.put("arguments", function.requiredString("arguments"));
        Map<String, Object> checked = new LinkedHashMap<>();
        checked.put("id", id);
        checked.put("type", type);
        checked.put("function", checkedFunction);
        return checked;
    }

    /** Not only a tool's: models make names up, and clients send them back. */
    private static String name(JsonFields function) {
        String name = function.requiredString("name");
        if (name.isEmpty()) {
            throw ApiError.invalidValue(function.path("name"), "is empty; send the name that the call came with")
                    .exception();
        }
        return name;
    }
}
