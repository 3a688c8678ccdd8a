package dev.unbusy.api;

import java.util.List;
import java.util.Map;

/**
 * What Ollama's two APIs have in common besides the conversation: {@code options}, {@code format} and {@code think}.
 * Options that are about loading a model or about samplers that no other server has are ignored: {@code num_ctx},
 * {@code mirostat} and their like.
 */
final class OllamaOptions {
    private static final int MAX_TOP_K = 1_000_000;

    private OllamaOptions() {}

    /** Ollama streams unless it is told not to. */
    static boolean stream(JsonFields fields) {
        return !Boolean.FALSE.equals(DialectFields.bool(fields, "stream"));
    }

    static void sampling(JsonBytes json, JsonFields fields) {
        JsonFields options = DialectFields.object(fields, "options");
        if (options == null) {
            return;
        }
        Long predict = DialectFields.integer(options, "num_predict", Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (predict != null
                && predict > 0) { // −1 is endless, −2 to the context's end: both are no bound of the client's
            json.key("max_tokens").number(predict.longValue());
        }
        Long seed = DialectFields.integer(options, "seed", Long.MIN_VALUE, Long.MAX_VALUE);
        if (seed != null && seed != -1) { // −1: a random one
            json.key("seed").number(seed.longValue());
        }
        Long topK = DialectFields.integer(options, "top_k", Integer.MIN_VALUE, MAX_TOP_K);
        if (topK != null) {
            json.key("top_k").number(Math.max(0, topK));
        }
        DialectFields.put(json, "temperature", DialectFields.number(options, "temperature", 0, 2));
        DialectFields.put(json, "top_p", DialectFields.number(options, "top_p", 0, 1));
        DialectFields.put(json, "min_p", DialectFields.number(options, "min_p", 0, 1));
        DialectFields.put(json, "repetition_penalty", DialectFields.number(options, "repeat_penalty", 0.01, 10));
        DialectFields.put(json, "frequency_penalty", DialectFields.number(options, "frequency_penalty", -2, 2));
        DialectFields.put(json, "presence_penalty", DialectFields.number(options, "presence_penalty", -2, 2));
        if (options.value("stop") instanceof String stop) {
            DialectFields.stops(json, JsonFields.of("options", Map.of("stop", List.of(stop))), "stop");
        } else {
            DialectFields.stops(json, options, "stop");
        }
    }

    /** For chat only. */
    static void form(JsonBytes json, JsonFields fields) {
        Object format = fields.value("format");
        switch (format) {
            case null -> {}
            case String word -> {
                if (word.equals("json")) {
                    json.key("response_format").value(Map.of("type", "json_object"));
                } else if (!word.isEmpty()) {
                    throw ApiError.outOfRange("format", word, "json or a JSON schema")
                            .exception();
                }
            }
            default -> DialectFields.schema(json, "answer", "format", format, true);
        }
        Object think = fields.value("think");
        switch (think) {
            case null -> {}
            case Boolean on -> json.key("thinking").value(Map.of("type", on ? "enabled" : "disabled"));
            case String word -> {
                if (!word.equals("none")) {
                    json.key("thinking").value(Map.of("type", "enabled"));
                }
                DialectFields.effort(json, "think", word);
            }
            default ->
                throw ApiError.wrongType("think", "true, false, low, medium or high", JsonFields.found(think))
                        .exception();
        }
    }
}
