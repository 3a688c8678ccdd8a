package dev.unbusy.bench;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What to send and to whom.
 *
 * @param url the server, {@code http://HOST:PORT}; {@code /v1/chat/completions} is asked
 * @param key API key, or null
 * @param model name to ask for
 * @param concurrency requests in flight at once (closed loop: a finished one starts the next)
 * @param requests how many are measured
 * @param inputTokens about how long each prompt is; the exact length is what the server counts
 * @param outputTokens most tokens of each answer
 * @param sharedPrefixTokens about how many of the input tokens are the same in all prompts
 * @param warmUp requests sent before, and not measured
 * @param seed of the prompts: the same seed sends the same prompts
 * @param timeoutSeconds after which a request counts as lost
 * @param ttftGoalMillis TTFT that a good answer keeps; 0 for none
 * @param tpotGoalMillis TPOT that a good answer keeps; 0 for none
 */
public record BenchOptions(
        URI url,
        @Nullable String key,
        String model,
        int concurrency,
        int requests,
        int inputTokens,
        int outputTokens,
        int sharedPrefixTokens,
        int warmUp,
        long seed,
        int timeoutSeconds,
        double ttftGoalMillis,
        double tpotGoalMillis) {

    public BenchOptions {
        if (concurrency < 1 || requests < 1 || inputTokens < 1 || outputTokens < 1 || timeoutSeconds < 1) {
            throw new IllegalArgumentException("concurrency, requests, lengths and time-out must be at least 1");
        }
        if (warmUp < 0 || sharedPrefixTokens < 0 || sharedPrefixTokens > inputTokens) {
            throw new IllegalArgumentException("the shared prefix must not be longer than the input");
        }
    }
}
