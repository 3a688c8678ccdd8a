package dev.unbusy.bench;

import org.jspecify.annotations.Nullable;

/**
 * One request as the client saw it. Times are {@link System#nanoTime} of this process.
 *
 * @param outcome how it ended
 * @param error what went wrong, as a short kind ({@code http-429}, {@code timeout}, {@code connection}); null if nothing
 * @param firstNanos when the first piece of text came; 0 if none
 * @param lastNanos when the last piece of text came; 0 if none
 * @param chunks pieces of text
 * @param gapsMicros time between one piece and the next
 * @param promptTokens −1 where the server did not say; so are the next two
 */
record Measurement(
        Outcome outcome,
        @Nullable String error,
        long startNanos,
        long firstNanos,
        long lastNanos,
        long endNanos,
        int chunks,
        java.util.List<Long> gapsMicros,
        long promptTokens,
        long completionTokens,
        long cachedTokens) {

    enum Outcome {
        COMPLETED,
        /** The server answered with an error status before any part of an answer. */
        REJECTED,
        /** Accepted or under way, and not finished. */
        LOST
    }

    /** Tokens of the answer: the server's count, else the pieces. */
    long outputTokens() {
        return completionTokens >= 0 ? completionTokens : chunks;
    }

    double ttftMillis() {
        return (firstNanos - startNanos) / 1e6;
    }

    /** Time per output token after the first; NaN where there are not two. */
    double tpotMillis() {
        return outputTokens() < 2 || chunks < 2 ? Double.NaN : (lastNanos - firstNanos) / 1e6 / (outputTokens() - 1);
    }

    double e2eMillis() {
        return (endNanos - startNanos) / 1e6;
    }
}
