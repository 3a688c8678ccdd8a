package dev.unbusy.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Any text up to the first of some triggers, as the automaton of Aho and Corasick (1975) over bytes: a state is the
 * longest end of the text that begins a trigger. Special tokens that are not part of a trigger cannot come.
 *
 * <p>Where triggers count at the start only, a state is what the text has of a trigger so far, behind white space; any
 * other byte leads to text in which nothing is a trigger any more.
 */
final class FreeText {
    private final List<int[]> next = new ArrayList<>();
    private final List<Integer> trigger = new ArrayList<>();
    private final List<Boolean> special = new ArrayList<>();
    private final Budget budget;

    private FreeText(Budget budget) {
        this.budget = budget;
        node(false);
    }

    /** @param mayEnd whether the text may end without a trigger */
    static Expr of(List<GrammarBuilder.Trigger> triggers, boolean mayEnd, Budget budget) {
        FreeText text = of(triggers, budget);
        text.link();
        return text.graph(triggers, mayEnd);
    }

    /** Triggers count only where nothing but white space stands before them; the text may end without one. */
    static Expr atStart(List<GrammarBuilder.Trigger> triggers, Budget budget) {
        FreeText text = of(triggers, budget);
        text.linkToPlain();
        return text.graph(triggers, true);
    }

    private static FreeText of(List<GrammarBuilder.Trigger> triggers, Budget budget) {
        FreeText text = new FreeText(budget);
        for (int t = 0; t < triggers.size(); t++) {
            text.add(triggers.get(t).bytes(), t);
        }
        return text;
    }

    private int node(boolean inSpecial) {
        budget.states(16);
        int[] row = new int[256];
        Arrays.fill(row, -1);
        next.add(row);
        trigger.add(-1);
        special.add(inSpecial);
        return next.size() - 1;
    }

    private void add(byte[] bytes, int index) {
        boolean inSpecial = false;
        int at = 0;
        for (byte b : bytes) {
            int value = b & 0xFF;
            inSpecial = value == TokenTable.SPECIAL_OPEN || (inSpecial && value != TokenTable.SPECIAL_CLOSE);
            if (next.get(at)[value] < 0) {
                next.get(at)[b & 0xFF] = node(inSpecial);
            }
            at = next.get(at)[b & 0xFF];
        }
        if (trigger.get(at) < 0) {
            trigger.set(at, index);
        }
    }

    /** Fills in, breadth first, where a byte leads that goes on with no trigger begun here: where it leads from the longest shorter end. */
    private void link() {
        int[] fail = new int[next.size()];
        ArrayDeque<Integer> open = new ArrayDeque<>();
        for (int b = 0; b < TokenTable.SPECIAL_CLOSE; b++) {
            if (next.getFirst()[b] < 0) {
                next.getFirst()[b] = 0;
            }
        }
        for (int to : next.getFirst()) {
            if (to > 0) {
                open.add(to);
            }
        }
        while (!open.isEmpty()) {
            int at = open.remove();
            int[] shorter = next.get(fail[at]);
            if (trigger.get(at) < 0) {
                trigger.set(at, trigger.get(fail[at]));
            }
            for (int b = 0; b < 256; b++) {
                int child = next.get(at)[b];
                if (child >= 0) {
                    // The name of a special token is one thing: no text begins inside it or at its end.
                    fail[child] = special.get(child) || b == TokenTable.SPECIAL_CLOSE ? 0 : shorter[b];
                    open.add(child);
                } else if (!special.get(at)) {
                    next.get(at)[b] = shorter[b];
                }
            }
        }
    }

    private void linkToPlain() {
        int count = next.size();
        int plain = node(false);
        Arrays.fill(next.get(plain), 0, TokenTable.SPECIAL_CLOSE, plain);
        for (int at = 0; at < count; at++) {
            if (special.get(at)) {
                continue;
            }
            int[] row = next.get(at);
            for (int b = 0; b < TokenTable.SPECIAL_CLOSE; b++) {
                if (row[b] < 0) {
                    row[b] = at == 0 && (b == ' ' || b == '\t' || b == '\n' || b == '\r') ? 0 : plain;
                }
            }
        }
    }

    private Expr graph(List<GrammarBuilder.Trigger> triggers, boolean mayEnd) {
        List<Part.Edge> edges = new ArrayList<>();
        edges.add(new Part.Edge(0, 2, Part.EMPTY));
        for (int at = 0; at < next.size(); at++) {
            if (trigger.get(at) >= 0) {
                edges.add(new Part.Edge(at + 2, 1, triggers.get(trigger.get(at)).then()));
                continue;
            }
            if (mayEnd && !special.get(at)) {
                edges.add(new Part.Edge(at + 2, 1, Part.EMPTY));
            }
            int[] row = next.get(at);
            for (int first = 0; first < 256; first++) {
                int last = first;
                while (last + 1 < 256 && row[last + 1] == row[first]) {
                    last++;
                }
                if (row[first] >= 0) {
                    edges.add(new Part.Edge(at + 2, row[first] + 2, new Part.ByteRange(first, last)));
                }
                first = last;
            }
        }
        return new Part.Graph(next.size() + 2, edges);
    }
}
