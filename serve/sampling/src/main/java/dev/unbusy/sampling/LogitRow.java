package dev.unbusy.sampling;

import dev.unbusy.text.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * One row of logits in working form: the floats' bits, and the largest key of each block of {@value #BLOCK} tokens, so
 * that later passes skip nearly all blocks. Reused for every token of every request of one thread.
 *
 * <p>The key of a float is its bits as an {@code int} with the lower 31 flipped if negative: keys order as the floats do.
 * C2 vectorizes the maximum of such keys (a plain maximum of ints or floats it does not, as a loop with one operation
 * does not seem to pay), and not-a-number of either sign lies outside the keys of −infinity and +infinity, where one
 * comparison finds it.
 */
final class LogitRow {
    static final int BLOCK = 256;

    private static final int POSITIVE_INFINITY = key(Float.floatToRawIntBits(Float.POSITIVE_INFINITY));
    private static final int NEGATIVE_INFINITY = key(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY));
    private static final int NEGATIVE_ZERO = key(Float.floatToRawIntBits(-0f));

    /** The least key of a token that can be chosen at all. */
    static final int LOWEST_FINITE = NEGATIVE_INFINITY + 1;

    private static final int BANNED = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);

    private final int[] bits;
    private final int[] blockMax;
    private int size;
    private int blocks;
    private int maxKey;

    LogitRow(int capacity) {
        bits = new int[capacity];
        blockMax = new int[blocksOf(capacity)];
    }

    int size() {
        return size;
    }

    int blocks() {
        return blocks;
    }

    /** Copies a row. Call {@link #set} for changed tokens, then {@link #index}. */
    void load(MemorySegment logits, int vocabulary) {
        if (vocabulary < 1 || vocabulary > bits.length) {
            throw new IllegalArgumentException("vocabulary of " + vocabulary + " in a row for " + bits.length);
        }
        size = vocabulary;
        blocks = blocksOf(vocabulary);
        MemorySegment.copy(logits, ValueLayout.JAVA_INT, 0, bits, 0, vocabulary);
    }

    /** Between {@link #load} and {@link #index}. */
    float get(int token) {
        return Float.intBitsToFloat(bits[token]);
    }

    /** Between {@link #load} and {@link #index}. */
    void set(int token, float logit) {
        bits[token] = Float.floatToRawIntBits(logit);
    }

    /** Bans every token whose bit is not set. Between {@link #load} and {@link #index}. */
    void keepOnly(long[] allowed) {
        for (int word = 0, from = 0; from < size; word++, from += Long.SIZE) {
            long kept = allowed[word];
            if (kept == 0) {
                Arrays.fill(bits, from, Math.min(size, from + Long.SIZE), BANNED);
            } else if (kept != -1) {
                long banned = ~kept;
                if (size - from < Long.SIZE) {
                    banned &= (1L << (size - from)) - 1;
                }
                for (; banned != 0; banned &= banned - 1) {
                    bits[from + Long.numberOfTrailingZeros(banned)] = BANNED;
                }
            }
        }
    }

    /**
     * Finds the maxima.
     *
     * @throws SamplingException if a logit is not a number or +infinity, or all are −infinity
     */
    void index() {
        int lowest = Integer.MAX_VALUE;
        int max = Integer.MIN_VALUE;
        for (int block = 0; block < blocks; block++) {
            int from = block * BLOCK;
            int to = Math.min(size, from + BLOCK);
            int highest = Integer.MIN_VALUE;
            for (int i = from; i < to; i++) {
                int key = key(bits[i]);
                highest = Math.max(highest, key);
                lowest = Math.min(lowest, key);
            }
            blockMax[block] = highest;
            max = Math.max(max, highest);
        }
        maxKey = max;
        if (lowest < NEGATIVE_INFINITY || max >= POSITIVE_INFINITY || max == NEGATIVE_INFINITY) {
            throw new SamplingException(describe());
        }
    }

    float max() {
        return value(maxKey);
    }

    /** The token with the highest logit; the lowest id among equals. */
    int argmax() {
        // 0 and −0 are equal as floats but not as keys.
        int wanted = maxKey == 0 ? NEGATIVE_ZERO : maxKey;
        int block = 0;
        while (blockMax[block] < wanted) {
            block++;
        }
        int token = block * BLOCK;
        while (key(bits[token]) < wanted) {
            token++;
        }
        return token;
    }

    /** Collects the tokens with a key of at least {@code threshold}, in the order of their ids. */
    void collect(int threshold, Candidates into) {
        into.clear();
        for (int block = 0; block < blocks; block++) {
            if (blockMax[block] >= threshold) {
                int to = Math.min(size, (block + 1) * BLOCK);
                for (int token = block * BLOCK; token < to; token++) {
                    if (key(bits[token]) >= threshold) {
                        into.add(token, Float.intBitsToFloat(bits[token]));
                    }
                }
            }
        }
    }

    /**
     * A key that at least {@code count} tokens reach, and not many more: the {@code count}-th highest of the block
     * maxima. {@link Integer#MIN_VALUE} if there are fewer blocks.
     */
    int thresholdFor(int count, int[] scratch) {
        if (count > blocks) {
            return Integer.MIN_VALUE;
        }
        System.arraycopy(blockMax, 0, scratch, 0, blocks);
        return Selection.highest(scratch, blocks, count);
    }

    /** Key of a logit that was computed, not loaded: the least key whose logit is at least this. */
    static int thresholdOf(float logit) {
        return logit == 0 ? NEGATIVE_ZERO : key(Float.floatToRawIntBits(logit));
    }

    /** Copies the logits as floats, for passes over the whole vocabulary. */
    void copyTo(MemorySegment floats) {
        MemorySegment.copy(bits, 0, floats, ValueLayout.JAVA_INT, 0, size);
    }

    private static int key(int bits) {
        return bits ^ ((bits >> 31) >>> 1);
    }

    private static float value(int key) {
        return Float.intBitsToFloat(key(key));
    }

    private static int blocksOf(int tokens) {
        return (tokens + BLOCK - 1) / BLOCK;
    }

    private Text describe() {
        for (int i = 0; i < size; i++) {
            float logit = get(i);
            if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
                return Text.of(
                        "The model computed the logit %s for token %d of %d.",
                        "模型算出的 logit 是 %s（词元 %d，共 %d 个）。", logit, i, size);
            }
        }
        return Text.of("The model computed -infinity for all %d tokens.", "模型为全部 %d 个词元算出的 logit 都是负无穷。", size);
    }
}
