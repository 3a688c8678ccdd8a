package dev.unbusy.grammar;

/**
 * Finds the tokens that a place in a grammar allows, by walking the {@link TokenTrie} and leaving out every subtree whose
 * first bytes do not fit. Owned by one thread.
 *
 * <ol>
 *   <li>While a token stays inside one rule, the walk is a table look-up per node;
 *   <li>where a rule may end or call another, the {@link Machine} says what can follow, and the subtree is walked from
 *       there, for all possibilities at once;
 *   <li>where the walk leaves what it was asked about ({@link Stack#UNKNOWN}), the node is noted: what follows there
 *       depends on what the caller knows.
 * </ol>
 */
final class MaskWalk {
    private final TokenTrie trie;
    private final int[] states;
    private final Configuration[] configurations;
    /** Nodes where the walk left, if they have others below them. */
    final IntList exits = new IntList();

    private final Machine machine;
    private final Automata automata;
    private long[] bits = new long[0];

    MaskWalk(TokenTrie trie, Machine machine) {
        this.trie = trie;
        this.machine = machine;
        automata = machine.automata();
        states = new int[trie.deepest + 2];
        configurations = new Configuration[trie.deepest + 2];
    }

    Machine machine() {
        return machine;
    }

    /** @param into gets the bits of the allowed tokens in addition to what it has */
    void begin(long[] into) {
        bits = into;
        exits.clear();
    }

    /**
     * Walks the nodes from {@code from} to before {@code to}, siblings with all that is below them, from a configuration
     * that holds before them.
     */
    void walk(Configuration at, int from, int to) {
        if (from >= to || at.size() == 0) {
            return;
        }
        if (at.size() == 1) {
            walk(at.state(0), at.stack(0), from, to);
        } else {
            walkSeveral(at, from, to);
        }
    }

    void walk(int state, Stack stack, int from, int to) {
        if (from >= to) {
            return;
        }
        if (automata.isText(state)) {
            walkText(state, stack, from, to);
        } else {
            walkTable(state, stack, from, to);
        }
    }

    private void walkTable(int state, Stack stack, int from, int to) { // 1
        byte[] labels = trie.labels;
        short[] depths = trie.depths;
        int[] skips = trie.skips;
        states[depths[from] - 1] = state;
        int i = from;
        while (i < to) {
            int depth = depths[i];
            int next = automata.tableNext(states[depth - 1], labels[i] & 0xFF);
            if (next < 0) {
                i = skips[i];
            } else if (automata.isBorder(next)) {
                border(next, stack, i);
                i = skips[i];
            } else {
                states[depth] = next;
                allow(i++);
            }
        }
    }

    private void walkText(int state, Stack stack, int from, int to) {
        byte[] labels = trie.labels;
        short[] depths = trie.depths;
        int[] skips = trie.skips;
        int index = automata.textIndex(state);
        TextRule text = automata.text(index);
        int base = automata.textBase(index);
        states[depths[from] - 1] = state - base;
        int i = from;
        while (i < to) {
            int depth = depths[i];
            int next = text.next(states[depth - 1], labels[i] & 0xFF);
            if (next < 0) {
                i = skips[i];
            } else if (next == TextRule.FINAL) {
                border(base + next, stack, i);
                i = skips[i];
            } else {
                states[depth] = next;
                allow(i++);
            }
        }
    }

    private void border(int state, Stack stack, int node) { // 2
        Configuration at = machine.close(state, stack);
        if (at.isDead()) {
            return;
        }
        reached(at, node);
        walk(at, node + 1, trie.skips[node]);
    }

    private void walkSeveral(Configuration start, int from, int to) {
        configurations[trie.depths[from] - 1] = start;
        int i = from;
        while (i < to) {
            int depth = trie.depths[i];
            Configuration at = machine.step(configurations[depth - 1], trie.labels[i] & 0xFF);
            if (at.isDead()) {
                i = trie.skips[i];
                continue;
            }
            reached(at, i);
            if (at.size() <= 1) {
                walk(at, i + 1, trie.skips[i]);
                i = trie.skips[i];
            } else {
                configurations[depth] = at;
                i++;
            }
        }
    }

    private void reached(Configuration at, int node) {
        allow(node);
        if (at.canExit() && trie.skips[node] > node + 1) { // 3
            exits.add(node);
        }
    }

    private void allow(int node) {
        int token = trie.tokens[node];
        if (token >= 0) {
            bits[token >> 6] |= 1L << token;
        } else if (token <= -2) {
            for (int twin = -2 - token; twin >= 0; twin = trie.twins[twin]) {
                bits[twin >> 6] |= 1L << twin;
            }
        }
    }
}
