package dev.unbusy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.api.SseParser;
import dev.unbusy.text.Text;
import org.jspecify.annotations.Nullable;

/** One streamed answer while it is read. For one thread at a time. */
final class AnswerReader implements SseParser.Listener {
    /** Sees an answer while it comes. */
    interface Listener {
        void reasoning(String text);

        void content(String text);
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Listener listener;
    private final long startNanos;
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private boolean whole;
    private double ttftMillis = Double.NaN;
    private @Nullable String finishReason;
    private Turn.@Nullable Usage usage;
    private @Nullable Text error;

    /** @param startNanos when the question was sent, by {@link System#nanoTime} */
    AnswerReader(Listener listener, long startNanos) {
        this.listener = listener;
        this.startNanos = startNanos;
    }

    @Override
    public void event(@Nullable String type, String data) {
        if (data.strip().equals("[DONE]")) {
            whole = true;
            return;
        }
        JsonNode json;
        try {
            json = JSON.readTree(data);
        } catch (JsonProcessingException e) {
            error = Text.of("The answer is not JSON: %s", "回答不是 JSON：%s", e.getOriginalMessage());
            return;
        }
        if (json.hasNonNull("error")) {
            error = Text.of(
                    "The answer failed: %s",
                    "回答失败：%s", json.path("error").path("message").asText());
        }
        if (json.hasNonNull("usage")) {
            usage = usage(json.path("usage"));
        }
        JsonNode choice = json.path("choices").path(0);
        if (choice.hasNonNull("finish_reason")) {
            finishReason = choice.path("finish_reason").asText();
        }
        JsonNode delta = choice.path("delta");
        String thought = text(delta.path("reasoning_content"));
        if (!thought.isEmpty()) {
            began();
            reasoning.append(thought);
            listener.reasoning(thought);
        }
        String piece = text(delta.path("content"));
        if (!piece.isEmpty()) {
            began();
            content.append(piece);
            listener.content(piece);
        }
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.asText() : "";
    }

    private void began() {
        if (Double.isNaN(ttftMillis)) {
            ttftMillis = (System.nanoTime() - startNanos) / 1e6;
        }
    }

    private static Turn.Usage usage(JsonNode usage) {
        long cached = usage.path("prompt_cache_hit_tokens")
                .asLong(usage.path("prompt_tokens_details")
                        .path("cached_tokens")
                        .asLong());
        return new Turn.Usage(
                usage.path("prompt_tokens").asLong(),
                usage.path("completion_tokens").asLong(),
                usage.path("completion_tokens_details").path("reasoning_tokens").asLong(),
                cached);
    }

    /** What came of it when the stream ended by itself. */
    Turn ended(String question) {
        if (error != null) {
            return failed(question, error);
        }
        return whole
                ? turn(question, Turn.Outcome.COMPLETE, null)
                : failed(question, Text.of("The answer was cut off.", "回答中断。"));
    }

    Turn failed(String question, Text why) {
        return turn(question, Turn.Outcome.FAILED, why);
    }

    Turn interrupted(String question) {
        return turn(question, Turn.Outcome.INTERRUPTED, null);
    }

    private Turn turn(String question, Turn.Outcome outcome, @Nullable Text why) {
        return new Turn(
                question,
                content.toString(),
                reasoning.toString(),
                outcome,
                finishReason,
                usage,
                ttftMillis,
                (System.nanoTime() - startNanos) / 1e6,
                why);
    }
}
