package dev.unbusy.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The form that the answer must have, as {@code response_format} says. */
public sealed interface ResponseFormat {
    /** Any text. */
    record Text() implements ResponseFormat {}

    /** A JSON object. */
    record JsonObject() implements ResponseFormat {}

    /**
     * JSON that follows a schema.
     *
     * @param name what the client calls it
     * @param strict as the request says; the answer follows the schema either way
     */
    record JsonSchema(String name, @Nullable String description, Map<String, @Nullable Object> schema, boolean strict)
            implements ResponseFormat {}

    int MAX_NAME = 64;

    /** As OpenAI's field, for encodings that show it to the model; null for text. */
    default @Nullable Map<String, @Nullable Object> raw() {
        return switch (this) {
            case Text text -> null;
            case JsonObject object -> Map.of("type", "json_object");
            case JsonSchema schema ->
                Map.of("type", "json_schema", "json_schema", Map.of("name", schema.name, "schema", schema.schema));
        };
    }

    static ResponseFormat of(@Nullable Object value) {
        JsonFields format = JsonFields.of("response_format", value);
        String type = format.requiredString("type");
        format.knownOnly("type", "json_schema");
        if (!type.equals("json_schema") && format.value("json_schema") != null) {
            throw ApiError.invalidValue(
                            "response_format.json_schema", "is for the type json_schema, not " + ApiError.quote(type))
                    .exception();
        }
        return switch (type) {
            case "text" -> new Text();
            case "json_object" -> new JsonObject();
            case "json_schema" -> schema(format.requiredObject("json_schema"));
            default ->
                throw ApiError.outOfRange("response_format.type", type, "text, json_object or json_schema")
                        .exception();
        };
    }

    private static JsonSchema schema(JsonFields named) {
        named.knownOnly("name", "description", "schema", "strict");
        return new JsonSchema(
                named.requiredName("name", MAX_NAME),
                named.optionalString("description"),
                JsonSchemas.checked(named.path("schema"), named.required("schema")),
                named.flag("strict"));
    }
}
