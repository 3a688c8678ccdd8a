package dev.unbusy.grammar;

import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From a {@link Pattern} to a {@link CharDfa}.
 *
 * <ol>
 *   <li>Thompson's construction gives a nondeterministic automaton whose nodes read a set, branch, or assert an end of the
 *       text; counted repetition is written out, after its size is checked;
 *   <li>the sets divide the code points into classes;
 *   <li>the subset construction makes it deterministic. {@code ^} can be passed only before the first character, {@code $}
 *       only where nothing follows.
 * </ol>
 */
final class PatternCompiler {
    /** Nodes that a pattern may have with its counts written out. */
    private static final int MOST_NODES = 30_000;

    private final Budget budget;
    private final List<Node> nodes = new ArrayList<>();
    private int visit;

    private PatternCompiler(Budget budget) {
        this.budget = budget;
    }

    /** A step of the nondeterministic automaton. */
    private static final class Node {
        enum Kind {
            CHARS,
            BRANCH,
            BEGIN,
            END,
            MATCH
        }

        final Kind kind;
        final CharSet set;
        final int id;
        int[] to = new int[1];
        int ways;
        int visited;

        Node(Kind kind, CharSet set, int id) {
            this.kind = kind;
            this.set = set;
            this.id = id;
        }

        void linkTo(Node target) {
            if (ways == to.length) {
                to = Arrays.copyOf(to, Math.max(2, 2 * ways));
            }
            to[ways++] = target.id;
        }
    }

    /** The texts in which the pattern is found, as JSON Schema's {@code pattern} has it. */
    static CharDfa search(String pattern, Budget budget) {
        Pattern any = new Pattern.Repeat(new Pattern.Chars(CharSet.ALL), 0, -1);
        return compile(new Pattern.Seq(List.of(any, PatternParser.parse(pattern, budget), any)), budget);
    }

    /** The texts that match as a whole. */
    static CharDfa whole(String pattern, Budget budget) {
        return compile(PatternParser.parse(pattern, budget), budget);
    }

    static CharDfa compile(Pattern pattern, Budget budget) {
        if (size(pattern) > MOST_NODES) {
            throw GrammarException.tooLarge(
                    budget.pointer(),
                    Text.of(
                            "The pattern has more than %,d parts with its counts written out",
                            "该模式的计数展开后超过 %,d 个部分", MOST_NODES));
        }
        PatternCompiler compiler = new PatternCompiler(budget);
        Node match = compiler.node(Node.Kind.MATCH, CharSet.EMPTY);
        return compiler.determinize(compiler.add(pattern, match)); // 1
    }

    private static long size(Pattern pattern) {
        return switch (pattern) {
            case Pattern.Chars chars -> 1;
            case Pattern.Begin begin -> 1;
            case Pattern.End end -> 1;
            case Pattern.Seq seq -> 1 + sum(seq.parts());
            case Pattern.Choice choice -> 1 + sum(choice.options());
            case Pattern.Repeat repeat ->
                Math.min(
                        1 + (size(repeat.body()) + 1) * Math.max(1, Math.max(repeat.min() + 1, repeat.max())),
                        Integer.MAX_VALUE);
        };
    }

    private static long sum(List<Pattern> patterns) {
        long total = 0;
        for (Pattern pattern : patterns) {
            total += size(pattern);
        }
        return total;
    }

    private Node node(Node.Kind kind, CharSet set) {
        budget.work(1);
        Node node = new Node(kind, set, nodes.size());
        nodes.add(node);
        return node;
    }

    /** Adds the pattern so that it goes on at {@code after}; returns where it begins. */
    private Node add(Pattern pattern, Node after) {
        switch (pattern) {
            case Pattern.Chars chars -> {
                return linked(node(Node.Kind.CHARS, chars.set()), after);
            }
            case Pattern.Begin begin -> {
                return linked(node(Node.Kind.BEGIN, CharSet.EMPTY), after);
            }
            case Pattern.End end -> {
                return linked(node(Node.Kind.END, CharSet.EMPTY), after);
            }
            case Pattern.Seq seq -> {
                Node at = after;
                for (Pattern part : seq.parts().reversed()) {
                    at = add(part, at);
                }
                return at;
            }
            case Pattern.Choice choice -> {
                Node branch = node(Node.Kind.BRANCH, CharSet.EMPTY);
                for (Pattern option : choice.options()) {
                    branch.linkTo(add(option, after));
                }
                return branch;
            }
            case Pattern.Repeat repeat -> {
                return addRepeat(repeat, after);
            }
        }
    }

