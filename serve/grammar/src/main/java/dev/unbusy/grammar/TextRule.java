package dev.unbusy.grammar;

import java.util.Arrays;

/**
 * A JSON string whose value is in a {@link CharDfa}: quote, characters by {@link CharCodes}, quote. The states are not
 * written out: one is the pair of a state of the value's automaton and a place inside a character.
 *
 * <p>A step is taken only if the character that is being written can still become one that leads on, so a text that was
 * begun can always be finished. Immutable.
 */
final class TextRule {
    static final int START = 0;
    static final int FINAL = 1;

    /** Tokens of more bytes than this are looked at one by one; see {@link #alike}. */
    static final int HORIZON = 32;

    private final CharDfa value;
    private final int[] next;
    private final int classes;
    private final int[] codes;
    private final long[] reach;
    private final long[] live;
    private final int words;
    private final int bits;
    private final int mask;
    /** Per state of the value's automaton: equal for states that no text of up to {@link #HORIZON} characters tells apart. */
    private final int[] likeness;

    private final boolean[] free;

    TextRule(CharDfa value, CharCodes.Spelling spelling, Budget budget) {
        this.value = value;
        CharCodes charCodes = new CharCodes(value.partition(), spelling, budget);
        codes = charCodes.next();
        reach = charCodes.reach();
        words = charCodes.words();
        next = value.table();
        classes = value.partition().count();
        bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(charCodes.nodes() - 1));
        mask = (1 << bits) - 1;
        live = new long[value.states() * words];
        budget.work((long) value.states() * classes * 4);
        for (int s = 0; s < value.states(); s++) {
            for (int c = 0; c < classes; c++) {
                if (value.next(s, c) >= 0) {
                    live[s * words + c / 64] |= 1L << c;
                }
            }
        }
        free = freeStates();
        likeness = likenessOf(budget);
    }

    /** All states are less than this. */
    long size() {
        return (value.states() + 1L) << bits;
    }

    long bytes() {
        long ints = (long) next.length + codes.length + likeness.length;
        return ints * Integer.BYTES + ((long) reach.length + live.length) * Long.BYTES + free.length;
    }

    boolean isEmpty() {
        return value.isEmpty();
    }

    /** The state after a byte (0 to 255), or −1. */
    int next(int state, int b) {
        int at = (state >>> bits) - 1;
        if (at < 0) {
            return state == START && b == '"' ? enter(0) : -1;
        }
        int code = state & mask;
        int to = codes[(code << 8) | b];
        if (to >= 0) {
            return canReach(to, at) ? enter(at) | to : -1;
        }
        if (to == -1) {
            return code == 0 && b == '"' && value.accepts(at) ? FINAL : -1;
        }
        int after = next[at * classes + (-2 - to)];
        return after < 0 ? -1 : enter(after);
    }

    private int enter(int at) {
        return (at + 1) << bits;
    }

    private boolean canReach(int code, int at) {
        for (int w = 0; w < words; w++) {
            if ((reach[code * words + w] & live[at * words + w]) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether any {@link #HORIZON} characters that JSON writes as themselves may follow. */
    boolean isFree(int state) {
        int at = (state >>> bits) - 1;
        return at >= 0 && (state & mask) == 0 && free[at];
    }

    /** A number that is equal for states in which the same tokens of up to {@link #HORIZON} bytes lead to like ends. */
    int alike(int state) {
        int at = (state >>> bits) - 1;
        return at < 0 ? state : enter(likeness[at]) | (state & mask);
    }

    private boolean[] freeStates() {
        Partition partition = value.partition();
        boolean[] raw = new boolean[partition.count()];
        boolean all = true;
        for (int i = 0; i < partition.starts().length; i++) {
            int first = partition.starts()[i];
            int last = (i + 1 < partition.starts().length ? partition.starts()[i + 1] : CharSet.END) - 1;
            int charClass = partition.classes()[i];
            boolean written = !CharSet.range(Math.max(first, 0x20), last)
                    .and(CharSet.ofAll("\"\\").not())
                    .isEmpty();
            if (written && charClass < 0) {
                all = false;
            } else if (written) {
                raw[charClass] = true;
            }
        }
        boolean[] now = new boolean[value.states()];
        Arrays.fill(now, all);
        boolean changed = all;
        for (int round = 0; round < HORIZON && changed; round++) {
            boolean[] before = now.clone();
            changed = false;
            for (int s = 0; s < now.length; s++) {
                for (int c = 0; c < raw.length && now[s]; c++) {
                    int to = raw[c] ? value.next(s, c) : s;
                    if (to < 0 || !before[to]) {
                        now[s] = false;
                        changed = true;
                    }
                }
            }
        }
        return now;
    }

    /** Moore's partition refinement, stopped after {@link #HORIZON} rounds. */
    private int[] likenessOf(Budget budget) {
        int states = value.states();
        int[] names = new int[states];
        int accepting = 0;
        for (int s = 0; s < states; s++) {
            names[s] = value.accepts(s) ? 1 : 0;
            accepting += names[s];
        }
        int count = accepting == 0 || accepting == states ? 1 : 2;
        Refinement refinement = new Refinement(states);
        for (int round = 0; round < HORIZON; round++) {
            budget.work((long) states * (classes + 1) / 4);
            int[] before = names.clone();
            int refined = refinement.run(
                    before,
                    names,
                    (s, i) -> {
                        int to = value.next(s, i);
                        return to < 0 ? -1 : before[to];
                    },
                    classes);
            if (refined == count) {
                break;
            }
            count = refined;
        }
        return names;
    }
}
