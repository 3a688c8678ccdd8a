package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * One rule as a nondeterministic automaton whose edges read a byte range, call a rule, or nothing. Node 0 is the start,
 * node 1 the end.
 */
final class RuleNfa {
    static final int START = 0;
    static final int END = 1;

    /** Copies that counted repetition may make of its body. */
    private static final int MOST_COPIES = 20_000;

    /** @param first of the bytes; −1 for a call, whose rule is then {@code last}; −2 for an edge that reads nothing */
    record Edge(int first, int last, int to) {
        boolean isCall() {
            return first == -1;
        }

        boolean isEmpty() {
            return first == -2;
        }
    }

    private final List<List<Edge>> nodes = new ArrayList<>();
    private final ToIntFunction<Expr> callee;
    private final Budget budget;

    /** @param callee gives a rule or quoted text its number */
    RuleNfa(Expr definition, ToIntFunction<Expr> callee, Budget budget) {
        this.callee = callee;
        this.budget = budget;
        node();
        node();
        add(definition, START, END);
    }

    List<Edge> edges(int node) {
        return nodes.get(node);
    }

    int size() {
        return nodes.size();
    }

    private int node() {
        budget.states(1);
        nodes.add(new ArrayList<>(2));
        return nodes.size() - 1;
    }

    private void edge(int from, int first, int last, int to) {
        budget.work(1);
        nodes.get(from).add(new Edge(first, last, to));
    }

    private void add(Expr expr, int from, int to) {
        switch (expr) {
            case Rule rule -> edge(from, -1, callee.applyAsInt(rule), to);
            case Part.Quoted quoted -> edge(from, -1, callee.applyAsInt(quoted), to);
            case Part.ByteRange range -> edge(from, range.first(), range.last(), to);
            case Part.Bytes bytes -> {
                int at = from;
                for (int i = 0; i < bytes.bytes().length; i++) {
                    int next = i + 1 < bytes.bytes().length ? node() : to;
                    int b = bytes.bytes()[i] & 0xFF;
                    edge(at, b, b, next);
                    at = next;
                }
                if (bytes.bytes().length == 0) {
                    edge(from, -2, 0, to);
                }
            }
            case Part.Seq seq -> addSeq(seq.parts(), from, to);
            case Part.Choice choice -> {
                for (Expr option : choice.options()) {
                    add(option, from, to);
                }
            }
            case Part.Repeat repeat -> addRepeat(repeat, from, to);
            case Part.Graph graph -> addGraph(graph, from, to);
        }
    }

    private void addSeq(List<Expr> parts, int from, int to) {
        int at = from;
        for (int i = 0; i < parts.size(); i++) {
            int next = i + 1 < parts.size() ? node() : to;
            add(parts.get(i), at, next);
            at = next;
        }
        if (parts.isEmpty()) {
            edge(from, -2, 0, to);
        }
    }

    private void addRepeat(Part.Repeat repeat, int from, int to) {
        if (Math.max(repeat.min(), repeat.max()) > MOST_COPIES) {
            throw GrammarException.tooLarge(
                    budget.pointer(),
                    dev.unbusy.text.Text.of(
                            "A part repeats up to %,d times; the limit is %,d",
                            "某部分最多重复 %,d 次，上限为 %,d 次", Math.max(repeat.min(), repeat.max()), MOST_COPIES));
        }
        int at = node();
        edge(from, -2, 0, at);
        for (int i = 0; i < repeat.min(); i++) {
            int next = node();
            add(repeat.body(), at, next);
            at = next;
        }
        if (repeat.max() < 0) {
            int loop = node();
            edge(at, -2, 0, loop);
            add(repeat.body(), loop, at);
        }
        for (int i = repeat.min(); i < repeat.max(); i++) {
            edge(at, -2, 0, to);
            int next = node();
            add(repeat.body(), at, next);
            at = next;
        }
        edge(at, -2, 0, to);
    }

    private void addGraph(Part.Graph graph, int from, int to) {
        int[] names = new int[graph.nodes()];
        // The outer ends may have edges of their own, so the graph's get nodes of their own.
        for (int i = 0; i < names.length; i++) {
            names[i] = node();
        }
        edge(from, -2, 0, names[START]);
        edge(names[END], -2, 0, to);
        for (Part.Edge part : graph.edges()) {
            add(part.label(), names[part.from()], names[part.to()]);
        }
    }

    /** The nodes reached without reading, of which those that read or end count; sorted. */
    int[] closure(int[] from, int[] visited, int stamp) {
        int[] stack = Arrays.copyOf(from, Math.max(16, from.length));
        int size = from.length;
        int[] result = new int[8];
        int found = 0;
        while (size > 0) {
            int node = stack[--size];
            if (visited[node] == stamp) {
                continue;
            }
            visited[node] = stamp;
            boolean counts = node == END;
            List<Edge> edges = nodes.get(node);
            budget.work(1 + edges.size());
            for (int i = 0; i < edges.size(); i++) {
                Edge edge = edges.get(i);
                if (!edge.isEmpty()) {
                    counts = true;
                } else {
                    if (size == stack.length) {
                        stack = Arrays.copyOf(stack, 2 * size);
                    }
                    stack[size++] = edge.to();
                }
            }
            if (counts) {
                if (found == result.length) {
                    result = Arrays.copyOf(result, 2 * found);
                }
                result[found++] = node;
            }
        }
        int[] sorted = Arrays.copyOf(result, found);
        Arrays.sort(sorted);
        return sorted;
    }
}
