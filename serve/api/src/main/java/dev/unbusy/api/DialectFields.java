package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Members of a dialect's request that are numbers, switches or lists, checked. Null: the request does not say. */
final class DialectFields {
    static final int MAX_STOP_CHARS = 1_024;
    private static final int MAX_USER_CHARS = 512;

    private DialectFields() {}

    static @Nullable Long integer(JsonFields fields, String name, long min, long max) {
        Object value = fields.value(name);
        if (value == null) {
            return null;
        }
        // Clients in languages with one type of number send 5.0.
        Object whole =
                value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15 ? (Object) d.longValue() : value;
        if (!(whole instanceof Number) || whole instanceof Double) {
            throw ApiError.wrongType(fields.path(name), "an integer", JsonFields.found(value))
                    .exception();
        }
        if (!(whole instanceof Long number) || number < min || number > max) {
            String range = max == Long.MAX_VALUE ? "an integer of 64 bits" : "an integer from " + min + " to " + max;
            throw ApiError.outOfRange(fields.path(name), value, range).exception();
        }
        return number;
    }

    static @Nullable Double number(JsonFields fields, String name, double min, double max) {
        Object value = fields.value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number)) {
            throw ApiError.wrongType(fields.path(name), "a number", JsonFields.found(value))
                    .exception();
        }
        double found = number.doubleValue();
        if (!(found >= min && found <= max)) {
            throw ApiError.outOfRange(fields.path(name), value, "from " + min + " to " + max)
                    .exception();
        }
        return found;
    }

    static @Nullable Boolean bool(JsonFields fields, String name) {
        return fields.value(name) == null ? null : (Boolean) fields.flag(name);
    }

    /** Empty where there is none. */
    static List<?> list(JsonFields fields, String name) {
        Object value = fields.value(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw ApiError.wrongType(fields.path(name), "a list", JsonFields.found(value))
                    .exception();
        }
        return list;
    }

    static @Nullable JsonFields object(JsonFields fields, String name) {
        Object value = fields.value(name);
        return value == null ? null : JsonFields.of(fields.path(name), value);
    }

    static String model(JsonFields fields) {
        String model = fields.requiredString("model");
        if (model.isBlank()) {
            throw ApiError.missing(fields.path("model")).exception();
        }
        return model;
    }

    /** Of a call: its id or name. */
    static String nonEmpty(JsonFields call, String name) {
        String text = call.requiredString(name);
        if (text.isEmpty()) {
            throw ApiError.invalidValue(call.path(name), "is empty; send what the call came with")
                    .exception();
        }
        return text;
    }

    /** A plain value as JSON text. */
    static String text(Object value) {
        return new String(new JsonBytes(128).value(value).toBytes(), UTF_8);
    }

    /** @throws ApiException where the member says anything */
    static void refuse(JsonFields fields, String name, String fix) {
        Object value = fields.value(name);
        if (value != null && !value.equals(List.of()) && !value.equals(false) && !value.equals("")) {
            throw ApiError.unsupported(fields.path(name), fix).exception();
        }
    }

    /** Texts that end the answer, as a list. */
    static void stops(JsonBytes json, JsonFields fields, String name) {
        List<?> stops = list(fields, name);
        if (stops.isEmpty()) {
            return;
        }
        if (stops.size() > SamplingOptions.MAX_STOPS) {
            throw ApiError.invalidValue(fields.path(name), "has more than " + SamplingOptions.MAX_STOPS + " entries")
                    .exception();
        }
        json.key("stop").open('[');
        for (int i = 0; i < stops.size(); i++) {
            String path = fields.path(name) + "[" + i + "]";
            if (!(stops.get(i) instanceof String text)) {
                throw ApiError.wrongType(path, "a string", JsonFields.found(stops.get(i)))
                        .exception();
            }
            if (text.isEmpty() || text.length() > MAX_STOP_CHARS) {
                throw ApiError.invalidValue(path, "must have 1 to " + MAX_STOP_CHARS + " characters")
                        .exception();
            }
            json.string(text);
        }
        json.close(']');
    }

    /** Whose cache and schedule the request belongs to. */
    static void user(JsonBytes json, JsonFields fields, String name) {
        String user = fields.optionalString(name);
        if (user == null) {
            return;
        }
        if (user.length() > MAX_USER_CHARS) {
            throw ApiError.invalidValue(
                            fields.path(name),
                            "has " + user.length() + " characters; at most " + MAX_USER_CHARS + " are allowed")
                    .exception();
        }
        json.key("user").string(user);
    }

    /** @param path of the word */
    static void effort(JsonBytes json, String path, @Nullable String word) {
        if (word == null) {
            return;
        }
        ReasoningEffort effort = ReasoningEffort.of(word);
        if (effort == null) {
            throw ApiError.invalidValue(path, "must be " + ReasoningEffort.WORDS)
                    .exception();
        }
        json.key("reasoning_effort").string(effort.word());
    }

    static void put(JsonBytes json, String name, @Nullable Long value) {
        if (value != null) {
            json.key(name).number(value.longValue());
        }
    }

    static void put(JsonBytes json, String name, @Nullable Double value) {
        if (value != null) {
            json.key(name).number(value.doubleValue());
        }
    }

    /** Whether the answer streams. A stream is asked for its usage: dialects tell it at their end. */
    static void stream(JsonBytes json, boolean stream) {
        json.key("stream").bool(stream);
        if (stream) {
            json.key("stream_options").open('{').key("include_usage").bool(true).close('}');
        }
    }

    /** The answer's form as a JSON schema. */
    static void schema(JsonBytes json, String name, String path, @Nullable Object schema, boolean strict) {
        json.key("response_format").open('{').key("type").string("json_schema").key("json_schema");
        json.open('{').key("name").string(name).key("schema").value(JsonSchemas.checked(path, schema));
        json.key("strict").bool(strict).close('}').close('}');
    }
}
