package dev.unbusy.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What both completion APIs say about choosing tokens. Null: the request does not say, and the model's default holds.
 *
 * @param maxTokens upper bound of the answer, thinking included; at least 1
 * @param temperature from 0 (greedy) to 2
 * @param topP from 0 to 1; 0 keeps the most likely token only
 * @param topK 0 for all
 * @param minP from 0 to 1
 * @param repetitionPenalty above 0 to 10; 1 for none
 * @param frequencyPenalty from −2 to 2
 * @param presencePenalty from −2 to 2
 * @param stop texts that end the answer and are not part of it; none of them empty
 * @param n answers per prompt
 * @param seed null for a random one
 * @param logitBias added to the logits, by token id, from −100 to 100; ids may lie outside the model's vocabulary
 * @param ignoreEos go on after the model's end token until {@code maxTokens} (for load tests)
 */
public record SamplingOptions(
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer topK,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty,
        double frequencyPenalty,
        double presencePenalty,
        List<String> stop,
        int n,
        @Nullable Long seed,
        Map<Integer, Double> logitBias,
        boolean ignoreEos) {

    public static final int MAX_CHOICES = 8;
    public static final int MAX_STOPS = 16;

    public SamplingOptions {
        stop = List.copyOf(stop);
        logitBias = Map.copyOf(logitBias);
    }
}
