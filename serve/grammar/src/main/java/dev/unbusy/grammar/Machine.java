package dev.unbusy.grammar;

import dev.unbusy.text.Text;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs one grammar's {@link Automata}, byte by byte, from {@link Configuration} to configuration. Holds nothing but what
 * it remembers to be quicker, within bounds. Owned by one thread.
 */
final class Machine {
    /** Objects and arrays inside each other; parsers stop at about 1,000. */
    static final int DEEPEST = 500;
    /** Different states that a text can stand in at once. */
    private static final int MOST_STATES = 5_000;

    private static final int MOST_KNOWN = 4_000;
    private static final int MEMO = 1 << 12;

    private static final Configuration DEAD = new Configuration(new int[0], new Stack[0], false, false);

    private final Automata automata;
    private final StackPool stacks = new StackPool();
    private final Map<Configuration, Configuration> known = new HashMap<>();

    // Direct-mapped memory of close(state, stack).
    private final int[] memoStates = new int[MEMO];
    private final Stack[] memoStacks = new Stack[MEMO];
    private final Configuration[] memo = new Configuration[MEMO];

    private final Closing closing = new Closing();
    private final Configuration start;

    Machine(Automata automata) {
        this.automata = automata;
        start = close(0, Stack.END);
    }

    Automata automata() {
        return automata;
    }

    Configuration start() {
        return start;
    }

    /** One state and stack, with the rules that it calls or returns to. */
    @SuppressWarnings("ReferenceEquality") // equal stacks are one object: see StackPool
    Configuration close(int state, Stack stack) {
        int slot = (((state * 0x9E3779B9) ^ stack.hashCode()) >>> 8) & (MEMO - 1);
        if (memoStacks[slot] == stack && memoStates[slot] == state) {
            return memo[slot];
        }
        closing.begin();
        closing.add(state, stack);
        Configuration made = closing.finish();
        memoStates[slot] = state;
        memoStacks[slot] = stack;
        memo[slot] = made;
        return made;
    }

    /** Where all stacks of the set return to. */
    Configuration returned(Stack stack) {
        closing.begin();
        closing.pop(stack);
        return closing.finish();
    }

    /** The configuration after a byte, 0 to 255. */
    Configuration step(Configuration from, int b) {
        if (from.size() == 1) {
            int to = automata.next(from.state(0), b);
            if (to < 0) {
                return DEAD;
            }
            if (automata.isBorder(to)) {
                return close(to, from.stack(0));
            }
            return at(from, to);
        }
        Configuration[] row = from.next;
        if (row == null) {
            row = new Configuration[256];
            from.next = row;
        }
        if (row[b] == null) {
            closing.begin();
            for (int i = 0; i < from.size(); i++) {
                int to = automata.next(from.state(i), b);
                if (to >= 0) {
                    closing.add(to, from.stack(i));
                }
            }
            row[b] = closing.finish();
        }
        return row[b];
    }

    /** The configuration after some bytes; stops at the first byte that does not fit. */
    Configuration step(Configuration from, byte[] bytes, int start, int end) {
        Configuration at = from;
        int i = start;
        while (i < end && !at.isDead()) {
            if (at.size() != 1) {
                at = step(at, bytes[i++] & 0xFF);
                continue;
            }
            // Within one rule no configuration is made per byte.
            int state = at.state(0);
            int to = state;
            while (i < end) {
                to = automata.next(state, bytes[i++] & 0xFF);
                if (to < 0 || automata.isBorder(to)) {
                    break;
                }
                state = to;
            }
            at = to < 0 ? DEAD : automata.isBorder(to) ? close(to, at.stack(0)) : at(at, to);
        }
        return at;
    }

    private Configuration at(Configuration from, int state) {
        if (from.state(0) == state && !from.canEnd() && !from.canExit()) {
            return from;
        }
        return intern(new Configuration(new int[] {state}, new Stack[] {from.stack(0)}, false, false));
    }

    private Configuration intern(Configuration made) {
        Configuration old = known.get(made);
        if (old != null) {
            return old;
        }
        if (known.size() >= MOST_KNOWN) {
            known.clear();
            Arrays.fill(memoStacks, null);
            Arrays.fill(memo, null);
        }
        known.put(made, made);
        return made;
    }

