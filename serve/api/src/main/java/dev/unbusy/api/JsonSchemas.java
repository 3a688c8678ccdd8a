package dev.unbusy.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bounds on the JSON schemas of a request. What a schema says is checked where a grammar is made of it. */
final class JsonSchemas {
    static final int MAX_VALUES = 20_000;
    static final int MAX_DEPTH = 32;

    private JsonSchemas() {}

    /** The schema as it came. */
    static Map<String, @Nullable Object> checked(String path, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw ApiError.wrongType(path, "a JSON schema object", JsonFields.found(value))
                    .exception();
        }
        count(path, map, 0, 1);
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        map.forEach((key, member) -> schema.put(String.valueOf(key), member));
        return schema;
    }

    private static int count(String path, @Nullable Object value, int before, int depth) {
        if (depth > MAX_DEPTH) {
            throw ApiError.invalidValue(path, "is nested deeper than " + MAX_DEPTH + " levels; flatten it with $defs")
                    .exception();
        }
        int values = before + 1;
        if (values > MAX_VALUES) {
            throw ApiError.invalidValue(path, "holds more than " + MAX_VALUES + " values; make it smaller")
                    .exception();
        }
        if (value instanceof Map<?, ?> map) {
            for (Object member : map.values()) {
                values = count(path, member, values, depth + 1);
            }
        } else if (value instanceof List<?> list) {
            for (Object item : list) {
                values = count(path, item, values, depth + 1);
            }
        }
        return values;
    }
}
