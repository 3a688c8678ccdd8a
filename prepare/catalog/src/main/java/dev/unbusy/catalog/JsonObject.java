package dev.unbusy.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose fields may be missing or of another type than expected: then they read as null or empty. For data
 * files, manifests and the answers of hubs; read by streaming, since data binding costs a cold start more than the
 * rest of it together. Bounded in depth and in the length of its parts.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(1 << 20)
                    .maxNameLength(1 << 12)
                    .maxNumberLength(100)
                    .build())
            .build();

    private final Map<String, @Nullable Object> fields;

    private JsonObject(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    /** @throws IOException if the bytes are no JSON object */
    public static JsonObject parse(byte[] json) throws IOException {
        List<JsonObject> objects = wrap(value(json));
        if (objects.size() != 1) {
            throw new IOException("not a JSON object");
        }
        return objects.getFirst();
    }

    /** Reads an array of objects; a single object counts as an array of one, elements that are no objects are left out. */
    public static List<JsonObject> parseAll(byte[] json) throws IOException {
        return wrap(value(json));
    }

    public @Nullable String string(String key) {
        return fields.get(key) instanceof String string ? string : null;
    }

    public @Nullable Long whole(String key) {
        return fields.get(key) instanceof Long whole ? whole : null;
    }

    public @Nullable JsonObject object(String key) {
        List<JsonObject> objects = wrap(fields.get(key));
        return objects.isEmpty() ? null : objects.getFirst();
    }

    public List<JsonObject> objects(String key) {
        return wrap(fields.get(key));
    }

    public List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        if (fields.get(key) instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof String string) {
                    strings.add(string);
                }
            }
        }
        return strings;
    }

    public List<String> keys() {
        return List.copyOf(fields.keySet());
    }

    /** Writes maps, lists, strings, numbers, booleans and null as indented JSON. */
    public static byte[] write(Map<String, ? extends @Nullable Object> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(out).useDefaultPrettyPrinter()) {
            write(generator, fields);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> map -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    generator.writeFieldName(String.valueOf(entry.getKey()));
                    write(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            case List<?> list -> {
                generator.writeStartArray();
                for (Object element : list) {
                    write(generator, element);
                }
                generator.writeEndArray();
            }
            case Long number -> generator.writeNumber(number);
            case Integer number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            case Boolean bool -> generator.writeBoolean(bool);
            default -> generator.writeString(value.toString());
        }
    }

    private static @Nullable Object value(byte[] json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new IOException("empty");
            }
            Object value = value(parser, first);
            if (parser.nextToken() != null) {
                throw new IOException("more behind the JSON value");
            }
            return value;
        } catch (StreamReadException e) {
            // The original message quotes the source, which may be anything.
            throw new IOException("not JSON, at " + e.getLocation().offsetDescription(), e);
        }
    }

    private static @Nullable Object value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    map.put(name, value(parser, parser.nextToken()));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(value(parser, next));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT, LONG -> (Object) parser.getLongValue();
                    default -> parser.getDoubleValue();
                };
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    @SuppressWarnings("unchecked") // value() makes maps with string keys only
    private static List<JsonObject> wrap(@Nullable Object value) {
        List<JsonObject> objects = new ArrayList<>();
        if (value instanceof Map<?, ?> map) {
            objects.add(new JsonObject((Map<String, @Nullable Object>) map));
        } else if (value instanceof List<?> list) {
            list.forEach(element -> {
                if (element instanceof Map<?, ?> map) {
                    objects.add(new JsonObject((Map<String, @Nullable Object>) map));
                }
            });
        }
        return objects;
    }
}
