package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * The places of a sequence by the few tokens before each: the latest one, and from each the one before with the same tokens
 * (as compressors of the LZ77 family chain them). Where hashes collide, the next free slot is taken (at most half of them are):
 * in a common chain the places of a frequent neighbour would hide those of a rare one.
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

    /** The latest place added that follows the same tokens as the one at {@code size}, or −1. */
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
        int slot = hash & heads.length - 1;
        while (heads[slot] >= 0 && !same(tokens, heads[slot], size)) {
            slot = slot + 1 & heads.length - 1;
        }
        return slot;
    }

    private boolean same(int[] tokens, int place, int size) {
        for (int i = 1; i <= window; i++) {
            if (tokens[place - i] != tokens[size - i]) {
                return false;
            }
        }
        return true;
    }
}
