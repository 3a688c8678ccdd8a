package dev.unbusy.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a text stands in a grammar: states that read bytes, ascending, each with the stacks it may return to; whether the
 * text may end here; and whether the part that was asked about may ({@link Stack#UNKNOWN}). Immutable but for what it
 * remembers; owned by the thread of its {@link Machine}.
 */
final class Configuration implements Matcher.Mark {
    private final int[] states;
    private final Stack[] stacks;
    private final boolean end;
    private final boolean exit;
    private final int hash;

    /** The tokens that may follow, if known: see {@link TokenMasks}. */
    @Nullable
    Mask mask;

    /** What follows on each byte, as far as known; for configurations of several states only. */
    Configuration @Nullable [] next;

    Configuration(int[] states, Stack[] stacks, boolean end, boolean exit) {
        this.states = states;
        this.stacks = stacks;
        this.end = end;
        this.exit = exit;
        int mixed = (end ? 1 : 0) + (exit ? 2 : 0);
        for (int i = 0; i < states.length; i++) {
            mixed = (mixed * 31 + states[i]) * 0x9E3779B9 + stacks[i].hashCode();
        }
        hash = mixed ^ (mixed >>> 16);
    }

    int size() {
        return states.length;
    }

    int state(int index) {
        return states[index];
    }

    Stack stack(int index) {
        return stacks[index];
    }

    boolean canEnd() {
        return end;
    }

    boolean canExit() {
        return exit;
    }

    /** Whether no text comes through here. */
    boolean isDead() {
        return states.length == 0 && !end && !exit;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // equal stacks are one object: see StackPool
    public boolean equals(Object other) {
        if (!(other instanceof Configuration that)
                || hash != that.hash
                || end != that.end
                || exit != that.exit
                || !Arrays.equals(states, that.states)) {
            return false;
        }
        for (int i = 0; i < stacks.length; i++) {
            if (stacks[i] != that.stacks[i]) {
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
