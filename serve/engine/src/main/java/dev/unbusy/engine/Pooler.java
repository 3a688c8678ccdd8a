package dev.unbusy.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One text's hidden states on their way to one vector, in the order of their positions, over as many steps as it takes. A
 * position that comes again, because its step was broken off or its cells were given away, counts once. Owned by one thread.
 */
final class Pooler {
    private final Pooling pooling;
    private final int tokens;
    private final double[] sum;
    /** Positions that were seen: all before this one. */
    private int seen;

    /**
     * @param tokens of the text
     * @param length numbers of a hidden state
     */
    Pooler(Pooling pooling, int tokens, int length) {
        this.pooling = pooling;
        this.tokens = tokens;
        sum = new double[length];
    }

    /** Whether the vector depends on this token's state and has not got it yet. */
    boolean wants(int position) {
        return switch (pooling) {
            case MEAN -> position >= seen;
            case CLS -> position == 0 && seen == 0;
            case LAST -> position == tokens - 1 && position >= seen;
        };
    }

    /** @param state {@code float[length]} of a token that is {@linkplain #wants wanted} */
    void add(int position, MemorySegment state) {
        if (pooling == Pooling.MEAN && position != seen) {
            throw new IllegalStateException("hidden state of position " + position + " came, not of " + seen);
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] += state.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        seen = position + 1;
    }

    /**
     * The vector, of length 1.
     *
     * @throws IllegalStateException if the model computed something that has no direction
     */
    float[] vector() {
        if (seen < (pooling == Pooling.CLS ? 1 : tokens)) {
            throw new IllegalStateException("hidden states of " + seen + " of " + tokens + " tokens came");
        }
        double squares = 0;
        for (double value : sum) {
            squares += value * value;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0) || Double.isInfinite(length)) {
            throw new IllegalStateException("the model's hidden states are zero or not finite");
        }
        float[] vector = new float[sum.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (sum[i] / length); // The mean's divisor cancels out.
        }
        return vector;
    }
}
