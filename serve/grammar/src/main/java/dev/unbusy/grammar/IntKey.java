package dev.unbusy.grammar;

import java.util.Arrays;

/** Numbers as a key: equal if all of them are. Nobody writes to them afterwards. */
final class IntKey {
    private final int[] items;
    private final int hash;

    IntKey(int[] items) {
        this.items = items;
        hash = Arrays.hashCode(items);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntKey key && hash == key.hash && Arrays.equals(items, key.items);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
