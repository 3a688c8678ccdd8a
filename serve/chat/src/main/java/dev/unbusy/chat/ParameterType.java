package dev.unbusy.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a parameter's values are strings. It matters where a model writes strings without quotes, as DeepSeek's DSML and
 * Qwen3-Coder's tags want them.
 */
enum ParameterType {
    /** A string, or null. */
    TEXT,
    /** Numbers, booleans, lists, objects: never a string. */
    JSON,
    /** The schema allows both, or says nothing. */
    EITHER;

    private static final int MAX_REFERENCES = 16;

    /** @param root the schema that local references ({@code #/…}) point into */
    static ParameterType of(@Nullable Object schema, Map<String, @Nullable Object> root) {
        return of(schema, root, 0);
    }

    private static ParameterType of(@Nullable Object schema, Map<String, @Nullable Object> root, int references) {
        if (!(schema instanceof Map<?, ?> map) || references > MAX_REFERENCES) {
            return EITHER;
        }
        if (map.get("$ref") instanceof String reference) {
            return of(JsonPointer.resolve(reference, root), root, references + 1);
        }
        if (map.get("type") instanceof String type) {
            return ofName(type);
        }
        if (map.get("type") instanceof List<?> types && !types.isEmpty()) {
            return types.stream()
                    .map(type -> ofName(String.valueOf(type)))
                    .reduce(ParameterType::and)
                    .orElse(EITHER);
        }
        if (map.containsKey("const")) {
            return ofValue(map.get("const"));
        }
        if (map.get("enum") instanceof List<?> values && !values.isEmpty()) {
            return values.stream()
                    .map(ParameterType::ofValue)
                    .reduce(ParameterType::and)
                    .orElse(EITHER);
        }
        for (String union : List.of("anyOf", "oneOf")) {
            if (map.get(union) instanceof List<?> options && !options.isEmpty()) {
                return options.stream()
                        .map(option -> of(option, root, references + 1))
                        .reduce(ParameterType::and)
                        .orElse(EITHER);
            }
        }
        return map.containsKey("properties") || map.containsKey("items") ? JSON : EITHER;
    }

    private static ParameterType ofName(String type) {
        return type.equals("string") ? TEXT : JSON;
    }

    private static ParameterType ofValue(@Nullable Object value) {
        return value instanceof String ? TEXT : JSON;
    }

    private ParameterType and(ParameterType other) {
        return this == other ? this : EITHER;
    }
}
