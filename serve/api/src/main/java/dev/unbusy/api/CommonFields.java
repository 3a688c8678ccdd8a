package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields that both completion APIs share, while a request is read. */
final class CommonFields {
    private static final int MAX_STOP_CHARS = 1_024;
    private static final int MAX_BIASES = 4_096;
    private static final int MAX_TOP_K = 1_000_000;
    private static final int MAX_USER_CHARS = 512;

    private final boolean chat;

    @Nullable
    String model;

    boolean stream;

    @Nullable
    Boolean includeUsage;

    @Nullable
    String user;

    private boolean streamOptions;
    private @Nullable Integer maxTokens;
    private @Nullable Integer maxCompletionTokens;
    private @Nullable Double temperature;
    private @Nullable Double topP;
    private @Nullable Integer topK;
    private @Nullable Double minP;
    private @Nullable Double repetitionPenalty;
    private double frequencyPenalty;
    private double presencePenalty;
    private List<String> stop = List.of();
    private int n = 1;
    private @Nullable Long seed;
    private Map<Integer, Double> logitBias = Map.of();
    private boolean ignoreEos;

    CommonFields(boolean chat) {
        this.chat = chat;
    }

    /** Reads the field that the body stands at. False where it is not one of these. */
    boolean read(JsonBody body, String name) throws IOException {
        switch (name) {
            case "model" -> model = body.string();
            case "stream" -> stream = body.bool();
            case "stream_options" -> body.object("stream_options", option -> streamOption(body, option));
            case "user" -> user = checkedUser(body, false);
            case "user_id" -> user = checkedUser(body, true);
            case "max_tokens" -> maxTokens = (int) body.integer(1, Integer.MAX_VALUE);
            case "max_completion_tokens" -> {
                if (!chat) {
                    return false;
                }
                maxCompletionTokens = (int) body.integer(1, Integer.MAX_VALUE);
            }
            case "temperature" -> temperature = body.number(0, 2);
            case "top_p" -> topP = body.number(0, 1);
            case "top_k" -> topK = (int) Math.max(0, body.integer(-1, MAX_TOP_K));
            case "min_p" -> minP = body.number(0, 1);
            case "repetition_penalty" -> repetitionPenalty = body.number(0.01, 10);
            case "frequency_penalty" -> frequencyPenalty = body.number(-2, 2);
            case "presence_penalty" -> presencePenalty = body.number(-2, 2);
            case "stop" -> stop = stops(body);
            case "n" -> n = (int) body.integer(1, SamplingOptions.MAX_CHOICES);
            case "seed" -> seed = body.integer(Long.MIN_VALUE, Long.MAX_VALUE);
            case "logit_bias" -> logitBias = biases(body);
            case "ignore_eos" -> ignoreEos = body.bool();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Checks what only the whole request shows. */
    SamplingOptions sampling() {
        if (streamOptions && !stream) {
            throw ApiError.invalidValue("stream_options", "needs 'stream': true")
                    .exception();
        }
        Integer max = maxTokens;
        Integer maxCompletion = maxCompletionTokens;
        if (max != null && maxCompletion != null && !max.equals(maxCompletion)) {
            throw ApiError.invalidValue(
                            "max_completion_tokens",
                            "is " + maxCompletion + ", but 'max_tokens' is " + max + "; send one")
                    .exception();
        }
        return new SamplingOptions(
                max == null ? maxCompletion : max,
                temperature,
                topP,
                topK,
                minP,
                repetitionPenalty,
                frequencyPenalty,
                presencePenalty,
                stop,
                n,
                seed,
                logitBias,
                ignoreEos);
    }

    String requiredModel() {
        String name = model;
        if (name == null || name.isBlank()) {
            throw ApiError.missing("model").exception();
        }
        return name;
    }

    StreamUsage streamUsage() {
        Boolean include = includeUsage;
        return include == null ? StreamUsage.ON_LAST_CHUNK : include ? StreamUsage.EXTRA_CHUNK : StreamUsage.NONE;
    }

    private void streamOption(JsonBody body, String option) throws IOException {
        streamOptions = true;
        if (body.isNull()) {
            return;
        }
        switch (option) {
            case "include_usage" -> includeUsage = body.bool();
            case "include_obfuscation" -> body.bool(); // random padding; we add none, and answers read the same
            default ->
                throw ApiError.unknownParameter("stream_options." + option, "stream_options.include_usage")
                        .exception();
        }
    }

    static String checkedUser(JsonBody body, boolean strict) throws IOException {
        String value = body.string();
        if (value.length() > MAX_USER_CHARS) {
            throw ApiError.invalidValue(body.path(), "has " + value.length() + " characters; at most 512 are allowed")
                    .exception();
        }
        if (strict && !value.matches("[A-Za-z0-9_-]*")) {
            throw ApiError.invalidValue(body.path(), "may hold letters, digits, '_' and '-' only")
                    .exception();
        }
        return value;
    }

    private static List<String> stops(JsonBody body) throws IOException {
        JsonParser parser = body.parser();
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return List.of(checkedStop("stop", parser.getText()));
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw ApiError.wrongType("stop", "a string or a list of strings", body.found())
                    .exception();
        }
        List<String> stops = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (stops.size() == SamplingOptions.MAX_STOPS) {
                throw ApiError.invalidValue("stop", "has more than " + SamplingOptions.MAX_STOPS + " entries")
                        .exception();
            }
            String path = "stop[" + stops.size() + "]";
            stops.add(checkedStop(path, body.string(path)));
        }
        return stops;
    }

    private static String checkedStop(String path, String text) {
        if (text.isEmpty()) {
            throw ApiError.invalidValue(path, "is empty and would end every answer at once")
                    .exception();
        }
        if (text.length() > MAX_STOP_CHARS) {
            throw ApiError.invalidValue(path, "is longer than " + MAX_STOP_CHARS + " characters")
                    .exception();
        }
        return text;
    }

    private static Map<Integer, Double> biases(JsonBody body) throws IOException {
        Map<Integer, Double> biases = new LinkedHashMap<>();
        body.object("logit_bias", key -> {
            String path = "logit_bias." + ApiError.quote(key);
            if (!key.matches("\\d{1,9}")) {
                throw ApiError.invalidValue(path, "is not a token id").exception();
            }
            if (biases.size() == MAX_BIASES) {
                throw ApiError.invalidValue("logit_bias", "has more than " + MAX_BIASES + " entries")
                        .exception();
            }
            biases.put(Integer.parseInt(key), body.number(path, -100, 100));
        });
        return biases;
    }
}
