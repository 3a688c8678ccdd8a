package dev.unbusy.cli;

import dev.unbusy.text.Text;
import org.jspecify.annotations.Nullable;

/**
 * One question and what came of it.
 *
 * @param answer what was shown, which is all of it only where {@code outcome} is {@code COMPLETE}
 * @param reasoning the model's thoughts before the answer; empty if it has none
 * @param finishReason as the service says: {@code stop}, {@code length}, …; null where no end came
 * @param usage as the service counts; null where it does not say
 * @param ttftMillis until the first piece of reasoning or answer; NaN if none came
 * @param e2eMillis until the end, whatever the outcome
 * @param error why it failed; null unless {@code outcome} is {@code FAILED}
 */
record Turn(
        String question,
        String answer,
        String reasoning,
        Outcome outcome,
        @Nullable String finishReason,
        @Nullable Usage usage,
        double ttftMillis,
        double e2eMillis,
        @Nullable Text error) {

    static Turn notSent(String question, Text why) {
        return new Turn(question, "", "", Outcome.FAILED, null, null, Double.NaN, 0, why);
    }

    enum Outcome {
        COMPLETE,
        /** The person broke it off. */
        INTERRUPTED,
        FAILED
    }

    /** Tokens. */
    record Usage(long prompt, long completion, long reasoning, long cached) {}
}
