package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object read field by field, with every complaint naming its path ({@code messages[2].role}), what was found and
 * what is wanted. No tree is built. A field given twice is refused: two readers may take different ones.
 */
final class JsonBody {
    static final int MAX_DEPTH = 64;
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE) // the body's own limit holds
                    .maxNameLength(1_024)
                    .maxNumberLength(400)
                    .build())
            // Names come from strangers: they are not worth a place in the JVM's table of strings.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final JsonParser parser;
    /** The object being read inside the body, for instance {@code messages[2].}; empty at the top. */
    private String prefix = "";

    private JsonBody(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads the fields of the body's object; called when the object has been opened. */
    @FunctionalInterface
    interface Reader<T> {
        T read(JsonBody body) throws IOException;
    }

    /** @throws ApiException for everything that is wrong with the bytes */
    static <T> T parse(byte[] bytes, Reader<T> reader) {
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            JsonBody body = new JsonBody(parser);
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw ApiError.emptyBody().exception();
            }
            if (first != JsonToken.START_OBJECT) {
                throw ApiError.notAnObject(body.found()).exception();
            }
            T result = reader.read(body);
            if (parser.nextToken() != null) {
                throw trailing(parser);
            }
            return result;
        } catch (JsonProcessingException e) {
            throw invalid(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // cannot be: the bytes are in memory
        }
    }

    static ApiException trailing(JsonParser parser) {
        JsonLocation at = parser.currentTokenLocation();
        return ApiError.invalidJson(at.getLineNr(), at.getColumnNr(), "something follows the object")
                .exception();
    }

    static ApiException invalid(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        if (e instanceof StreamConstraintsException) {
            return ApiError.invalidJson(line(e), column(e), ApiError.quote(message))
                    .exception();
        }
        if (message.startsWith("Duplicate field '")) {
            return ApiError.duplicateField(message.substring("Duplicate field '".length(), message.length() - 1))
                    .exception();
        }
        int end = message.indexOf('\n');
        String first = end < 0 ? message : message.substring(0, end);
        String detail = first.replaceAll(" \\(code \\d+[^)]*\\)", "").replaceAll("\\.$", "");
        return ApiError.invalidJson(line(e), column(e), ApiError.quote(detail)).exception();
    }

    private static int line(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
    }

    private static int column(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
    }

    JsonParser parser() {
        return parser;
    }

    /** Moves to the next field's value. False at the object's end. */
    boolean nextField() throws IOException {
        if (parser.nextToken() == JsonToken.END_OBJECT) {
            return false;
        }
        parser.nextToken();
        return true;
    }

    String field() throws IOException {
        return parser.currentName();
    }

    /** Path of the current field. */
    String path() throws IOException {
        return prefix + parser.currentName();
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    /** Reads the fields of the object that the parser stands at; complaints get its path. */
    void object(String path, FieldReader reader) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw ApiError.wrongType(path, "an object", found()).exception();
        }
        String outer = prefix;
        prefix = path + ".";
        while (nextField()) {
            reader.read(field());
        }
        prefix = outer;
    }

    /** Called with the parser at the value of each field; must consume it. */
    @FunctionalInterface
    interface FieldReader {
        void read(String name) throws IOException;
    }

    String string() throws IOException {
        return string(path());
    }

    String string(String path) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw ApiError.wrongType(path, "a string", found()).exception();
        }
        return parser.getText();
    }

    boolean bool() throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default ->
                throw ApiError.wrongType(path(), "true or false", found()).exception();
        };
    }

    long integer(long min, long max) throws IOException {
        return integer(path(), min, max);
    }

    long integer(String path, long min, long max) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw ApiError.wrongType(path, "an integer", found()).exception();
        }
        boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!fits || parser.getLongValue() < min || parser.getLongValue() > max) {
            throw ApiError.outOfRange(path, parser.getText(), range(min, max)).exception();
        }
        return parser.getLongValue();
    }

    double number(double min, double max) throws IOException {
        return number(path(), min, max);
    }

    double number(String path, double min, double max) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                && parser.currentToken() != JsonToken.VALUE_NUMBER_FLOAT) {
            throw ApiError.wrongType(path, "a number", found()).exception();
        }
        double value = Double.parseDouble(parser.getText());
        if (!(value >= min && value <= max)) {
            throw ApiError.outOfRange(path, parser.getText(), "from " + plain(min) + " to " + plain(max))
                    .exception();
        }
        return value;
    }

    /** The value as plain Java: null, Boolean, Long, BigInteger, Double, String, List or Map in the order given. */
    @Nullable
    Object value() throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> {
                double value = Double.parseDouble(parser.getText());
                if (!Double.isFinite(value)) {
                    throw ApiError.outOfRange(path(), parser.getText(), "a number that fits 64 bits")
                            .exception();
                }
                yield value;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value());
                }
                yield list;
            }
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value());
                }
                yield map;
            }
            default -> throw new IllegalStateException("token " + parser.currentToken());
        };
    }

    /** The kind of the current value in words. */
    String found() {
        return found(parser.currentToken());
    }

    static String found(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a decimal number";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NULL -> "null";
            default -> token.name().toLowerCase(Locale.ROOT);
        };
    }

    private static String range(long min, long max) {
        if (max >= Integer.MAX_VALUE) {
            return max == Long.MAX_VALUE && min == Long.MIN_VALUE ? "an integer of 64 bits" : "at least " + min;
        }
        return "from " + min + " to " + max;
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
