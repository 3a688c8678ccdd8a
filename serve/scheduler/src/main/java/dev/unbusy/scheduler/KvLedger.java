package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * The account of the KV cache: which cells each slot (a sequence id of the native cache) holds, by position. A cell shared
 * by several slots is counted once. Cells are <em>pinned</em> while a running slot holds them; the others that are in use
 * hold the cache of finished sequences.
 *
 * <p>Cells lie in pools: one for all slots ({@link KvLayout#SHARED}), or one for each ({@link KvLayout#SPLIT}), which then
 * share nothing.
 *
 * <p>Invariant: free + used = total, and each used cell has as many references as slots hold it ({@link #checkIntegrity}).
 * The cell numbers are this ledger's own; the native cache places tokens as it likes, and only the counts must agree.
 */
public final class KvLedger {
    private final boolean split;
    private final int[] references;
    private final int[] pins;
    /** For each pool a stack of free cells, one behind the other. */
    private final int[] freeCells;

    private final int[] freeInPool;
    private final int poolCells;
    private final int[][] cells;
    private final int[] lengths;
    private final boolean[] pinned;
    private int free;
    private int pinnedCells;

    public KvLedger(KvLayout layout, int totalCells, int slots) {
        split = layout == KvLayout.SPLIT;
        poolCells = split ? totalCells / slots : totalCells;
        freeInPool = new int[split ? slots : 1];
        Arrays.fill(freeInPool, poolCells);
        free = poolCells * freeInPool.length;
        references = new int[free];
        pins = new int[free];
        freeCells = new int[free];
        for (int i = 0; i < free; i++) {
            freeCells[i] = i;
        }
        cells = new int[slots][0];
        lengths = new int[slots];
        pinned = new boolean[slots];
    }

    public int total() {
        return references.length;
    }

    public int free() {
        return free;
    }

    /** Cells that no running slot holds: free ones, and cached ones that may be given up. */
    public int available() {
        return references.length - pinnedCells;
    }

    /** Positions that the slot holds, from 0 without a gap. */
    public int length(int slot) {
        return lengths[slot];
    }

    /** Takes free cells for the slot's next positions. */
    void append(int slot, int count) {
        int pool = split ? slot : 0;
        if (count > freeInPool[pool]) {
            throw new IllegalStateException(
                    "slot " + slot + " needs " + count + " cells, " + freeInPool[pool] + " are free");
        }
        int[] held = ensureCapacity(slot, lengths[slot] + count);
        free -= count;
        for (int i = 0; i < count; i++) {
            int cell = freeCells[pool * poolCells + --freeInPool[pool]];
            held[lengths[slot]++] = cell;
            references[cell] = 1;
            if (pinned[slot]) {
                pin(cell);
            }
        }
    }

    /** Shares the positions {@code [fromPosition, toPosition)} of {@code from} with {@code to}, which ends before them. */
    void share(int from, int to, int fromPosition, int toPosition) {
        if (split || lengths[to] != fromPosition || lengths[from] < toPosition) {
            throw new IllegalStateException("cannot share positions " + fromPosition + " to " + toPosition + " of slot "
                    + from + " (" + lengths[from] + ") to slot " + to + " (" + lengths[to] + ")");
        }
        int[] held = ensureCapacity(to, toPosition);
        for (int i = fromPosition; i < toPosition; i++) {
            held[i] = shareCell(cells[from][i], to);
        }
        lengths[to] = toPosition;
    }

    void truncate(int slot, int length) {
        while (lengths[slot] > length) {
            release(cells[slot][--lengths[slot]], slot);
        }
        if (length == 0) {
            cells[slot] = new int[0];
        }
    }

    void setPinned(int slot, boolean value) {
        if (pinned[slot] == value) {
            return;
        }
        pinned[slot] = value;
        for (int i = 0; i < lengths[slot]; i++) {
            if (value) {
                pin(cells[slot][i]);
            } else {
                unpin(cells[slot][i]);
            }
        }
    }

    /** Cells at the slot's end that nobody shares: what truncating it would free. */
    int exclusiveTail(int slot) {
        int tail = 0;
        while (tail < lengths[slot] && references[cells[slot][lengths[slot] - 1 - tail]] == 1) {
            tail++;
        }
        return tail;
    }

    /** How many of the first {@code length} positions lie in cells that no running slot holds. */
    int unpinnedWithin(int slot, int length) {
        int count = 0;
        for (int i = 0; i < length; i++) {
            if (pins[cells[slot][i]] == 0) {
                count++;
            }
        }
        return count;
    }

    /** Cells that become available when the slot is no longer pinned. */
    int pinnedOnlyBy(int slot) {
        int count = 0;
        for (int i = 0; i < lengths[slot]; i++) {
            if (pins[cells[slot][i]] == 1) {
                count++;
            }
        }
        return count;
    }

    boolean sharesPrefix(int slot, int other, int length) {
        return Arrays.equals(cells[slot], 0, length, cells[other], 0, length);
    }

    /** @throws IllegalStateException if a count does not match what the slots hold */
    public void checkIntegrity() {
        int[] seen = new int[references.length];
        int[] seenPins = new int[references.length];
        for (int slot = 0; slot < cells.length; slot++) {
            for (int i = 0; i < lengths[slot]; i++) {
                seen[cells[slot][i]]++;
                seenPins[cells[slot][i]] += pinned[slot] ? 1 : 0;
            }
        }
        int used = 0;
        int pinnedNow = 0;
        for (int cell = 0; cell < seen.length; cell++) {
            if (seen[cell] != references[cell] || seenPins[cell] != pins[cell]) {
                throw new IllegalStateException("cell " + cell + " has " + references[cell] + " references and "
                        + pins[cell] + " pins, but slots hold " + seen[cell] + " and " + seenPins[cell]);
            }
            used += seen[cell] > 0 ? 1 : 0;
            pinnedNow += seenPins[cell] > 0 ? 1 : 0;
        }
        int freeNow = 0;
        for (int pool = 0; pool < freeInPool.length; pool++) {
            freeNow += freeInPool[pool];
            for (int i = pool * poolCells; i < pool * poolCells + freeInPool[pool]; i++) {
                if (seen[freeCells[i]] != 0) {
                    throw new IllegalStateException("cell " + freeCells[i] + " is both free and held");
                }
            }
        }
        if (freeNow != free || free + used != references.length || pinnedNow != pinnedCells) {
            throw new IllegalStateException("free " + free + " + used " + used + " is not " + references.length
                    + ", or pinned " + pinnedNow + " is not " + pinnedCells);
        }
    }

    private int shareCell(int cell, int slot) {
        references[cell]++;
        if (pinned[slot]) {
            pin(cell);
        }
        return cell;
    }

    private void release(int cell, int slot) {
        if (pinned[slot]) {
            unpin(cell);
        }
        if (--references[cell] == 0) {
            int pool = cell / poolCells;
            freeCells[pool * poolCells + freeInPool[pool]++] = cell;
            free++;
        }
    }

    private void pin(int cell) {
        if (pins[cell]++ == 0) {
            pinnedCells++;
        }
    }

    private void unpin(int cell) {
        if (--pins[cell] == 0) {
            pinnedCells--;
        }
    }

    private int[] ensureCapacity(int slot, int length) {
        if (cells[slot].length < length) {
            cells[slot] = Arrays.copyOf(cells[slot], Math.max(length, cells[slot].length * 2));
        }
        return cells[slot];
    }
}
