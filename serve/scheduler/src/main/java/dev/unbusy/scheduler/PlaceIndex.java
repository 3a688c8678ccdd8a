package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * The places of a sequence by the hash of the few tokens before each: the latest one, and from each the one before with the
 * same hash (as compressors of the LZ77 family chain them). Hashes may collide; whoever asks compares the tokens.
 */
final class PlaceIndex {
    private static final int FIRST_CAPACITY = 256;

    private final int window;
    private int[] heads = new int[2 * FIRST_CAPACITY];
    private int[] earlier = new int[FIRST_CAPACITY];

    /** @param window tokens that a place is found by */
    PlaceIndex(int window) {
        this.window = window;
        Arrays.fill(heads, -1);
    }

    /** Adds the place after the first {@code size} tokens. Places are added in ascending order. */
    void add(int[] tokens, int size) {
        if (size < window) {
            return;
        }
        if (size >= earlier.length) {
            grow(tokens, size);
        }
        int slot = slot(tokens, size);
        earlier[size] = heads[slot];
        heads[slot] = size;
    }

    /** The latest place added that seems to follow the same tokens as the one at {@code size}, or −1. */
    int latest(int[] tokens, int size) {
        return heads[slot(tokens, size)];
    }

    /** The place before this one, or −1. */
    int before(int place) {
        return earlier[place];
    }

    private void grow(int[] tokens, int size) {
        earlier = new int[Math.max(2 * earlier.length, Integer.highestOneBit(size) * 2)];
        heads = new int[2 * earlier.length];
        Arrays.fill(heads, -1);
        for (int place = window; place < size; place++) {
            int slot = slot(tokens, place);
            earlier[place] = heads[slot];
            heads[slot] = place;
        }
    }

    private int slot(int[] tokens, int size) {
        int hash = 0;
        for (int i = size - window; i < size; i++) {
            hash = (hash ^ tokens[i]) * 0x9E3779B1;
            hash ^= hash >>> 15;
        }
        return hash & heads.length - 1;
    }
}
