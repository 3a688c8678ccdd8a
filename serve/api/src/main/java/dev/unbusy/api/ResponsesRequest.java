package dev.unbusy.api;

import java.util.Map;

/**
 * Reads {@code POST /v1/responses} as DeepSeek serves it: stateless. What refers to something stored is refused; parameters
 * without a meaning here are ignored. The response repeats what it was asked for.
 */
final class ResponsesRequest {
    private static final String STATELESS = "nothing is stored here; send the whole conversation in 'input'";
    private static final int MAX_METADATA = 64;

    private ResponsesRequest() {}

    static DialectRequest of(JsonFields fields) {
        String model = DialectFields.model(fields);
        boolean stream = fields.flag("stream");
        DialectFields.refuse(fields, "previous_response_id", STATELESS);
        DialectFields.refuse(fields, "conversation", STATELESS);
        DialectFields.refuse(fields, "prompt", "prompt templates are stored with the provider; send 'input'");
        DialectFields.refuse(fields, "background", STATELESS);

        JsonBytes json = new JsonBytes(1024);
        DialectFields.stream(json, stream);
        new ResponsesInput(json).write(fields);
        DialectFields.put(json, "max_tokens", DialectFields.integer(fields, "max_output_tokens", 1, Integer.MAX_VALUE));
        DialectFields.put(json, "temperature", DialectFields.number(fields, "temperature", 0, 2));
        DialectFields.put(json, "top_p", DialectFields.number(fields, "top_p", 0, 1));
        DialectFields.user(json, fields, "user");
        JsonFields reasoning = DialectFields.object(fields, "reasoning");
        if (reasoning != null) {
            DialectFields.effort(json, reasoning.path("effort"), reasoning.optionalString("effort"));
        }
        format(json, fields);
        Map<String, ResponsesTools.Member> members = new ResponsesTools(json, fields).write(json);
        byte[] body = json.close('}').toBytes();
        byte[] echo = echo(fields);
        return new DialectRequest(
                model,
                stream,
                DialectRequest.Route.CHAT,
                body,
                head -> new ResponsesStream(head, stream, new ResponsesObject(head, echo, members)));
    }

    private static void format(JsonBytes json, JsonFields fields) {
        JsonFields text = DialectFields.object(fields, "text");
        JsonFields format = text == null ? null : DialectFields.object(text, "format");
        if (format == null) {
            return;
        }
        String type = format.requiredString("type");
        switch (type) {
            case "text" -> {}
            case "json_object" -> json.key("response_format").value(Map.of("type", type));
            case "json_schema" ->
                DialectFields.schema(
                        json,
                        format.requiredName("name", ResponseFormat.MAX_NAME),
                        format.path("schema"),
                        format.required("schema"),
                        format.flag("strict"));
            default ->
                throw ApiError.outOfRange(format.path("type"), type, "text, json_object or json_schema")
                        .exception();
        }
    }

    /** The members of every response that repeat the request; no comma around them. */
    private static byte[] echo(JsonFields fields) {
        JsonBytes json = new JsonBytes(256);
        json.key("instructions").value(fields.value("instructions"));
        json.key("max_output_tokens").value(fields.value("max_output_tokens"));
        json.key("metadata").value(metadata(fields));
        Boolean parallel = DialectFields.bool(fields, "parallel_tool_calls");
        json.key("parallel_tool_calls").bool(parallel == null || parallel);
        json.key("previous_response_id").nul();
        JsonFields reasoning = DialectFields.object(fields, "reasoning");
        json.key("reasoning").open('{').key("effort");
        json.value(reasoning == null ? null : reasoning.value("effort"));
        json.key("summary").nul().close('}');
        json.key("store").bool(false);
        json.key("temperature").value(fields.value("temperature"));
        Object text = fields.value("text");
        json.key("text").value(text == null ? Map.of("format", Map.of("type", "text")) : text);
        Object choice = fields.value("tool_choice");
        json.key("tool_choice").value(choice == null ? "auto" : choice);
        json.key("tools").value(DialectFields.list(fields, "tools"));
        json.key("top_p").value(fields.value("top_p"));
        return json.key("truncation").string("disabled").toBytes();
    }

    private static Object metadata(JsonFields fields) {
        Object value = fields.value("metadata");
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw ApiError.wrongType("metadata", "an object", JsonFields.found(value))
                    .exception();
        }
        if (map.size() > MAX_METADATA) {
            throw ApiError.invalidValue("metadata", "has more than " + MAX_METADATA + " entries")
                    .exception();
        }
        return map;
    }
}
