package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * What a step computes, as far as its cost depends on it. Where sequences share cells it is one <em>pass</em> over the weights. Where
 * each slot has cells of its own, llama.cpp computes it in several (split_equal in llama-batch.cpp), one after the other:
 *
 * <ol>
 *   <li>a pass begins with the first slot that has tokens left;
 *   <li>slots join it that follow without a gap and have tokens left;
 *   <li>it takes equally many tokens of each, until one has none left.
 * </ol>
 *
 * <p>So a slot with nothing to compute divides those beside it ({@link PassFiller}), and prompts never share a pass with decoding
 * sequences there, but for one token. Mutable and reused; owned by one thread.
 */
final class StepLoad {
    /** Passes that cost differently although they hold as many tokens. */
    enum Kind {
        /** Every token wants logits. */
        DECODE(0),
        /** Prompts only. */
        PREFILL(1),
        /** Both: kernels made for long runs of one sequence may do worse on it than on the two apart. */
        MIXED(2);

        /** Number of kinds. */
        static final int COUNT = 3;

        /** From 0. */
        final int index;

        Kind(int index) {
            this.index = index;
        }
    }

    /** Rows of one sequence that llama.cpp's attention computes at once; below, it goes row by row. */
    static final int TILE = 64;
    /** Of a prompt of which it is open in which slot it is: it joins nobody's pass. */
    static final int NO_SLOT = -2;

    private final boolean split;
    private final int passTokens;

    // Runs, by slot.
    private int runs;
    private int[] slots = new int[8];
    private int[] counts = new int[8];
    private int[] depths = new int[8];
    private boolean[] decoding = new boolean[8];
    /** Rows that nobody wants: they only join the slots beside them. */
    private boolean[] filling = new boolean[8];

    private int decodeTokens;
    private int prefillTokens;

    // Passes; −1 until they are asked for.
    private int passes = -1;
    private int[] done = new int[8];
    private int[] tokensOf = new int[8];
    private long[] cellsOf = new long[8];
    private Kind[] kindOf = new Kind[8];

    /**
     * @param split whether each slot has cells of its own
     * @param passTokens most tokens of a pass
     */
    StepLoad(boolean split, int passTokens) {
        this.split = split;
        this.passTokens = passTokens;
    }

    StepLoad clear() {
        runs = 0;
        decodeTokens = 0;
        prefillTokens = 0;
        passes = -1;
        return this;
    }

    StepLoad set(StepLoad other) {
        reserve(other.runs);
        runs = other.runs;
        System.arraycopy(other.slots, 0, slots, 0, runs);
        System.arraycopy(other.counts, 0, counts, 0, runs);
        System.arraycopy(other.depths, 0, depths, 0, runs);
        System.arraycopy(other.decoding, 0, decoding, 0, runs);
        System.arraycopy(other.filling, 0, filling, 0, runs);
        decodeTokens = other.decodeTokens;
        prefillTokens = other.prefillTokens;
        passes = -1;
        return this;
    }

    /** Adds tokens whose logits are wanted; the first ones of a slot begin at position {@code depth}, more follow them. */
    StepLoad decode(int slot, int tokens, int depth) {
        decodeTokens += tokens;
        add(slot, tokens, depth, true, false);
        return this;
    }

    /** Adds tokens of a prompt, the first of them at position {@code depth}. */
    StepLoad prefill(int slot, int tokens, int depth) {
        prefillTokens += tokens;
        add(slot, tokens, depth, false, false);
        return this;
    }

    /** Adds a row that nobody wants to a slot without tokens; what is added to the slot later takes its place. */
    StepLoad fill(int slot, int depth) {
        add(slot, 1, depth, true, true);
        return this;
    }

    /** Slots with tokens or a row that nobody wants. */
    int runs() {
        return runs;
    }

    /** Slot of a run, ascending. */
    int slot(int run) {
        return slots[run];
    }

    boolean isFilling(int run) {
        return filling[run];
    }

    int depthOf(int run) {
        return depths[run];
    }

    int decodeTokens() {
        return decodeTokens;
    }

    int prefillTokens() {
        return prefillTokens;
    }

