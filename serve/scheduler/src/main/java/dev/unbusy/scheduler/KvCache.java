package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Slots and cells of the KV cache, and the finished sequences kept in them. A slot is free, running (its cells are pinned)
 * or cached (its cells are given up, the least recently used first and from the end, when somebody needs them). Where
 * slots share no cells, what is given up may be parked outside of the cache.
 *
 * <p>Whoever holds tokens has a number in the prefix tree: a slot its own, a place of the parked ones that many behind the
 * slots.
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

    /** Parking costs a copy; a prefix shorter than this is computed again as quickly. */
    private static final int WORTH_PARKING_TOKENS = 32;

    /**
     * Where slots share no cells, taking a prefix over copies a whole sequence's cells: as long as some ten tokens take. Less than
     * this, such as what every template begins with, is computed again as quickly.
     */
    static final int WORTH_COPYING_TOKENS = 16;

    private final KvLedger ledger;
    private final ParkedPrefixes parked;
    private final PrefixTree tree;
    private final boolean shared;
    private final boolean reuse;
    private final int slots;
    private final Use[] uses;
    private final int[][] tokens;
    private final String[] scopes;
    private final long[] usedNanos;
    private final List<KvOperation> operations = new ArrayList<>();

    KvCache(SchedulerOptions options) {
        slots = options.kvSlots();
        shared = options.layout() == KvLayout.SHARED;
        reuse = options.prefixReuse();
        ledger = new KvLedger(options.layout(), options.kvCells(), slots);
        parked = new ParkedPrefixes(reuse ? options.parkedCells() : 0);
        int holders = slots + parked.places();
        tree = new PrefixTree(holders);
        uses = new Use[slots];
        tokens = new int[holders][0];
        scopes = new String[holders];
        usedNanos = new long[slots];
        Arrays.fill(uses, Use.FREE);
        Arrays.fill(scopes, "");
    }

    /** Whether slots take their cells from one pool, so that they can run short. */
    boolean isShared() {
        return shared;
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
        return tree.match(sequence.cacheScope(), sequence.tokens(), reuse ? sequence.size() - 1 : 0, this::length);
    }

    /** Tokens that a slot or a place really holds. */
    private int length(int holder) {
        return holder < slots ? ledger.length(holder) : parked.length(holder - slots);
    }

    /** Cells that admitting a sequence with this match would take from those available. */
    int cellsToPin(PrefixTree.Match match) {
        return match.slot < 0 ? 0 : ledger.unpinnedWithin(match.slot, match.length);
    }

    /** A running slot that holds what the match found. There must be a slot that is not running. */
    int acquire(Sequence sequence, PrefixTree.Match match, long nowNanos) {
        int from = match.slot;
        int length = match.length;
        int slot = chooseSlot(from, length);
        if (!shared && slot != from && length < WORTH_COPYING_TOKENS) {
            from = -1;
            length = 0;
        }
        if (slot == from) {
            tree.remove(slot);
            truncate(slot, length);
        } else {
            if (uses[slot] == Use.CACHED) {
                park(slot, from - slots, nowNanos);
            }
            if (length > 0) {
                fill(slot, from, length);
                touch(from, nowNanos);
            }
        }
        uses[slot] = Use.RUNNING;
        ledger.setPinned(slot, true);
        tree.insert(sequence.cacheScope(), slot, sequence.tokens(), sequence.size());
        return slot;
    }

    private void touch(int holder, long nowNanos) {
        if (holder >= slots) {
            parked.touch(holder - slots, nowNanos);
        } else if (holder >= 0) {
            usedNanos[holder] = nowNanos;
        }
    }

    private void fill(int slot, int from, int length) {
        if (shared) {
            share(from, slot, 0, length);
            return;
        }
        ledger.append(slot, length);
        operations.add(
                from < slots
                        ? new KvOperation.Copy(from, slot, length)
                        : new KvOperation.Unpark(from - slots, slot, length));
    }

    /**
     * Frees a cached slot, and keeps outside what nobody else holds.
     *
     * @param needed a place that must not go for it
     */
    private void park(int slot, int needed, long nowNanos) {
        int length = ledger.length(slot);
        String scope = scopes[slot];
        int[] content = tokens[slot];
        tree.remove(slot);
        boolean worth = parked.places() > 0
                && length >= WORTH_PARKING_TOKENS
                && tree.match(scope, content, length, this::length).length < length;
        int place = worth ? roomFor(length, needed) : -1;
        if (place >= 0) {
            parked.put(place, length, nowNanos);
            operations.add(new KvOperation.Park(slot, place));
            tokens[slots + place] = content;
            scopes[slots + place] = scope;
            tree.insert(scope, slots + place, content, length);
        }
        release(slot);
    }

    /** A free place with room, or −1. */
    private int roomFor(int length, int needed) {
        int place = parked.placeFor(length);
        if (place < 0) {
            return -1;
        }
        for (int victim = parked.victim(place, length); victim >= 0; victim = parked.victim(place, length)) {
            if (victim == needed) {
                return -1;
            }
            discard(victim);
        }
        return place;
    }

    private void discard(int place) {
        tree.remove(slots + place);
        tokens[slots + place] = new int[0];
        parked.discard(place);
        operations.add(new KvOperation.Discard(place));
    }

    /** Turns a running slot into a cached one, or frees it if it holds nothing that others lack. */
    void retire(int slot, Sequence sequence, long nowNanos) {
        int length = ledger.length(slot);
        tree.remove(slot);
        PrefixTree.Match match = tree.match(sequence.cacheScope(), sequence.tokens(), length, this::length);
        if (!reuse || match.length == length) {
            touch(match.slot, nowNanos);
            release(slot);
            return;
        }
        int kept = dropDuplicate(slot, match.slot, match.length);
        uses[kept] = Use.CACHED;
        tokens[kept] = sequence.tokens();
        scopes[kept] = sequence.cacheScope();
        usedNanos[kept] = nowNanos;
        tree.insert(scopes[kept], kept, tokens[kept], length);
        dropPrefixesOf(kept);
    }

    private void dropPrefixesOf(int kept) {
        for (int shorter = 0; shorter < slots; shorter++) {
            if (shorter != kept && uses[shorter] == Use.CACHED && tree.isPrefix(shorter, kept)) {
                release(shorter);
            }
        }
        for (int place = 0; place < parked.places(); place++) {
            if (parked.length(place) > 0 && tree.isPrefix(slots + place, kept)) {
                discard(place);
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
        if (!shared || length == 0 || spare < 0 || ledger.sharesPrefix(slot, other, length)) {
            return slot;
        }
        share(other, spare, 0, length);
        share(slot, spare, length, ledger.length(slot));
        release(slot);
        return spare;
    }

    private void share(int from, int to, int fromPosition, int toPosition) {
        ledger.share(from, to, fromPosition, toPosition);
        operations.add(new KvOperation.Share(from, to, fromPosition, toPosition));
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
        if (!shared) {
            return true; // Each slot has cells for a whole context.
        }
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
        for (int slot = 0; slot < slots; slot++) {
            if (uses[slot] == Use.CACHED) {
                release(slot);
                any = true;
            }
        }
        for (int place = 0; place < parked.places(); place++) {
            if (parked.length(place) > 0) {
                discard(place);
            }
        }
        return any;
    }

    void checkIntegrity() {
        ledger.checkIntegrity();
        parked.checkIntegrity();
        for (int place = 0; place < parked.places(); place++) {
            if (parked.length(place) > 0 != tree.contains(slots + place)) {
                throw new IllegalStateException("place " + place + " is in the tree, or not, against its account");
            }
        }
        for (int slot = 0; slot < slots; slot++) {
            boolean free = uses[slot] == Use.FREE;
            if (free && ledger.length(slot) > 0) {
                throw new IllegalStateException("free slot " + slot + " holds " + ledger.length(slot) + " cells");
            }
            if (free == tree.contains(slot)) {
                throw new IllegalStateException("slot " + slot + " is " + uses[slot] + ", which the tree contradicts");
            }
        }
    }

    private int chooseSlot(int matched, int length) {
        boolean cached = matched >= 0 && matched < slots && uses[matched] == Use.CACHED;
        if (cached && !shared && 2 * length >= ledger.length(matched)) {
            return matched; // Goes on where it ended: cheaper than a copy, and little is lost behind the match.
        }
        int slot = free();
        if (slot >= 0) {
            return slot;
        }
        slot = leastRecentlyUsed(matched);
        if (slot >= 0) {
            return slot;
        }
        if (cached) {
            return matched;
        }
        throw new IllegalStateException("all " + slots + " slots are running");
    }

    private int free() {
        for (int slot = 0; slot < slots; slot++) {
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
        for (int slot = 0; slot < slots; slot++) {
            if (slot != except && uses[slot] == Use.CACHED && (oldest < 0 || usedNanos[slot] - usedNanos[oldest] < 0)) {
                oldest = slot;
            }
        }
        return oldest;
    }
}
