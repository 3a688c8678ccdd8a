package dev.unbusy.api;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tools of a request being written for a worker as functions. For one request. */
final class DialectTools {
    private final JsonBytes json;
    private final Set<String> names = new HashSet<>();

    DialectTools(JsonBytes json) {
        this.json = json;
    }

    /** @param path of the list */
    void open(String path, int size) {
        if (size > ToolDefinition.MAX_TOOLS) {
            throw ApiError.invalidValue(
                            path, "has " + size + " entries; at most " + ToolDefinition.MAX_TOOLS + " are allowed")
                    .exception();
        }
        json.key("tools").open('[');
    }

    /**
     * @param tool has name and description, and perhaps {@code strict}
     * @param schemaName of the member with the arguments' schema
     */
    void add(JsonFields tool, String schemaName, @Nullable Boolean strict) {
        add(tool, tool.requiredName("name", ToolDefinition.MAX_NAME), schemaName, strict);
    }

    /** @param name under which the model knows it, checked */
    void add(JsonFields tool, String name, String schemaName, @Nullable Boolean strict) {
        if (!names.add(name)) {
            throw ApiError.invalidValue(
                            tool.path("name"), "is " + name + ", as another tool's is; give each its own name")
                    .exception();
        }
        json.open('{').key("type").string("function").key("function").open('{');
        json.key("name").string(name);
        String description = tool.optionalString("description");
        if (description != null) {
            json.key("description").string(description);
        }
        Object schema = tool.value(schemaName);
        if (schema != null) {
            String path = tool.path(schemaName);
            Map<String, @Nullable Object> checked = JsonSchemas.checked(path, schema);
            Object type = checked.get("type");
            if (type != null && !type.equals("object")) {
                throw ApiError.outOfRange(path + ".type", type, "object, since arguments are one")
                        .exception();
            }
            json.key("parameters").value(checked);
        }
        if (strict != null) {
            json.key("strict").bool(strict);
        }
        json.close('}').close('}');
    }

    void close() {
        json.close(']');
    }

    /** The model must call this one. */
    void choose(String path, String name) {
        if (!names.contains(name)) {
            throw ApiError.outOfRange(path, name, "the name of one of the 'tools'")
                    .exception();
        }
        json.key("tool_choice").open('{').key("type").string("function").key("function");
        json.open('{').key("name").string(name).close('}').close('}');
    }

    /** @param word none, auto or required */
    void choose(String path, String word, String shown) {
        if (names.isEmpty() && word.equals("required")) {
            throw ApiError.invalidValue(path, "is " + shown + ", but there are no 'tools'; send them")
                    .exception();
        }
        json.key("tool_choice").string(word);
    }
}
