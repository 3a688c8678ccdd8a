package dev.unbusy.sampling;

/**
 * The tokens still in the draw, in the order of their ids, with logit and weight. Among equals the lower id counts as the
 * likelier one, as in a stable sort. Reused for every token of one thread.
 */
final class Candidates {
    private final int[] tokens;
    private final float[] logits;
    private final float[] weights;
    private final float[] scratch;
    private final int[] keyScratch;
    private int size;

    Candidates(int capacity) {
        tokens = new int[capacity];
        logits = new float[capacity];
        weights = new float[capacity];
        scratch = new float[capacity];
        keyScratch = new int[capacity];
    }

    void clear() {
        size = 0;
    }

    void add(int token, float logit) {
        tokens[size] = token;
        logits[size++] = logit;
    }

    void addWeighted(int token, float weight) {
        tokens[size] = token;
        weights[size++] = weight;
    }

    int size() {
        return size;
    }

    int token(int index) {
        return tokens[index];
    }

    float logit(int index) {
        return logits[index];
    }

    int[] keyScratch() {
        return keyScratch;
    }

    /** Keeps the {@code count} highest logits. */
    void keepHighest(int count) {
        if (size <= count) {
            return;
        }
        for (int i = 0; i < size; i++) {
            keyScratch[i] = LogitRow.thresholdOf(logits[i]);
        }
        int threshold = Selection.highest(keyScratch, size, count);
        int equals = count;
        for (int i = 0; i < size; i++) {
            if (LogitRow.thresholdOf(logits[i]) > threshold) {
                equals--;
            }
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            int key = LogitRow.thresholdOf(logits[i]);
            if (key > threshold || (key == threshold && equals-- > 0)) {
                tokens[kept] = tokens[i];
                logits[kept++] = logits[i];
            }
        }
        size = kept;
    }

    /** Weights from logits; returns their sum. */
    double weigh(float max, float temperature) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            weights[i] = (float) Math.exp((logits[i] - max) / temperature);
            sum += weights[i];
        }
        return sum;
    }

    /** Keeps the smallest set of the heaviest whose weights reach {@code mass}; returns the sum kept. */
    double keepMass(double mass) {
        System.arraycopy(weights, 0, scratch, 0, size);
        float threshold = Selection.massThreshold(scratch, size, mass);
        double sum = 0;
        for (int i = 0; i < size; i++) {
            if (weights[i] > threshold) {
                sum += weights[i];
            }
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            boolean tied = weights[i] == threshold && sum < mass;
            if (tied) {
                sum += threshold;
            }
            if (tied || weights[i] > threshold) {
                tokens[kept] = tokens[i];
                weights[kept++] = weights[i];
            }
        }
        size = kept;
        return sum;
    }

    /** The token at {@code point} of the weights laid end to end, 0 ≤ point &lt; their sum. */
    int pick(double point) {
        double passed = 0;
        int last = 0;
        for (int i = 0; i < size; i++) {
            if (weights[i] > 0) {
                last = i;
                passed += weights[i];
                if (point < passed) {
                    break;
                }
            }
        }
        // Rounding may leave the point just behind the end: then the last one with a weight is meant.
        return tokens[last];
    }
}
