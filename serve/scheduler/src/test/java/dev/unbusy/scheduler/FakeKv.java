package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A KV cache as llama.cpp's behaves: cells with a token, owned by any number of sequences, out of one pool or one for each
 * sequence; and what was parked outside of it.
 */
final class FakeKv {
    private static final class Cell {
        private final int token;
        private final String scope;
        private int owners = 1;

        Cell(int token, String scope) {
            this.token = token;
            this.scope = scope;
        }
    }

    private final int capacity;
    private final boolean split;
    private final int parkedCapacity;
    private final Map<Integer, List<Cell>> parked = new HashMap<>();
    /** By sequence, then by position. */
    private final List<List<Cell>> slots = new ArrayList<>();

    private int used;

    FakeKv(SchedulerOptions options) {
        capacity = options.kvCells();
        split = options.layout() == KvLayout.SPLIT;
        parkedCapacity = options.parkedCells();
        for (int i = 0; i < options.kvSlots(); i++) {
            this.slots.add(new ArrayList<>());
        }
    }

    void apply(KvOperation operation) {
        switch (operation) {
            case KvOperation.Share share -> {
                if (split || length(share.to()) != share.fromPosition()) {
                    throw new AssertionError(share + ", but the target holds " + length(share.to()));
                }
                for (Cell cell : slots.get(share.from()).subList(share.fromPosition(), share.toPosition())) {
                    cell.owners++;
                    slots.get(share.to()).add(cell);
                }
            }
            case KvOperation.Copy copy -> fill(copy.to(), slots.get(copy.from()), copy.length());
            case KvOperation.Park park -> {
                if (parked.put(park.place(), List.copyOf(slots.get(park.slot()))) != null) {
                    throw new AssertionError(park + ", but the place is taken");
                }
                if (parkedTokens() > parkedCapacity) {
                    throw new AssertionError(parkedTokens() + " tokens parked of " + parkedCapacity);
                }
            }
            case KvOperation.Unpark unpark ->
                fill(unpark.slot(), Objects.requireNonNull(parked.get(unpark.place())), unpark.length());
            case KvOperation.Discard discard -> Objects.requireNonNull(parked.remove(discard.place()));
            case KvOperation.Remove remove -> {
                List<Cell> cells = slots.get(remove.slot());
                while (cells.size() > remove.fromPosition()) {
                    if (--cells.removeLast().owners == 0) {
                        used--;
                    }
                }
            }
        }
    }

    private void fill(int slot, List<Cell> from, int length) {
        if (length(slot) != 0) {
            throw new AssertionError("slot " + slot + " is to be filled, but holds " + length(slot));
        }
        for (Cell cell : List.copyOf(from.subList(0, length))) {
            compute(slot, length(slot), cell.token, cell.scope);
        }
    }

    int parkedTokens() {
        return parked.values().stream().mapToInt(List::size).sum();
    }

    /** Computes a token; refuses what llama.cpp refuses. */
    void compute(int slot, int position, int token, String scope) {
        if (position != length(slot)) {
            throw new AssertionError("slot " + slot + " holds " + length(slot) + " positions, got " + position);
        }
        if (used == capacity || (split && length(slot) == capacity / slots.size())) {
            throw new AssertionError("no free cell of " + capacity);
        }
        used++;
        slots.get(slot).add(new Cell(token, scope));
    }

    int used() {
        return used;
    }

    int length(int slot) {
        return slots.get(slot).size();
    }

    int[] content(int slot) {
        return slots.get(slot).stream().mapToInt(cell -> cell.token).toArray();
    }

    /** Longest prefix of the tokens that any slot holds, computed within the scope. */
    int longestPrefix(int[] tokens, int limit, String scope) {
        int longest = 0;
        List<List<Cell>> all = new ArrayList<>(slots);
        all.addAll(parked.values());
        for (List<Cell> cells : all) {
            int common = 0;
            while (common < Math.min(limit, cells.size())
                    && cells.get(common).token == tokens[common]
                    && cells.get(common).scope.equals(scope)) {
                common++;
            }
            longest = Math.max(longest, common);
        }
        return longest;
    }
}
