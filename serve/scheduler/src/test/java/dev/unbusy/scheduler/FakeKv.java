package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.List;

/** A KV cache as llama.cpp's unified one behaves: cells with a token, owned by any number of sequences. */
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
    /** By sequence, then by position. */
    private final List<List<Cell>> slots = new ArrayList<>();

    private int used;

    FakeKv(int capacity, int slots) {
        this.capacity = capacity;
        for (int i = 0; i < slots; i++) {
            this.slots.add(new ArrayList<>());
        }
    }

    void apply(KvOperation operation) {
        switch (operation) {
            case KvOperation.Copy copy -> {
                if (length(copy.to()) != copy.fromPosition()) {
                    throw new AssertionError(copy + ", but the target holds " + length(copy.to()));
                }
                for (Cell cell : slots.get(copy.from()).subList(copy.fromPosition(), copy.toPosition())) {
                    cell.owners++;
                    slots.get(copy.to()).add(cell);
                }
            }
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

    /** Computes a token; refuses what llama.cpp refuses. */
    void compute(int slot, int position, int token, String scope) {
        if (position != length(slot)) {
            throw new AssertionError("slot " + slot + " holds " + length(slot) + " positions, got " + position);
        }
        if (used == capacity) {
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
        for (List<Cell> cells : slots) {
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