    /**
     * Collects states with their stacks, follows calls and returns until nothing new comes, and keeps those that read.
     *
     * <ol>
     *   <li>A state met again with other stacks gets the union, and is followed again for the new ones;
     *   <li>a state that ends returns to each frame of its stack;
     *   <li>a state that calls puts its return on the stack, unless nothing is left to do there (so lists written by
     *       recursion stay flat), or the stack is {@link #DEEPEST} deep: that way is closed then.
     * </ol>
     */
    private final class Closing {
        private int[] states = new int[16];
        private Stack[] merged = new Stack[16];
        private int size;
        private int[] slots = new int[64];
        private int[] pendingStates = new int[16];
        private Stack[] pendingStacks = new Stack[16];
        private int pending;
        private boolean end;
        private boolean exit;

        void begin() {
            size = 0;
            pending = 0;
            end = false;
            exit = false;
            Arrays.fill(slots, -1);
        }

        void add(int state, Stack stack) {
            put(state, stack);
            while (pending > 0) {
                pending--;
                follow(pendingStates[pending], pendingStacks[pending]);
            }
        }

        @SuppressWarnings("ReferenceEquality") // equal stacks are one object: see StackPool
        private void put(int state, Stack stack) {
            int slot = ((state * 0x9E3779B9) >>> 7) & (slots.length - 1);
            while (slots[slot] >= 0 && states[slots[slot]] != state) {
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] >= 0) { // 1
                int index = slots[slot];
                Stack union = stacks.union(merged[index], stack);
                if (union == merged[index]) {
                    return;
                }
                merged[index] = union;
            } else {
                if (size == states.length) {
                    grow();
                }
                slots[slot] = size;
                states[size] = state;
                merged[size++] = stack;
                if (size * 2 > slots.length) {
                    rehash();
                }
            }
            if (automata.isBorder(state)) {
                if (pending == pendingStates.length) {
                    pendingStates = Arrays.copyOf(pendingStates, 2 * pending);
                    pendingStacks = Arrays.copyOf(pendingStacks, 2 * pending);
                }
                pendingStates[pending] = state;
                pendingStacks[pending++] = stack;
            }
        }

        private void follow(int state, Stack stack) {
            if (automata.ends(state)) {
                pop(stack); // 2
            }
            int last = automata.callsTo(state);
            for (int call = automata.callsFrom(state); call < last; call++) { // 3
                int after = automata.returnTo(call);
                if (automata.onlyEnds(after)) {
                    put(automata.callee(call), stack);
                } else if (stack.depth() < DEEPEST) {
                    put(automata.callee(call), stacks.push(after, stack));
                }
            }
        }

        void pop(Stack stack) {
            end |= stack.isEnd();
            exit |= stack.isUnknown();
            for (int i = 0; i < stack.frames(); i++) {
                put(stack.returnTo(i), stack.below(i));
            }
        }

        Configuration finish() {
            while (pending > 0) {
                pending--;
                follow(pendingStates[pending], pendingStacks[pending]);
            }
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (automata.reads(states[i])) {
                    int state = states[i];
                    Stack stack = merged[i];
                    int at = kept++;
                    for (; at > 0 && states[at - 1] > state; at--) {
                        states[at] = states[at - 1];
                        merged[at] = merged[at - 1];
                    }
                    states[at] = state;
                    merged[at] = stack;
                }
            }
            if (kept == 0 && !end && !exit) {
                return DEAD;
            }
            return intern(new Configuration(Arrays.copyOf(states, kept), Arrays.copyOf(merged, kept), end, exit));
        }

        private void grow() {
            if (size >= MOST_STATES) {
                throw GrammarException.tooLarge(
                        "", Text.of("The text can be read in too many ways at once", "该文本同时存在过多的解读方式"));
            }
            states = Arrays.copyOf(states, 2 * size);
            merged = Arrays.copyOf(merged, 2 * size);
        }

        private void rehash() {
            slots = new int[2 * slots.length];
            Arrays.fill(slots, -1);
            for (int i = 0; i < size; i++) {
                int slot = ((states[i] * 0x9E3779B9) >>> 7) & (slots.length - 1);
                while (slots[slot] >= 0) {
                    slot = (slot + 1) & (slots.length - 1);
                }
                slots[slot] = i;
            }
        }
    }
}