    int tokens() {
        return decodeTokens + prefillTokens;
    }

    /** Whether a slot's first token would be computed together with others'. */
    boolean joins(int slot) {
        for (int run = 0; split && run < runs; run++) {
            if (slots[run] == slot - 1 || slots[run] == slot + 1) {
                return true;
            }
        }
        return false;
    }

    int passes() {
        if (passes < 0) {
            findPasses();
        }
        return passes;
    }

    Kind kind(int pass) {
        return kindOf[pass];
    }

    int tokens(int pass) {
        return tokensOf[pass];
    }

    /** Cells that a token of the pass attends over on average. */
    double depth(int pass) {
        return (double) cellsOf[pass] / tokensOf[pass];
    }

    private void add(int slot, int tokens, int depth, boolean decodes, boolean fills) {
        passes = -1;
        int run = runs;
        while (run > 0 && slots[run - 1] >= slot) {
            run--;
            if (slots[run] == slot && slot != NO_SLOT) {
                if (filling[run]) {
                    put(run, slot, tokens, depth, decodes, fills);
                } else {
                    counts[run] += tokens;
                }
                return;
            }
        }
        reserve(runs + 1);
        for (int i = runs; i > run; i--) {
            slots[i] = slots[i - 1];
            counts[i] = counts[i - 1];
            depths[i] = depths[i - 1];
            decoding[i] = decoding[i - 1];
            filling[i] = filling[i - 1];
        }
        put(run, slot, tokens, depth, decodes, fills);
        runs++;
    }

    private void put(int run, int slot, int tokens, int depth, boolean decodes, boolean fills) {
        slots[run] = slot;
        counts[run] = tokens;
        depths[run] = depth;
        decoding[run] = decodes;
        filling[run] = fills;
    }

    private void findPasses() {
        passes = 0;
        Arrays.fill(done, 0, runs, 0);
        if (!split) {
            if (runs > 0) {
                Kind kind = prefillTokens == 0 ? Kind.DECODE : decodeTokens == 0 ? Kind.PREFILL : Kind.MIXED;
                long cells = 0;
                for (int run = 0; run < runs; run++) {
                    cells += cells(counts[run], depths[run]);
                }
                addPass(kind, tokens(), cells);
            }
            return;
        }
        int first = 0;
        while (first < runs) {
            if (done[first] == counts[first]) {
                first++;
                continue;
            }
            findPass(first);
        }
    }

    private void findPass(int first) {
        int rows = counts[first] - done[first]; // 1
        int end = first + 1;
        while (end < runs && slots[end] == slots[end - 1] + 1 && done[end] < counts[end]) { // 2
            rows = Math.min(rows, counts[end] - done[end]);
            end++;
        }
        int width = end - first;
        rows = Math.min(rows, Math.max(1, passTokens / width)); // 3
        boolean decodes = false;
        long cells = 0;
        for (int run = first; run < end; run++) {
            cells += cells(rows, depths[run] + done[run]);
            done[run] += rows;
            decodes |= decoding[run];
        }
        addPass(decodes ? Kind.DECODE : Kind.PREFILL, rows * width, cells);
    }

    private void addPass(Kind kind, int tokens, long cells) {
        if (passes == tokensOf.length) {
            tokensOf = Arrays.copyOf(tokensOf, 2 * passes);
            cellsOf = Arrays.copyOf(cellsOf, 2 * passes);
            kindOf = Arrays.copyOf(kindOf, 2 * passes);
        }
        kindOf[passes] = kind;
        tokensOf[passes] = tokens;
        cellsOf[passes] = cells;
        passes++;
    }

    private void reserve(int needed) {
        if (needed > slots.length) {
            int size = Math.max(needed, 2 * slots.length);
            slots = Arrays.copyOf(slots, size);
            counts = Arrays.copyOf(counts, size);
            depths = Arrays.copyOf(depths, size);
            decoding = Arrays.copyOf(decoding, size);
            filling = Arrays.copyOf(filling, size);
            done = Arrays.copyOf(done, size);
        }
    }

    private static long cells(int tokens, int depth) {
        return (long) tokens * depth + (long) tokens * (tokens + 1) / 2;
    }
}
