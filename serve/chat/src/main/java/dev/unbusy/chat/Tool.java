package dev.unbusy.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function that the model may call, as the request defines it.
 *
 * @param parameters JSON schema of its arguments, which are one object; for a function that names none, an object without
 *     members
 * @param strict the arguments must follow the schema whatever the model would rather write
 */
public record Tool(String name, Map<String, @Nullable Object> parameters, boolean strict) {
    private static final Map<String, @Nullable Object> NO_PARAMETERS = Map.of("type", "object", "properties", Map.of());

    /**
     * Reads OpenAI's {@code tools}.
     *
     * @throws ChatException naming the field that is missing or of another type
     */
    public static List<Tool> listOf(List<Map<String, @Nullable Object>> tools) {
        List<Tool> result = new ArrayList<>(tools.size());
        for (int i = 0; i < tools.size(); i++) {
            String path = "tools[" + i + "].function";
            if (!(tools.get(i).get("function") instanceof Map<?, ?> function)) {
                throw ChatException.invalid(
                        path, "is missing; tools of type function are known", "缺失，目前只支持 function 类型的工具");
            }
            if (!(function.get("name") instanceof String name)) {
                throw ChatException.invalid(path + ".name", "is missing or not a string", "缺失或不是字符串");
            }
            result.add(new Tool(
                    name, schema(path, function.get("parameters")), Boolean.TRUE.equals(function.get("strict"))));
        }
        return result;
    }

    private static Map<String, @Nullable Object> schema(String path, @Nullable Object parameters) {
        if (parameters == null) {
            return NO_PARAMETERS;
        }
        if (!(parameters instanceof Map<?, ?> map)) {
            throw ChatException.invalid(path + ".parameters", "is not a JSON schema object", "不是 JSON Schema 对象");
        }
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        map.forEach((key, value) -> schema.put(String.valueOf(key), value));
        return schema;
    }

    /** The same function, of whose arguments nothing is demanded but that they are an object. */
    public Tool withFreeArguments() {
        return new Tool(name, Map.of("type", "object"), false);
    }

    /** The schema of one parameter; null if the function's schema does not name it. */
    @Nullable
    Object parameter(String parameter) {
        return parameters.get("properties") instanceof Map<?, ?> properties ? properties.get(parameter) : null;
    }

    /** Which kinds of JSON values a parameter takes. */
    ParameterType type(String parameter) {
        return ParameterType.of(parameter(parameter), parameters);
    }
}
