package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * Slots and cells of the KV cache, and the finished sequences kept in them. A slot is free, running (its cells are pinned)
 * or cached (its cells are given up, the least recently used first and from the end, when somebody needs them).
 *
 * <p>Changes the account at once and lists the operations that the native cache has to follow with.
 */
final class KvCache {
    /** Evicting single cells would cost one native call per token; a cached tail shorter than this is worth little. */
    private static final int EVICTION_CELLS = 64;

    private enum Use {
        FREE,
        RUNNING,
        CACHED
    }

    private final KvLedger ledger;
    private final PrefixTree tree;
    private final boolean reuse;
    private final Use[] uses;
    private final int[][] tokens;
    private final String[] scopes;
    private final long[] usedNanos;
    private final List<KvOperation> operations = new ArrayList<>();

    KvCache(int cells, int slots, boolean reuse) {
        ledger = new KvLedger(cells, slots);
        tree = new PrefixTree(slots);
        this.reuse = reuse;
        uses = new Use[slots];
        tokens = new int[slots][0];
        scopes = new String[slots];
        usedNanos = new long[slots];
        for (int slot = 0; slot < slots; slot++) {
            uses[slot] = Use.FREE;
            scopes[slot] = "";
        }
    }

    KvLedger ledger() {
        return ledger;
    }

    /** What the native cache must do before the next step; the caller clears it. */
    List<KvOperation> operations() {
        return operations;
    }

    PrefixTree.Match match(Sequence sequence) {
        // The last token is always computed: its logits are needed.
        return tree.match(sequence.cacheScope(), sequence.tokens(), reuse ? sequence.size() - 1 : 0, ledger::length);
    }

    /** Cells that admitting a sequence with this match would take from those available. */
    int cellsToPin(PrefixTree.Match match) {
        return match.slot < 0 ? 0 : ledger.unpinnedWithin(match.slot, match.length);
    }

    /** A running slot that holds what the match found. There must be a slot that is not running. */
    int acquire(Sequence sequence, PrefixTree.Match match, long nowNanos) {
        int from = match.slot;
        int length = match.length;
        int slot = chooseSlot(from);
        if (slot == from) {
            tree.remove(slot);
            truncate(slot, length);
        } else {
            if (uses[slot] == Use.CACHED) {
                release(slot);
            }
            if (length > 0) {
                copy(from, slot, 0, length);
                usedNanos[from] = nowNanos;
            }
        }
        uses[slot] = Use.RUNNING;
        ledger.setPinned(slot, true);
        tree.insert(sequence.cacheScope(), slot, sequence.tokens(), sequence.size());
        return slot;
    }

    /** Turns a running slot into a cached one, or frees it if it holds nothing that others lack. */
    void retire(int slot, Sequence sequence, long nowNanos) {
        int length = ledger.length(slot);
        tree.remove(slot);
        PrefixTree.Match match = tree.match(sequence.cacheScope(), sequence.tokens(), length, ledger::length);
        if (!reuse || match.length == length) {
            if (match.slot >= 0) {
                usedNanos[match.slot] = nowNanos;
            }
            release(slot);
            return;
        }
        int kept = dropDuplicate(slot, match.slot, match.length);
        uses[kept] = Use.CACHED;
        tokens[kept] = sequence.tokens();
        scopes[kept] = sequence.cacheScope();
        usedNanos[kept] = nowNanos;
        tree.insert(scopes[kept], kept, tokens[kept], length);
        for (int shorter = 0; shorter < uses.length; shorter++) {
            if (shorter != kept && uses[shorter] == Use.CACHED && tree.isPrefix(shorter, kept)) {
                release(shorter);
            }
        }
    }

    /**
     * Where two sequences computed the same prefix at the same time, one copy is enough: shares the other's, if a slot is
     * free to put it together in.
     *
     * @return the slot that now holds the sequence, no longer pinned
     */
    private int dropDuplicate(int slot, int other, int length) {
        ledger.setPinned(slot, false);
        int spare = free();
        if (length == 0 || spare < 0 || ledger.sharesPrefix(slot, other, length)) {
            return slot;
        }
        copy(other, spare, 0, length);
        copy(slot, spare, length, ledger.length(slot));
        release(slot);
        return spare;
    }

    private void copy(int from, int to, int fromPosition, int toPosition) {
        ledger.copy(from, to, fromPosition, toPosition);
        operations.add(new KvOperation.Copy(from, to, fromPosition, toPosition));
    }

    void append(int slot, int count) {
        ledger.append(slot, count);
    }

    /** Takes back cells that the native cache never filled. */
    void undo(int slot, int length) {
        ledger.truncate(slot, length);
    }

    /** Gives up filled cells at the end of a slot. */
    void truncate(int slot, int length) {
        if (ledger.length(slot) > length) {
            ledger.truncate(slot, length);
            operations.add(new KvOperation.Remove(slot, length));
        }
    }

    /** Evicts until so many cells are free; false if even all that is cached is not enough. */
    boolean makeRoom(int cells) {
        while (ledger.free() < cells) {
            int victim = leastRecentlyUsed(-1);
            if (victim < 0) {
                return false;
            }
            int tail = ledger.exclusiveTail(victim);
            int drop = Math.min(tail, Math.max(EVICTION_CELLS, cells - ledger.free()));
            int left = ledger.length(victim) - drop;
            // What remains in front of a shared tail is held by those who share it.
            if (drop == tail || left == 0) {
                release(victim);
            } else {
                tree.remove(victim);
                truncate(victim, left);
                tree.insert(scopes[victim], victim, tokens[victim], left);
            }
        }
        return true;
    }

    /** Frees everything cached; returns whether there was anything. */
    boolean dropCached() {
        boolean any = false;
        for (int slot = 0; slot < uses.length; slot++) {
            if (uses[slot] == Use.CACHED) {
                release(slot);
                any = true;
            }
        }
        return any;
    }

    void checkIntegrity() {
        ledger.checkIntegrity();
        for (int slot = 0; slot < uses.length; slot++) {
            boolean free = uses[slot] == Use.FREE;
            if (free && ledger.length(slot) > 0) {
                throw new IllegalStateException("free slot " + slot + " holds " + ledger.length(slot) + " cells");
            }
            if (free == tree.contains(slot)) {
                throw new IllegalStateException("slot " + slot + " is " + uses[slot] + ", which the tree contradicts");
            }
        }
    }

    private int chooseSlot(int matched) {
        int slot = free();
        if (slot >= 0) {
            return slot;
        }
        slot = leastRecentlyUsed(matched);
        if (slot >= 0) {
            return slot;
        }
        if (matched >= 0 && uses[matched] == Use.CACHED) {
            return matched;
        }
        throw new IllegalStateException("all " + uses.length + " slots are running");
    }

    private int free() {
        for (int slot = 0; slot < uses.length; slot++) {
            if (uses[slot] == Use.FREE) {
                return slot;
            }
        }
        return -1;
    }

    private void release(int slot) {
        if (tree.contains(slot)) {
            tree.remove(slot);
        }
        truncate(slot, 0);
        ledger.setPinned(slot, false);
        uses[slot] = Use.FREE;
        tokens[slot] = new int[0];
    }

    private int leastRecentlyUsed(int except) {
        int oldest = -1;
        for (int slot = 0; slot < uses.length; slot++) {
            if (slot != except && uses[slot] == Use.CACHED && (oldest < 0 || usedNanos[slot] - usedNanos[oldest] < 0)) {
                oldest = slot;
            }
        }
        return oldest;
    }
}
