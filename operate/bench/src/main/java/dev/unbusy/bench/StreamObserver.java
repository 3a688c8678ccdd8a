package dev.unbusy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.api.SseParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the events of one answer tell, with the time each came. Understands every OpenAI-compatible server: fields that are
 * missing stay unknown. For one thread.
 */
final class StreamObserver implements SseParser.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final long startNanos;
    private long nowNanos;
    private long firstNanos;
    private long lastNanos;
    private int chunks;
    private final List<Long> gapsMicros = new ArrayList<>();
    private long promptTokens = -1;
    private long completionTokens = -1;
    private long cachedTokens = -1;
    private boolean finished;
    private @Nullable String error;

    StreamObserver(long startNanos) {
        this.startNanos = startNanos;
    }

    /** The events that the parser finds next came at this time. */
    void at(long nanos) {
        nowNanos = nanos;
    }

    @Override
    public void event(@Nullable String type, String data) {
        if (data.strip().equals("[DONE]")) {
            finished = true;
            return;
        }
        JsonNode json;
        try {
            json = JSON.readTree(data);
        } catch (IOException e) {
            error = "not-json";
            return;
        }
        if (json.has("error")) {
            error = "error-in-stream";
        }
        usage(json.path("usage"));
        for (JsonNode choice : json.path("choices")) {
            JsonNode delta = choice.path("delta");
            if (hasText(delta.path("content"))
                    || hasText(delta.path("reasoning_content"))
                    || hasText(choice.path("text"))) {
                piece();
            }
        }
    }

    private void piece() {
        if (chunks == 0) {
            firstNanos = nowNanos;
        } else {
            gapsMicros.add((nowNanos - lastNanos) / 1_000);
        }
        lastNanos = nowNanos;
        chunks++;
    }

    private void usage(JsonNode usage) {
        if (!usage.isObject()) {
            return;
        }
        promptTokens = count(usage.path("prompt_tokens"), promptTokens);
        completionTokens = count(usage.path("completion_tokens"), completionTokens);
        cachedTokens = count(usage.path("prompt_tokens_details").path("cached_tokens"), cachedTokens);
        cachedTokens = count(usage.path("prompt_cache_hit_tokens"), cachedTokens);
    }

    private static long count(JsonNode value, long otherwise) {
        return value.isIntegralNumber() && value.asLong() >= 0 ? value.asLong() : otherwise;
    }

    private static boolean hasText(JsonNode value) {
        return value.isTextual() && !value.asText().isEmpty();
    }

    /** @param failure what broke the connection; null where the stream ended by itself */
    Measurement end(@Nullable String failure, long endNanos) {
        String problem = error != null ? error : failure != null ? failure : finished ? null : "cut-off";
        return new Measurement(
                problem == null ? Measurement.Outcome.COMPLETED : Measurement.Outcome.LOST,
                problem,
                startNanos,
                firstNanos,
                lastNanos,
                endNanos,
                chunks,
                gapsMicros,
                promptTokens,
                completionTokens,
                cachedTokens);
    }

    static Measurement failed(Measurement.Outcome outcome, String error, long startNanos, long endNanos) {
        return new Measurement(outcome, error, startNanos, 0, 0, endNanos, 0, List.of(), -1, -1, -1);
    }
}