    private Node addRepeat(Pattern.Repeat repeat, Node after) {
        Node at = after;
        if (repeat.max() < 0) {
            Node loop = node(Node.Kind.BRANCH, CharSet.EMPTY);
            loop.linkTo(add(repeat.body(), loop));
            loop.linkTo(after);
            at = loop;
        }
        for (int i = repeat.min(); i < repeat.max(); i++) {
            Node optional = node(Node.Kind.BRANCH, CharSet.EMPTY);
            optional.linkTo(add(repeat.body(), at));
            optional.linkTo(after);
            at = optional;
        }
        for (int i = 0; i < repeat.min(); i++) {
            at = add(repeat.body(), at);
        }
        return at;
    }

    private static Node linked(Node node, Node after) {
        node.linkTo(after);
        return node;
    }

    private CharDfa determinize(Node start) {
        Map<CharSet, BitSet> classesOf = new LinkedHashMap<>(); // 2
        for (Node node : nodes) {
            if (node.kind == Node.Kind.CHARS) {
                classesOf.put(node.set, new BitSet());
            }
        }
        Partition partition = Partition.of(new ArrayList<>(classesOf.keySet()), budget);
        classesOf.forEach((set, classes) -> {
            for (int i = 0; i < partition.starts().length; i++) {
                if (set.contains(partition.starts()[i])) {
                    classes.set(partition.classes()[i]);
                }
            }
        });

        Map<IntKey, Integer> known = new HashMap<>(); // 3
        List<int[]> found = new ArrayList<>();
        IntRows rows = new IntRows(partition.count());
        List<Boolean> accepts = new ArrayList<>();
        // The start is a state of its own: there alone ^ holds.
        found.add(closure(new int[] {start.id}, 1, true, false));
        for (int s = 0; s < found.size(); s++) {
            budget.states(1);
            int[] members = found.get(s);
            accepts.add(matches(members, s == 0));
            int[][] targets = new int[partition.count()][];
            int[] counts = new int[partition.count()];
            for (int member : members) {
                Node node = nodes.get(member);
                if (node.kind == Node.Kind.CHARS) {
                    BitSet classes = classesOf.getOrDefault(node.set, new BitSet());
                    budget.work(classes.cardinality() + 1L);
                    for (int c = classes.nextSetBit(0); c >= 0; c = classes.nextSetBit(c + 1)) {
                        int[] so = targets[c] == null ? new int[4] : targets[c];
                        targets[c] = counts[c] == so.length ? Arrays.copyOf(so, 2 * so.length) : so;
                        targets[c][counts[c]++] = node.to[0];
                    }
                }
            }
            int[] row = rows.add();
            for (int c = 0; c < row.length; c++) {
                row[c] = -1;
                if (targets[c] != null) {
                    int[] next = closure(targets[c], counts[c], false, false);
                    row[c] = known.computeIfAbsent(new IntKey(next), key -> {
                        found.add(next);
                        return found.size() - 1;
                    });
                }
            }
        }
        boolean[] accepting = new boolean[found.size()];
        for (int s = 0; s < accepting.length; s++) {
            accepting[s] = accepts.get(s);
        }
        return CharDfa.of(partition, rows.flat(), accepting, budget);
    }

    private boolean matches(int[] members, boolean atBegin) {
        for (int member : closure(members, members.length, atBegin, true)) {
            if (nodes.get(member).kind == Node.Kind.MATCH) {
                return true;
            }
        }
        return false;
    }

    /** The nodes reached without reading, sorted; branches and passed assertions themselves are left out. */
    private int[] closure(int[] from, int count, boolean atBegin, boolean atEnd) {
        visit++;
        int[] stack = Arrays.copyOf(from, count);
        int size = count;
        int[] result = new int[8];
        int found = 0;
        while (size > 0) {
            Node node = nodes.get(stack[--size]);
            if (node.visited == visit) {
                continue;
            }
            node.visited = visit;
            budget.work(3);
            boolean passed = switch (node.kind) {
                case BRANCH -> true;
                case BEGIN -> atBegin;
                case END -> atEnd;
                case CHARS, MATCH -> false;
            };
            if (passed) {
                if (size + node.ways > stack.length) {
                    stack = Arrays.copyOf(stack, 2 * (size + node.ways));
                }
                for (int i = 0; i < node.ways; i++) {
                    stack[size++] = node.to[i];
                }
            } else if (node.kind != Node.Kind.BEGIN) {
                if (found == result.length) {
                    result = Arrays.copyOf(result, 2 * found);
                }
                result[found++] = node.id;
            }
        }
        int[] sorted = Arrays.copyOf(result, found);
        Arrays.sort(sorted);
        return sorted;
    }
}
