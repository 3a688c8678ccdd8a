package dev.unbusy.grammar;

import java.util.Arrays;

/** One round of partition refinement: states stay together if they were together and so were their successors. */
final class Refinement {
    /** The name of what follows a state on a letter. */
    @FunctionalInterface
    interface Successors {
        int name(int state, int letter);
    }

    /** Open addressing: a representative state per new name, or −1. */
    private final int[] slots;

    Refinement(int states) {
        slots = new int[Integer.highestOneBit(Math.max(4, 2 * states)) << 1];
    }

    /** Writes the new names; returns how many there are. */
    int run(int[] before, int[] names, Successors successors, int letters) {
        Arrays.fill(slots, -1);
        int count = 0;
        for (int s = 0; s < before.length; s++) {
            int hash = before[s] * 0x9E3779B9;
            for (int i = 0; i < letters; i++) {
                hash = (hash ^ successors.name(s, i)) * 0x85EBCA6B;
                hash ^= hash >>> 15;
            }
            int slot = hash & (slots.length - 1);
            while (slots[slot] >= 0 && !same(slots[slot], s, before, successors, letters)) {
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] < 0) {
                slots[slot] = s;
                names[s] = count++;
            } else {
                names[s] = names[slots[slot]];
            }
        }
        return count;
    }

    private static boolean same(int a, int b, int[] before, Successors successors, int letters) {
        if (before[a] != before[b]) {
            return false;
        }
        for (int i = 0; i < letters; i++) {
            if (successors.name(a, i) != successors.name(b, i)) {
                return false;
            }
        }
        return true;
    }
}
