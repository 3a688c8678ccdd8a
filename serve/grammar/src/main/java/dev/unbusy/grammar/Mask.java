package dev.unbusy.grammar;

import java.util.Arrays;

/** A set of tokens: by their ids where they are few, else by one bit each. Not written to once made. */
final class Mask {
    /** Below one token in so many, ids are smaller than bits. */
    private static final int SPARSE = 64;

    private final int[] ids;
    private final long[] bits;
    private final int count;

    private Mask(int[] ids, long[] bits, int count) {
        this.ids = ids;
        this.bits = bits;
        this.count = count;
    }

    static Mask of(long[] bits) {
        int count = 0;
        for (long word : bits) {
            count += Long.bitCount(word);
        }
        if (count > bits.length * 64 / SPARSE) {
            return new Mask(new int[0], bits.clone(), count);
        }
        int[] ids = new int[count];
        int size = 0;
        for (int w = 0; w < bits.length; w++) {
            for (long word = bits[w]; word != 0; word &= word - 1) {
                ids[size++] = w * 64 + Long.numberOfTrailingZeros(word);
            }
        }
        return new Mask(ids, new long[0], count);
    }

    /** How many tokens are in it. */
    int count() {
        return count;
    }

    int bytes() {
        return 64 + ids.length * Integer.BYTES + bits.length * Long.BYTES;
    }

    /** One of few tokens; only where {@link #count} is 1 or {@code index} is 0. */
    int first() {
        if (ids.length > 0) {
            return ids[0];
        }
        for (int w = 0; w < bits.length; w++) {
            if (bits[w] != 0) {
                return w * 64 + Long.numberOfTrailingZeros(bits[w]);
            }
        }
        return -1;
    }

    boolean contains(int token) {
        return bits.length > 0 ? ((bits[token >> 6] >>> token) & 1) != 0 : Arrays.binarySearch(ids, token) >= 0;
    }

    void addTo(long[] into) {
        for (int i = 0; i < bits.length; i++) {
            into[i] |= bits[i];
        }
        for (int id : ids) {
            into[id >> 6] |= 1L << id;
        }
    }

    void writeTo(long[] into) {
        if (bits.length > 0) {
            System.arraycopy(bits, 0, into, 0, bits.length);
        } else {
            Arrays.fill(into, 0);
            addTo(into);
        }
    }
}
