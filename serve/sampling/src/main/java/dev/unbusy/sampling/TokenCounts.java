package dev.unbusy.sampling;

import java.util.Arrays;

/**
 * The distinct tokens of one sequence and how often each was generated (0: only in the prompt). Open addressing on
 * {@code int[]}; allocates only when the distinct tokens double.
 */
final class TokenCounts {
    private static final int EMPTY = -1;

    private int[] slots = new int[128];
    private int[] tokens = new int[64];
    private int[] counts = new int[64];
    private int size;

    TokenCounts() {
        Arrays.fill(slots, EMPTY);
    }

    void addPrompt(int token) {
        find(token);
    }

    void addGenerated(int token) {
        int index = find(token); // Before counts is read: finding may replace the array.
        counts[index]++;
    }

    int size() {
        return size;
    }

    int token(int index) {
        return tokens[index];
    }

    int generated(int index) {
        return counts[index];
    }

    /** Index of a token, added if new. */
    private int find(int token) {
        int mask = slots.length - 1;
        int slot = hash(token) & mask;
        while (slots[slot] != EMPTY) {
            if (tokens[slots[slot]] == token) {
                return slots[slot];
            }
            slot = (slot + 1) & mask;
        }
        if (size == tokens.length) {
            grow();
            return find(token);
        }
        slots[slot] = size;
        tokens[size] = token;
        counts[size] = 0;
        return size++;
    }

    private void grow() {
        tokens = Arrays.copyOf(tokens, size * 2);
        counts = Arrays.copyOf(counts, size * 2);
        slots = new int[slots.length * 2];
        Arrays.fill(slots, EMPTY);
        int mask = slots.length - 1;
        for (int i = 0; i < size; i++) {
            int slot = hash(tokens[i]) & mask;
            while (slots[slot] != EMPTY) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = i;
        }
    }

    private static int hash(int token) {
        int h = token * 0x9E3779B9;
        return h ^ (h >>> 15);
    }
}
