package dev.unbusy.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the tools of a {@code /v1/responses} request as OpenAI's chat has them, which knows functions only. For one
 * request.
 *
 * <ul>
 *   <li>A namespace, as Codex sends one for each MCP server, is unfolded: the model sees its functions under both names in
 *       one, and a call gets its two names back, without which Codex does not find the function.
 *   <li>Tools of the provider's own that Codex offers unasked are left out: a model need not call what it is offered.
 *   <li>All others are refused.
 * </ul>
 */
final class ResponsesTools {
    private static final List<String> UNASKED = List.of("web_search", "image_generation", "tool_search");

    /** A function in a namespace, by its two names. */
    record Member(String namespace, String name) {}

    /** A tool to be written. */
    private record Found(JsonFields tool, String name) {}

    private final JsonFields fields;
    private final DialectTools tools;
    private final Map<String, Member> members = new HashMap<>();
    private final List<Found> found = new ArrayList<>();

    ResponsesTools(JsonBytes json, JsonFields fields) {
        this.fields = fields;
        tools = new DialectTools(json);
    }

    /** The name under which the model knows a function. */
    static String flat(@Nullable String namespace, String name) {
        if (namespace == null || namespace.isEmpty()) {
            return name;
        }
        return namespace + (namespace.endsWith("__") ? "" : "__") + name;
    }

    /** The functions in namespaces by the names under which the model knows them. */
    Map<String, Member> write(JsonBytes json) {
        List<?> list = DialectFields.list(fields, "tools");
        for (int i = 0; i < list.size(); i++) {
            find(JsonFields.of("tools[" + i + "]", list.get(i)));
        }
        if (!found.isEmpty()) {
            tools.open("tools", found.size());
            for (Found each : found) {
                tools.add(each.tool, each.name, "parameters", DialectFields.bool(each.tool, "strict"));
            }
            tools.close();
        }
        choose();
        Boolean parallel = DialectFields.bool(fields, "parallel_tool_calls");
        if (parallel != null && !found.isEmpty()) {
            json.key("parallel_tool_calls").bool(parallel);
        }
        return Map.copyOf(members);
    }

    private void find(JsonFields tool) {
        String type = tool.requiredString("type");
        if (type.equals("namespace")) {
            String namespace = tool.requiredName("name", ToolDefinition.MAX_NAME);
            List<?> list = DialectFields.list(tool, "tools");
            for (int i = 0; i < list.size(); i++) {
                function(JsonFields.of(tool.path("tools") + "[" + i + "]", list.get(i)), namespace);
            }
        } else if (!UNASKED.contains(type)) {
            function(tool, null);
        }
    }

    private void function(JsonFields tool, @Nullable String namespace) {
        String type = tool.requiredString("type");
        if (!type.equals("function")) {
            throw ApiError.unsupported(
                            tool.path("type"), "tools of type function are known, not " + ApiError.quote(type))
                    .exception();
        }
        String name = tool.requiredName("name", ToolDefinition.MAX_NAME);
        String flat = flat(namespace, name);
        if (flat.length() > ToolDefinition.MAX_NAME) {
            throw ApiError.invalidValue(
                            tool.path("name"),
                            "makes " + flat.length() + " characters with its namespace's name; at most "
                                    + ToolDefinition.MAX_NAME + " are allowed")
                    .exception();
        }
        if (namespace != null) {
            members.put(flat, new Member(namespace, name));
        }
        found.add(new Found(tool, flat));
    }

    private void choose() {
        Object value = fields.value("tool_choice");
        switch (value) {
            case null -> {}
            case String word -> {
                if (!List.of("none", "auto", "required").contains(word)) {
                    throw ApiError.outOfRange(
                                    "tool_choice", word, "none, auto, required or an object that names a function")
                            .exception();
                }
                tools.choose("tool_choice", word, word);
            }
            default -> {
                JsonFields choice = JsonFields.of("tool_choice", value);
                String type = choice.requiredString("type");
                if (!type.equals("function")) {
                    throw ApiError.unsupported(
                                    choice.path("type"),
                                    "send function, none, auto or required, not " + ApiError.quote(type))
                            .exception();
                }
                String name = choice.requiredString("name");
                tools.choose(choice.path("name"), flat(choice.optionalString("namespace"), name));
            }
        }
    }
}
