package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * From expressions to {@link Automata}.
 *
 * <ol>
 *   <li>Each rule that the root needs becomes a {@link RuleNfa};
 *   <li>the subset construction makes it deterministic: at most one way on per byte, and per rule that may be called;
 *   <li>{@link Automata} drops what can never be finished and refuses rules that call themselves before anything is
 *       written.
 * </ol>
 */
final class RuleCompiler {
    /** Rules that stand for one other rule are looked through so far. */
    private static final int LONGEST_ALIAS = 1000;

    private final Budget budget;
    private final List<Rule> rules = new ArrayList<>();
    private final List<TextRule> texts = new ArrayList<>();
    private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>();
    private final List<DfaState> states = new ArrayList<>();

    /** A deterministic state: byte ranges in order, and calls by callee. */
    static final class DfaState {
        boolean accepts;
        int[] ranges = new int[0]; // first << 8 | last
        int[] to = new int[0];
        int[] callees = new int[0];
        int[] returns = new int[0];
    }

    private RuleCompiler(Budget budget) {
        this.budget = budget;
    }

    /** @throws GrammarException if the grammar is too large, endless, or has no text at all */
    static Automata compile(Expr root, Budget budget) {
        RuleCompiler compiler = new RuleCompiler(budget);
        Rule start = new Rule("");
        start.define(Part.seq(root));
        compiler.number(start);
        List<Integer> starts = new ArrayList<>();
        for (int r = 0; r < compiler.rules.size(); r++) { // 1
            starts.add(compiler.states.size());
            compiler.add(new RuleNfa(compiler.rules.get(r).definition(), compiler::number, budget)); // 2
        }
        int[] starting = starts.stream().mapToInt(Integer::intValue).toArray();
        String[] names = compiler.rules.stream().map(Rule::name).toArray(String[]::new);
        return new AutomataMaker(compiler.states, starting, names, compiler.texts, budget).make(); // 3
    }

    /** Rules are numbered from 0 up, texts from −1 down. */
    private int number(Expr callee) {
        Expr target = callee;
        for (int i = 0; target instanceof Rule rule && i < LONGEST_ALIAS; i++) {
            if (!(rule.definition() instanceof Rule) && !(rule.definition() instanceof Part.Quoted)) {
                break;
            }
            target = rule.definition();
        }
        if (target instanceof Part.Quoted quoted) {
            return numbers.computeIfAbsent(quoted.text(), key -> {
                texts.add(quoted.text());
                return -texts.size();
            });
        }
        Rule rule = (Rule) target;
        return numbers.computeIfAbsent(rule, key -> {
            rules.add(rule);
            return rules.size() - 1;
        });
    }

    private void add(RuleNfa nfa) {
        int base = states.size();
        Map<IntKey, Integer> known = new HashMap<>();
        List<int[]> found = new ArrayList<>();
        int[] visited = new int[nfa.size()];
        int stamp = 1;
        found.add(nfa.closure(new int[] {RuleNfa.START}, visited, stamp++));
        known.put(new IntKey(found.getFirst()), 0);
        for (int s = 0; s < found.size(); s++) {
            budget.states(1);
            DfaState state = new DfaState();
            states.add(state);
            List<RuleNfa.Edge> bytes = new ArrayList<>();
            Map<Integer, List<Integer>> calls = new HashMap<>();
            for (int node : found.get(s)) {
                state.accepts |= node == RuleNfa.END;
                for (RuleNfa.Edge edge : nfa.edges(node)) {
                    if (edge.isCall()) {
                        calls.computeIfAbsent(edge.last(), key -> new ArrayList<>())
                                .add(edge.to());
                    } else if (!edge.isEmpty()) {
                        bytes.add(edge);
                    }
                }
            }
            Ranges ranges = new Ranges(bytes, budget);
            state.ranges = ranges.ranges();
            state.to = new int[state.ranges.length];
            for (int i = 0; i < state.to.length; i++) {
                int[] next = nfa.closure(ranges.targets(i), visited, stamp++);
                state.to[i] = base + number(next, known, found);
            }
            state.callees = calls.keySet().stream().mapToInt(Integer::intValue).toArray();
            state.returns = new int[state.callees.length];
            for (int i = 0; i < state.callees.length; i++) {
                int[] targets = calls.getOrDefault(state.callees[i], List.of()).stream()
                        .mapToInt(Integer::intValue)
                        .toArray();
                state.returns[i] = base + number(nfa.closure(targets, visited, stamp++), known, found);
            }
        }
    }

    private static int number(int[] members, Map<IntKey, Integer> known, List<int[]> found) {
        return known.computeIfAbsent(new IntKey(members), key -> {
            found.add(members);
            return found.size() - 1;
        });
    }
}
