package dev.unbusy.api;

import org.jspecify.annotations.Nullable;

/**
 * How one answer ended.
 *
 * @param stopText which of the request's stop texts was reached; null where none was. Written as {@code stop_reason}, the
 *     word that vLLM has for it
 */
public record AnswerEnd(FinishReason reason, @Nullable String stopText) {
    public static AnswerEnd of(FinishReason reason) {
        return new AnswerEnd(reason, null);
    }

    void write(JsonBytes json) {
        json.key("finish_reason").string(reason.word());
        if (stopText != null) {
            json.key("stop_reason").string(stopText);
        }
    }
}
