package dev.unbusy.api;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object that was read as plain values, for parts of a request that must be kept as they are: every
 * complaint names the member's path. Null means absent. The path of a whole body is empty.
 */
final class JsonFields {
    private final String path;
    private final Map<?, ?> values;

    private JsonFields(String path, Map<?, ?> values) {
        this.path = path;
        this.values = values;
    }

    static JsonFields of(String path, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw ApiError.wrongType(path, "an object", found(value)).exception();
        }
        return new JsonFields(path, map);
    }

    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** @throws ApiException if there is a member that nobody knows */
    JsonFields knownOnly(String... names) {
        Set<String> known = Set.of(names);
        for (Object name : values.keySet()) {
            if (!known.contains(name)) {
                throw ApiError.unknownParameter(path(String.valueOf(name)), null)
                        .exception();
            }
        }
        return this;
    }

    @Nullable
    Object value(String name) {
        return values.get(name);
    }

    Object required(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw ApiError.missing(path(name)).exception();
        }
        return value;
    }

    String requiredString(String name) {
        return string(name, required(name));
    }

    @Nullable
    String optionalString(String name) {
        Object value = values.get(name);
        return value == null ? null : string(name, value);
    }

    private String string(String name, Object value) {
        if (!(value instanceof String text)) {
            throw ApiError.wrongType(path(name), "a string", found(value)).exception();
        }
        return text;
    }

    boolean flag(String name) {
        Object value = values.get(name);
        if (value != null && !(value instanceof Boolean)) {
            throw ApiError.wrongType(path(name), "true or false", found(value)).exception();
        }
        return Boolean.TRUE.equals(value);
    }

    JsonFields requiredObject(String name) {
        return of(path(name), required(name));
    }

    /**
     * A name of letters, digits, {@code _} and {@code -}, as functions and schemas have.
     *
     * @param most characters
     */
    String requiredName(String name, int most) {
        String text = requiredString(name);
        if (text.isEmpty() || text.length() > most || !text.matches("[A-Za-z0-9_-]*")) {
            throw ApiError.outOfRange(
                            path(name),
                            text.isEmpty() ? "empty" : text,
                            "1 to " + most + " letters, digits, '_' and '-'")
                    .exception();
        }
        return text;
    }

    static String found(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> map -> "an object";
            case List<?> list -> "a list";
            case String text -> "a string";
            case Boolean flag -> "true or false";
            case Double number -> "a decimal number";
            case Float number -> "a decimal number";
            default -> "an integer";
        };
    }
}
