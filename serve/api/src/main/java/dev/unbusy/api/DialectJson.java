package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value read into plain Java (null, Boolean, Number, String, List, Map), bounded: a few bytes of JSON become a
 * hundred of objects, so that a body's length alone is no bound.
 */
final class DialectJson {
    static final int MAX_VALUES = 250_000;

    private final JsonParser parser;
    private int values;

    private DialectJson(JsonParser parser) {
        this.parser = parser;
    }

    /** @throws ApiException where the body is no JSON object, too deep, or has too many values */
    static Map<String, @Nullable Object> object(byte[] body) {
        return JsonBody.parse(body, json -> new DialectJson(json.parser()).members());
    }

    /** The value that the parser stands at. */
    static @Nullable Object value(JsonParser parser) throws IOException {
        return new DialectJson(parser).value();
    }

    /** A JSON text of somebody else's; null where it is no object. */
    static @Nullable Map<String, @Nullable Object> objectOrNull(String text) {
        try (JsonParser parser = JsonBody.FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            Map<String, @Nullable Object> members = new DialectJson(parser).members();
            return parser.nextToken() == null ? members : null;
        } catch (IOException | ApiException notJson) {
            return null;
        }
    }

    private Map<String, @Nullable Object> members() throws IOException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            map.put(name, value());
        }
        return map;
    }

    private @Nullable Object value() throws IOException {
        if (++values > MAX_VALUES) {
            throw new ApiError(
                            400,
                            "The body has more than " + MAX_VALUES + " JSON values; send less at once.",
                            ApiError.INVALID_REQUEST,
                            null,
                            "too_many_values",
                            0)
                    .exception();
        }
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> finite();
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value());
                }
                yield list;
            }
            case START_OBJECT -> members();
            default -> throw new IllegalStateException("token " + parser.currentToken());
        };
    }

    private double finite() throws IOException {
        double value = Double.parseDouble(parser.getText());
        if (!Double.isFinite(value)) {
            throw ApiError.outOfRange(
                            String.valueOf(parser.currentName()), parser.getText(), "a number that fits 64 bits")
                    .exception();
        }
        return value;
    }
}
