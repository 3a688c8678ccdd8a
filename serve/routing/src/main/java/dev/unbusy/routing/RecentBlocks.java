package dev.unbusy.routing;

import java.util.Arrays;

/**
 * The blocks of prompts that one worker is thought to hold, in the order of their last use. A hash table with a list through
 * its entries, all in arrays of primitives: it is asked for every worker at every choice. Not thread-safe.
 *
 * <p>Invariant: {@link #bytes()} is the sum over the entries, and the list holds each entry once.
 */
final class RecentBlocks {
    private static final int NONE = -1;

    private long[] hash = new long[64];
    private byte[] block = new byte[64];
    private long[] used = new long[64];
    private int[] newer = new int[64];
    private int[] older = new int[64];
    /** Entry + 1 by slot, 0 where empty; linear probing, at most half full. */
    private int[] table = new int[128];

    /** Entries that are or were in use; below it, the free ones form a list through {@link #older}. */
    private int taken;

    private int free = NONE;
    private int newest = NONE;
    private int oldest = NONE;
    private int count;
    private long bytes;

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    boolean holds(long key) {
        return find(key) != NONE;
    }

    /** When a block was last used. It must be held. */
    long usedAt(long key) {
        return used[find(key)];
    }

    /**
     * Makes a block the most recently used one.
     *
     * @param index its place in its prompt, from 0
     * @param now any time that does not go back
     */
    void use(long key, int index, long now) {
        int entry = find(key);
        if (entry == NONE) {
            entry = insert(key, index);
        } else {
            unlink(entry);
        }
        used[entry] = now;
        newer[entry] = NONE;
        older[entry] = newest;
        if (newest == NONE) {
            oldest = entry;
        } else {
            newer[newest] = entry;
        }
        newest = entry;
    }

    /** Drops the least recently used blocks until what is left fits. */
    void shrinkTo(long mostBytes) {
        while (bytes > mostBytes) {
            removeOldest();
        }
    }

    /** Drops every block whose last use was then or before. */
    void dropUsedUntil(long time) {
        while (oldest != NONE && used[oldest] <= time) {
            removeOldest();
        }
    }

    private int find(long key) {
        for (int slot = slot(key); table[slot] != 0; slot = (slot + 1) & (table.length - 1)) {
            int entry = table[slot] - 1;
            if (hash[entry] == key) {
                return entry;
            }
        }
        return NONE;
    }

    private int slot(long key) {
        return (int) (key ^ key >>> 32) & (table.length - 1);
    }

    private int insert(long key, int index) {
        if (free == NONE && taken == hash.length) {
            grow();
        }
        int entry = free;
        if (entry == NONE) {
            entry = taken++;
        } else {
            free = older[entry];
        }
        hash[entry] = key;
        block[entry] = (byte) index;
        enter(entry);
        count++;
        bytes += size(entry);
        return entry;
    }

    private void enter(int entry) {
        int slot = slot(hash[entry]);
        while (table[slot] != 0) {
            slot = (slot + 1) & (table.length - 1);
        }
        table[slot] = entry + 1;
    }

    private void grow() {
        int size = hash.length * 2;
        hash = Arrays.copyOf(hash, size);
        block = Arrays.copyOf(block, size);
        used = Arrays.copyOf(used, size);
        newer = Arrays.copyOf(newer, size);
        older = Arrays.copyOf(older, size);
        table = new int[size * 2];
        for (int entry = 0; entry < taken; entry++) {
            enter(entry); // none is free, or there would be no need to grow
        }
    }

    private void removeOldest() {
        int entry = oldest;
        unlink(entry);
        leave(entry);
        count--;
        bytes -= size(entry);
        older[entry] = free;
        free = entry;
    }

    private long size(int entry) {
        return PrefixKeys.bytesOf(block[entry] + 1) - PrefixKeys.bytesOf(block[entry]);
    }

    private void unlink(int entry) {
        if (newer[entry] == NONE) {
            newest = older[entry];
        } else {
            older[newer[entry]] = older[entry];
        }
        if (older[entry] == NONE) {
            oldest = newer[entry];
        } else {
            newer[older[entry]] = newer[entry];
        }
    }

    /** Empties the entry's slot and moves those behind it up, so that no search stops too early. */
    private void leave(int entry) {
        int mask = table.length - 1;
        int hole = slot(hash[entry]);
        while (table[hole] != entry + 1) {
            hole = (hole + 1) & mask;
        }
        for (int next = (hole + 1) & mask; table[next] != 0; next = (next + 1) & mask) {
            int wanted = slot(hash[table[next] - 1]);
            if (((next - wanted) & mask) >= ((next - hole) & mask)) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = 0;
    }
}
