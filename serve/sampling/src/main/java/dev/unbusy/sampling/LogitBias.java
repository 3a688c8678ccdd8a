package dev.unbusy.sampling;

import java.util.Map;
import java.util.TreeMap;

/** OpenAI's {@code logit_bias}: a number added to single tokens' logits before anything else. Immutable. */
public final class LogitBias {
    public static final LogitBias NONE = new LogitBias(Map.of());

    private final int[] tokens;
    private final float[] values;

    private LogitBias(Map<Integer, Float> biases) {
        tokens = new int[biases.size()];
        values = new float[biases.size()];
        int i = 0;
        for (Map.Entry<Integer, Float> bias : new TreeMap<>(biases).entrySet()) {
            if (bias.getKey() < 0 || bias.getValue().isNaN() || bias.getValue() == Float.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("logit_bias of token " + bias.getKey() + " is " + bias.getValue());
            }
            tokens[i] = bias.getKey();
            values[i++] = bias.getValue();
        }
    }

    /** @param biases token id to bias; −infinity bans a token */
    public static LogitBias of(Map<Integer, Float> biases) {
        return biases.isEmpty() ? NONE : new LogitBias(biases);
    }

    public int size() {
        return tokens.length;
    }

    int token(int index) {
        return tokens[index];
    }

    float value(int index) {
        return values[index];
    }
}
