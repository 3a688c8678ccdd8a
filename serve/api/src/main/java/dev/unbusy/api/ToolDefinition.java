package dev.unbusy.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function that the model may call.
 *
 * @param name letters, digits, {@code _} and {@code -}; at most 128, as DeepSeek documents it (OpenAI: 64)
 * @param parameters JSON schema of the arguments, an object's; null for none
 * @param strict the arguments must follow the schema
 * @param raw the whole tool as chat templates read it: as it came, without members that are null
 */
public record ToolDefinition(
        String name,
        @Nullable String description,
        @Nullable Map<String, @Nullable Object> parameters,
        boolean strict,
        Map<String, @Nullable Object> raw) {

    public static final int MAX_TOOLS = 128;
    static final int MAX_NAME = 128;

    static List<ToolDefinition> listOf(@Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw ApiError.wrongType("tools", "a list of tools", JsonFields.found(value))
                    .exception();
        }
        if (list.size() > MAX_TOOLS) {
            throw ApiError.invalidValue(
                            "tools", "has " + list.size() + " entries; at most " + MAX_TOOLS + " are allowed")
                    .exception();
        }
        List<ToolDefinition> tools = new ArrayList<>(list.size());
        Set<String> names = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            ToolDefinition tool = of("tools[" + i + "]", list.get(i));
            if (!names.add(tool.name)) {
                throw ApiError.invalidValue(
                                "tools[" + i + "].function.name",
                                "is " + tool.name + ", as another tool's is; give each its own name")
                        .exception();
            }
            tools.add(tool);
        }
        return List.copyOf(tools);
    }

    private static ToolDefinition of(String path, @Nullable Object value) {
        JsonFields tool = JsonFields.of(path, value);
        String type = tool.requiredString("type");
        if (!type.equals("function")) {
            throw ApiError.unsupported(
                            tool.path("type"), "tools of type function are known, not " + ApiError.quote(type))
                    .exception();
        }
        tool.knownOnly("type", "function");
        JsonFields function = tool.requiredObject("function").knownOnly("name", "description", "parameters", "strict");
        String name = function.requiredName("name", MAX_NAME);
        String description = function.optionalString("description");
        boolean strict = function.flag("strict");
        Map<String, @Nullable Object> parameters = parameters(function);
        Map<String, @Nullable Object> raw = new LinkedHashMap<>();
        for (String member : List.of("name", "description", "parameters", "strict")) {
            if (function.value(member) != null) {
                raw.put(member, function.value(member));
            }
        }
        return new ToolDefinition(name, description, parameters, strict, Map.of("type", type, "function", raw));
    }

    private static @Nullable Map<String, @Nullable Object> parameters(JsonFields function) {
        Object value = function.value("parameters");
        if (value == null) {
            return null;
        }
        String path = function.path("parameters");
        Map<String, @Nullable Object> schema = JsonSchemas.checked(path, value);
        Object type = schema.get("type");
        if (type != null && !type.equals("object")) {
            throw ApiError.outOfRange(path + ".type", type, "object, since arguments are one")
                    .exception();
        }
        return schema;
    }
}
