package dev.unbusy.routing;

/**
 * Estimated work of one request, in output-token equivalents: what one decoded token costs a worker is 1, and
 * {@value #PROMPT_TOKENS_PER_OUTPUT_TOKEN} prompt tokens cost as much, because a prompt is computed in large batches.
 *
 * <p>The ratio of prefill to decode speed lies between 4 (two CPU cores, small model) and some tens (GPU, large batch); the
 * low end is taken so that long prompts are never thought cheap. It only compares requests with each other, so an error
 * common to all of them cancels out.
 *
 * @param promptTokens estimated tokens of the prompt
 * @param outputTokens estimated tokens of the answer
 */
public record WorkEstimate(long promptTokens, long outputTokens) {
    static final long PROMPT_TOKENS_PER_OUTPUT_TOKEN = 4;

    public WorkEstimate {
        if (promptTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException(
                    "estimated tokens must not be negative: prompt " + promptTokens + ", output " + outputTokens);
        }
    }

    /**
     * Estimates from what the outline of a request tells.
     *
     * @param promptBytes bytes of text in the prompt; English and code have about four bytes a token, Chinese in UTF-8
     *     about as many
     * @param maxTokens the request's own bound on the answer, negative where it gives none
     * @param usualOutputTokens what an answer usually takes; a bound above it does not make the answer longer
     */
    public static WorkEstimate ofBytes(long promptBytes, long maxTokens, long usualOutputTokens) {
        long output = maxTokens < 0 ? usualOutputTokens : Math.min(maxTokens, usualOutputTokens);
        return new WorkEstimate((promptBytes + 3) / 4, output);
    }

    /** The prompt's share, rounded up: no prompt is free. */
    public long promptWork() {
        return promptTokens / PROMPT_TOKENS_PER_OUTPUT_TOKEN
                + (promptTokens % PROMPT_TOKENS_PER_OUTPUT_TOKEN == 0 ? 0 : 1);
    }

    /** All of it, at least 1. */
    public long totalWork() {
        return Math.max(1, promptWork() + outputTokens);
    }
}
