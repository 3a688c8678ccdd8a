package dev.unbusy.admission;

/**
 * What one request costs, in time of a fully loaded worker: the one unit of quota, queue and routing. An estimate until the
 * request has ended.
 *
 * @param promptTokens of the prompt
 * @param outputTokens of all its answers
 * @param promptNanos worker time of the prompt
 * @param outputNanos worker time of the answers
 */
public record Price(long promptTokens, long outputTokens, long promptNanos, long outputNanos) {
    public Price {
        if (promptTokens < 0 || outputTokens < 0 || promptNanos < 0 || outputNanos < 0) {
            throw new IllegalArgumentException("a price is not negative: " + promptTokens + " + " + outputTokens
                    + " tokens, " + promptNanos + " + " + outputNanos + " ns");
        }
    }

    /** What is left of it where so many tokens of the prompt need not be computed; the tokens stay what they are. */
    public Price afterPrefix(long matchedTokens) {
        long computed = Math.max(0, promptTokens - Math.max(0, matchedTokens));
        long nanos = promptTokens == 0 ? promptNanos : Math.round((double) promptNanos * computed / promptTokens);
        return new Price(promptTokens, outputTokens, nanos, outputNanos);
    }

    /** At least 1: nothing is free. */
    public long totalNanos() {
        return Math.max(1, promptNanos + outputNanos);
    }

    public long totalTokens() {
        return promptTokens + outputTokens;
    }
}
