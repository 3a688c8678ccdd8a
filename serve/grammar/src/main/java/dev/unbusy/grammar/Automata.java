package dev.unbusy.grammar;

/**
 * The rules of a grammar as one table of states. A state reads bytes, calls rules, ends its rule, or several of these; by
 * byte, and by rule called, there is one way on. From every state its rule can be finished. States from {@code 0} on are
 * written out here; those of each {@link TextRule} follow, computed. State 0 is the grammar's start. Immutable.
 */
final class Automata {
    static final int ENDS = 1;
    static final int CALLS = 2;
    static final int READS = 4;

    private final byte[] flags;
    private final int[] edgeStarts;
    private final int[] ranges;
    private final int[] targets;
    private final int[] dense;
    private final int[] rows;
    private final int[] callStarts;
    private final int[] callees;
    private final int[] returns;
    private final TextRule[] texts;
    private final int[] textBases;

    Automata(
            byte[] flags,
            int[] edgeStarts,
            int[] ranges,
            int[] targets,
            int[] dense,
            int[] rows,
            int[] callStarts,
            int[] callees,
            int[] returns,
            TextRule[] texts,
            int[] textBases) {
        this.flags = flags;
        this.edgeStarts = edgeStarts;
        this.ranges = ranges;
        this.targets = targets;
        this.dense = dense;
        this.rows = rows;
        this.callStarts = callStarts;
        this.callees = callees;
        this.returns = returns;
        this.texts = texts;
        this.textBases = textBases;
    }

    /** What the tables take in memory. */
    long bytes() {
        long ints = (long) edgeStarts.length
                + ranges.length
                + targets.length
                + dense.length
                + rows.length
                + callStarts.length
                + callees.length
                + returns.length
                + textBases.length;
        long bytes = flags.length + ints * Integer.BYTES;
        for (TextRule text : texts) {
            bytes += text.bytes();
        }
        return bytes;
    }

    /** States written out in tables. */
    int tableStates() {
        return flags.length;
    }

    boolean isText(int state) {
        return state >= flags.length;
    }

    /** The index of the text rule that a state with {@link #isText} belongs to. */
    int textIndex(int state) {
        int low = 0;
        int high = texts.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (textBases[middle] <= state) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    TextRule text(int index) {
        return texts[index];
    }

    int textBase(int index) {
        return textBases[index];
    }

    /** The state after a byte (0 to 255) within the same rule, or −1. */
    int next(int state, int b) {
        if (state >= flags.length) {
            int index = textIndex(state);
            int to = texts[index].next(state - textBases[index], b);
            return to < 0 ? -1 : to + textBases[index];
        }
        return tableNext(state, b);
    }

    int tableNext(int state, int b) {
        int row = dense[state];
        if (row >= 0) {
            return rows[row + b];
        }
        for (int e = edgeStarts[state]; e < edgeStarts[state + 1]; e++) {
            int range = ranges[e];
            if (b >= range >> 8 && b <= (range & 0xFF)) {
                return targets[e];
            }
        }
        return -1;
    }

    /** Whether the stack matters at this state: its rule may end here or call another. */
    boolean isBorder(int state) {
        return state < flags.length ? (flags[state] & (ENDS | CALLS)) != 0 : isFinalText(state);
    }

    private boolean isFinalText(int state) {
        return state - textBases[textIndex(state)] == TextRule.FINAL;
    }

    boolean ends(int state) {
        return state < flags.length ? (flags[state] & ENDS) != 0 : isFinalText(state);
    }

    boolean reads(int state) {
        return state < flags.length ? (flags[state] & READS) != 0 : !isFinalText(state);
    }

    /** Whether all that is left to do is to return. */
    boolean onlyEnds(int state) {
        return state < flags.length && flags[state] == ENDS;
    }

    int callsFrom(int state) {
        return state < flags.length ? callStarts[state] : 0;
    }

    int callsTo(int state) {
        return state < flags.length ? callStarts[state + 1] : 0;
    }

    /** Where the rule of a call starts. */
    int callee(int call) {
        return callees[call];
    }

    /** Where a call goes on afterwards. */
    int returnTo(int call) {
        return returns[call];
    }
}
