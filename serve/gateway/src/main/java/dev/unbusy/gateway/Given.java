package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one call of the admin API, from its query or its JSON body. What is of the wrong type, and what nobody asked
 * for, is refused by name.
 */
final class Given {
    private static final int MAX_BODY_CHARS = 65_536;

    private final Map<String, @Nullable Object> values;
    private final Set<String> asked = new HashSet<>();

    private Given(Map<String, @Nullable Object> values) {
        this.values = values;
    }

    /** @param body a JSON object; an empty one may be left out */
    static Given inBody(String body) {
        if (body.isBlank()) {
            return new Given(Map.of());
        }
        if (body.length() > MAX_BODY_CHARS) {
            throw ApiError.bodyTooLarge(MAX_BODY_CHARS).exception();
        }
        Object read;
        try {
            read = PlainJson.read(body.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ApiException(
                    new ApiError(400, "The body is not valid JSON.", "invalid_request_error", null, "invalid_json", 0));
        }
        if (!(read instanceof Map<?, ?> map)) {
            throw ApiError.notAnObject("another value").exception();
        }
        Map<String, @Nullable Object> values = new HashMap<>();
        map.forEach((name, value) -> values.put(String.valueOf(name), value));
        return new Given(values);
    }

    /** @param query as sent, without the question mark */
    static Given inQuery(String query) {
        Map<String, @Nullable Object> values = new HashMap<>();
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                if (values.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1))) != null) {
                    throw ApiError.duplicateField(name).exception();
                }
            }
        }
        return new Given(values);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiError.invalidValue(ApiError.quote(text), "is not percent-encoded as it should be")
                    .exception();
        }
    }

    /** Null where it is not given. */
    @Nullable
    String text(String name) {
        return switch (value(name)) {
            case null -> null;
            case String text -> text;
            case Object other -> throw wrong(name, "a string", other);
        };
    }

    String requiredText(String name) {
        String text = text(name);
        if (text == null) {
            throw ApiError.missing(name).exception();
        }
        return text;
    }

    /** A whole number; from a query too. Null where it is not given. */
    @Nullable
    Long number(String name) {
        return switch (value(name)) {
            case null -> null;
            case Number number
            when Math.rint(number.doubleValue()) == number.doubleValue()
                    && Math.abs(number.doubleValue()) <= 1L << 53 -> number.longValue();
            case String text when text.matches("-?[0-9]{1,18}") -> Long.parseLong(text);
            case Object other -> throw wrong(name, "a whole number", other);
        };
    }

    long number(String name, long otherwise) {
        Long number = number(name);
        return number == null ? otherwise : number;
    }

    int count(String name, int otherwise) {
        long number = number(name, otherwise);
        if (number < Integer.MIN_VALUE || number > Integer.MAX_VALUE) {
            throw ApiError.outOfRange(name, number, "at most " + Integer.MAX_VALUE)
                    .exception();
        }
        return (int) number;
    }

    /** A list of strings; empty where it is not given. */
    List<String> texts(String name) {
        Object value = value(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(name, "a list of strings", value);
        }
        List<String> texts = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof String text)) {
                throw wrong(name, "a list of strings", value);
            }
            texts.add(text);
        }
        return texts;
    }

    /** @throws ApiException where something was given that nobody asked for */
    void nothingElse() {
        for (String name : values.keySet()) {
            if (!asked.contains(name)) {
                throw new ApiException(new ApiError(
                        400,
                        "Unknown parameter '" + ApiError.quote(name) + "'. Known here: "
                                + String.join(", ", asked.stream().sorted().toList()) + ".",
                        "invalid_request_error",
                        ApiError.quote(name),
                        "unknown_parameter",
                        0));
            }
        }
    }

    private @Nullable Object value(String name) {
        asked.add(name);
        return values.get(name);
    }

    private static ApiException wrong(String name, String wanted, Object found) {
        String words = switch (found) {
            case String text -> "\"" + ApiError.quote(text) + "\"";
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            case List<?> list -> "a list";
            default -> "an object";
        };
        return ApiError.wrongType(name, wanted, words).exception();
    }
}
