package dev.unbusy.grammar;

import java.util.Arrays;

/**
 * A set of return stacks that share their lower parts: frames by return state, ascending, each over the set of stacks
 * below it. Two stacks with the same top are always one frame, so the set stays small however ambiguous the grammar is.
 * Immutable; made by {@link StackPool}, where equal sets are one object.
 */
final class Stack {
    /** The empty stack: returning from here ends the text. */
    static final Stack END = new Stack(new int[0], new Stack[0], true, false);
    /** What lies below is not known: returning from here leaves what was asked about. */
    static final Stack UNKNOWN = new Stack(new int[0], new Stack[0], false, true);

    private final int[] returns;
    private final Stack[] below;
    private final boolean end;
    private final boolean unknown;
    private final int depth;
    private final int hash;

    Stack(int[] returns, Stack[] below, boolean end, boolean unknown) {
        this.returns = returns;
        this.below = below;
        this.end = end;
        this.unknown = unknown;
        int deepest = 0;
        int mixed = (end ? 1 : 0) + (unknown ? 2 : 0);
        for (int i = 0; i < returns.length; i++) {
            deepest = Math.max(deepest, below[i].depth + 1);
            mixed = (mixed * 31 + returns[i]) * 0x9E3779B9 + below[i].hash;
        }
        depth = deepest;
        hash = mixed ^ (mixed >>> 16);
    }

    int frames() {
        return returns.length;
    }

    int returnTo(int frame) {
        return returns[frame];
    }

    Stack below(int frame) {
        return below[frame];
    }

    /** Whether the empty stack is in the set. */
    boolean isEnd() {
        return end;
    }

    boolean isUnknown() {
        return unknown;
    }

    int depth() {
        return depth;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Stack stack)
                || hash != stack.hash
                || end != stack.end
                || unknown != stack.unknown
                || !Arrays.equals(returns, stack.returns)) {
            return false;
        }
        for (int i = 0; i < below.length; i++) {
            if (below[i] != stack.below[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
