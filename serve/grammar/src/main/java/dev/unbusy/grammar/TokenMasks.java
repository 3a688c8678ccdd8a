package dev.unbusy.grammar;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds and remembers which tokens each place of each grammar allows, for one model. Owned by one thread, as are the
 * {@link Matcher}s made here.
 *
 * <p>Two things are remembered, within {@code mostBytes} for all grammars together:
 *
 * <ol>
 *   <li>per state of a rule, the tokens that stay inside the rule and what it calls, with the places where a token leaves
 *       it; whatever lies on the stack. Strings with length bounds share them, far from the bounds. The least used are
 *       forgotten first;
 *   <li>per configuration, the answer: the above for each of its states, completed by following the tokens that leave
 *       down the stack. The oldest are forgotten first.
 * </ol>
 */
public final class TokenMasks {
    /** What {@link #TokenMasks(TokenTable)} remembers at most: some 4,000 masks of a vocabulary of 128,000. */
    public static final long DEFAULT_BYTES = 64L << 20;

    private static final int MOST_GRAMMARS = 32;

    private final TokenTable table;
    private final TokenTrie trie;
    private final long mostBytes;
    private final long[] scratch;
    private final long[] partScratch;
    private final Map<Grammar, MaskWalk> walks = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<PartKey, Part> parts = new LinkedHashMap<>(16, 0.75f, true);
    private final ArrayDeque<Configuration> masked = new ArrayDeque<>();
    private long bytes;

    /** The answer for one state, whatever lies below it. */
    private static final class Part {
        private final Mask mask;
        /** Nodes of the trie where tokens leave the rule and go on. */
        private final int[] exits;

        Part(Mask mask, int[] exits) {
            this.mask = mask;
            this.exits = exits;
        }

        int bytes() {
            return mask.bytes() + exits.length * Integer.BYTES + 64;
        }
    }

    private record PartKey(Machine machine, int state) {
        @Override
        public boolean equals(Object other) {
            return other instanceof PartKey key && machine == key.machine && state == key.state;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(machine) * 31 + state;
        }
    }

    public TokenMasks(TokenTable table) {
        this(table, DEFAULT_BYTES);
    }

    /** @param mostBytes memory to remember masks in, for all grammars together */
    public TokenMasks(TokenTable table, long mostBytes) {
        this.table = table;
        this.mostBytes = mostBytes;
        trie = table.trie();
        scratch = new long[table.maskLength()];
        partScratch = new long[table.maskLength()];
    }

    public TokenTable table() {
        return table;
    }

    /** A new sequence at the start of the grammar. */
    public Matcher matcher(Grammar grammar) {
        MaskWalk walk = walks.get(grammar);
        if (walk == null) {
            walk = new MaskWalk(trie, new Machine(grammar.automata()));
            walks.put(grammar, walk);
            if (walks.size() > MOST_GRAMMARS) {
                Iterator<MaskWalk> eldest = walks.values().iterator();
                forget(eldest.next().machine());
                eldest.remove();
            }
        }
        return new Matcher(this, walk, walk.machine().start());
    }

    /** What is remembered now, in bytes. */
    public long rememberedBytes() {
        return bytes;
    }

    private void forget(Machine machine) {
        parts.entrySet().removeIf(entry -> {
            boolean gone = entry.getKey().machine() == machine;
            bytes -= gone ? entry.getValue().bytes() : 0;
            return gone;
        });
    }

    /** The tokens that may follow, those that end the generation included. */
    Mask mask(MaskWalk walk, Configuration at) {
        Mask known = at.mask;
        if (known != null) {
            return known;
        }
        Mask made = compute(walk, at);
        at.mask = made;
        masked.add(at);
        bytes += made.bytes();
        shrink();
        return made;
    }

    private Mask compute(MaskWalk walk, Configuration at) {
        Automata automata = walk.machine().automata();
        if (at.size() == 1 && !at.canEnd() && !automata.isText(at.state(0))) {
            Part part = part(walk, at.state(0));
            if (part.exits.length == 0) {
                return part.mask;
            }
        }
        Arrays.fill(scratch, 0);
        for (int i = 0; i < at.size(); i++) {
            Part part = part(walk, at.state(i));
            part.mask.addTo(scratch);
            walk.begin(scratch);
            if (part.exits.length > 0) {
                Configuration outside = walk.machine().returned(at.stack(i));
                for (int node : part.exits) {
                    walk.walk(outside, node + 1, trie.skips[node]);
                }
            }
            if (automata.isText(at.state(i))) {
                walk.walk(at.state(i), at.stack(i), trie.shortEnd, trie.end);
            }
        }
        if (at.canEnd()) {
            for (int token : table.ends()) {
                scratch[token >> 6] |= 1L << token;
            }
        }
        return Mask.of(scratch);
    }

    private Part part(MaskWalk walk, int state) {
        Automata automata = walk.machine().automata();
        boolean isText = automata.isText(state);
        int key = state;
        boolean free = false;
        if (isText) {
            int index = automata.textIndex(state);
            int base = automata.textBase(index);
            key = base + automata.text(index).alike(state - base);
            free = automata.text(index).isFree(state - base);
        }
        PartKey partKey = new PartKey(walk.machine(), key);
        Part known = parts.get(partKey);
        if (known != null) {
            return known;
        }
        Arrays.fill(partScratch, 0);
        walk.begin(partScratch);
        if (free) {
            System.arraycopy(trie.plainMask, 0, partScratch, 0, partScratch.length);
        }
        walk.walk(state, Stack.UNKNOWN, free ? trie.plainEnd : 0, isText ? trie.shortEnd : trie.end);
        Part made = new Part(Mask.of(partScratch), walk.exits.toArray());
        parts.put(partKey, made);
        bytes += made.bytes();
        return made;
    }

    private void shrink() {
        while (bytes > mostBytes && masked.size() > 1) {
            Configuration eldest = masked.remove();
            Mask mask = eldest.mask;
            eldest.mask = null;
            bytes -= mask == null ? 0 : mask.bytes();
        }
        while (bytes > mostBytes && parts.size() > 1) {
            Iterator<Part> eldest = parts.values().iterator();
            bytes -= eldest.next().bytes();
            eldest.remove();
        }
    }
}
