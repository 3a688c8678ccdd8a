package dev.unbusy.sampling;

/**
 * How one request's tokens are chosen. Order of the filters: bias, penalties, temperature, {@code min_p}, {@code top_k},
 * {@code top_p} (each over what the ones before it left).
 *
 * @param temperature 0 is greedy: the highest logit, the lowest id among equals
 * @param topK keep the k likeliest; 0 is off
 * @param topP keep the smallest set whose probability reaches this; 1 is off
 * @param minP keep what has at least this fraction of the likeliest one's probability; 0 is off
 * @param topLogprobs how many alternatives are reported with each token's log-probability; −1 reports none at all
 */
public record SamplingParameters(
        float temperature, int topK, float topP, float minP, Penalties penalties, LogitBias bias, int topLogprobs) {
    public static final SamplingParameters GREEDY =
            new SamplingParameters(0, 0, 1, 0, Penalties.NONE, LogitBias.NONE, -1);

    public SamplingParameters {
        if (!(temperature >= 0) || !Float.isFinite(temperature)) {
            throw new IllegalArgumentException("temperature must be 0 or more, got " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top_k must be 0 (off) or more, got " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p must be above 0 and at most 1, got " + topP);
        }
        if (!(minP >= 0 && minP <= 1)) {
            throw new IllegalArgumentException("min_p must be between 0 and 1, got " + minP);
        }
        if (topLogprobs < -1) {
            throw new IllegalArgumentException("top_logprobs must not be negative, got " + topLogprobs);
        }
    }

    /** Plain sampling at a temperature, everything else off. */
    public static SamplingParameters ofTemperature(float temperature) {
        return new SamplingParameters(temperature, 0, 1, 0, Penalties.NONE, LogitBias.NONE, -1);
    }

    public SamplingParameters withTopK(int value) {
        return new SamplingParameters(temperature, value, topP, minP, penalties, bias, topLogprobs);
    }

    public SamplingParameters withTopP(float value) {
        return new SamplingParameters(temperature, topK, value, minP, penalties, bias, topLogprobs);
    }

    public SamplingParameters withMinP(float value) {
        return new SamplingParameters(temperature, topK, topP, value, penalties, bias, topLogprobs);
    }

    public SamplingParameters withPenalties(Penalties value) {
        return new SamplingParameters(temperature, topK, topP, minP, value, bias, topLogprobs);
    }

    public SamplingParameters withBias(LogitBias value) {
        return new SamplingParameters(temperature, topK, topP, minP, penalties, value, topLogprobs);
    }

    public SamplingParameters withTopLogprobs(int value) {
        return new SamplingParameters(temperature, topK, topP, minP, penalties, bias, value);
    }
}
