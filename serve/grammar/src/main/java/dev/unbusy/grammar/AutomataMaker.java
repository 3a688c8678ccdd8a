package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Packs the states of all rules into tables, without the ways that cannot be finished.
 *
 * <ol>
 *   <li>A state can be finished if it ends its rule, reads a byte towards such a state, or calls a rule that can be
 *       finished and goes on at such a state;
 *   <li>a rule is empty-able by the same rule without bytes; a rule that calls itself after nothing but empty-able calls
 *       is endless.
 * </ol>
 */
final class AutomataMaker {
    /** States with more ranges than this get a row of 256 cells. */
    private static final int MOST_SPARSE = 16;

    private final List<RuleCompiler.DfaState> states;
    private final int[] starts;
    private final String[] names;
    private final List<TextRule> texts;
    private final Budget budget;

    AutomataMaker(
            List<RuleCompiler.DfaState> states, int[] starts, String[] names, List<TextRule> texts, Budget budget) {
        this.states = states;
        this.starts = starts;
        this.names = names;
        this.texts = texts;
        this.budget = budget;
    }

    Automata make() {
        boolean[] finishable = finishable(true); // 1
        if (!finishable[starts[0]]) {
            throw GrammarException.unsatisfiable("");
        }
        boolean[] emptyable = finishable(false); // 2
        refuseEndless(emptyable);
        return pack(finishable);
    }

    private boolean canFinish(int callee, boolean[] finishable, boolean withBytes) {
        return callee < 0 ? withBytes && !texts.get(-callee - 1).isEmpty() : finishable[starts[callee]];
    }

    private boolean[] finishable(boolean withBytes) {
        int count = states.size();
        List<List<Integer>> needed = new ArrayList<>(count); // who may become finishable when this one does
        for (int s = 0; s < count; s++) {
            needed.add(new ArrayList<>(1));
        }
        for (int s = 0; s < count; s++) {
            RuleCompiler.DfaState state = states.get(s);
            budget.work(1 + state.to.length);
            if (withBytes) {
                for (int to : state.to) {
                    needed.get(to).add(s);
                }
            }
            for (int i = 0; i < state.callees.length; i++) {
                needed.get(state.returns[i]).add(s);
                if (state.callees[i] >= 0) {
                    needed.get(starts[state.callees[i]]).add(s);
                }
            }
        }
        boolean[] finishable = new boolean[count];
        int[] queue = new int[count];
        int size = 0;
        for (int s = 0; s < count; s++) {
            if (states.get(s).accepts) {
                finishable[s] = true;
                queue[size++] = s;
            }
        }
        for (int i = 0; i < size; i++) {
            for (int s : needed.get(queue[i])) {
                if (!finishable[s] && isFinishable(states.get(s), finishable, withBytes)) {
                    finishable[s] = true;
                    queue[size++] = s;
                }
            }
        }
        return finishable;
    }

    private boolean isFinishable(RuleCompiler.DfaState state, boolean[] finishable, boolean withBytes) {
        budget.work(1 + state.to.length);
        if (withBytes) {
            for (int to : state.to) {
                if (finishable[to]) {
                    return true;
                }
            }
        }
        for (int i = 0; i < state.callees.length; i++) {
            if (finishable[state.returns[i]] && canFinish(state.callees[i], finishable, withBytes)) {
                return true;
            }
        }
        return false;
    }

    /** Depth-first search for a cycle among the rules that a rule can call before anything is written. */
    private void refuseEndless(boolean[] emptyable) {
        int[][] first = new int[starts.length][];
        for (int r = 0; r < starts.length; r++) {
            first[r] = firstCalls(r, emptyable);
        }
        int[] colour = new int[starts.length]; // 0 new, 1 on the path, 2 done
        int[] path = new int[starts.length];
        int[] child = new int[starts.length];
        for (int root = 0; root < starts.length; root++) {
            if (colour[root] != 0) {
                continue;
            }
            int depth = 0;
            path[0] = root;
            colour[root] = 1;
            while (depth >= 0) {
                int rule = path[depth];
                if (child[rule] == first[rule].length) {
                    colour[rule] = 2;
                    depth--;
                    continue;
                }
                int callee = first[rule][child[rule]++];
                if (colour[callee] == 1) {
                    throw GrammarException.leftRecursive(names[callee]);
                }
                if (colour[callee] == 0) {
                    colour[callee] = 1;
                    path[++depth] = callee;
                }
            }
        }
    }

    private int[] firstCalls(int rule, boolean[] emptyable) {
        List<Integer> reached = new ArrayList<>(List.of(starts[rule]));
        List<Integer> calls = new ArrayList<>();
        for (int i = 0; i < reached.size(); i++) {
            RuleCompiler.DfaState state = states.get(reached.get(i));
            for (int c = 0; c < state.callees.length; c++) {
                int callee = state.callees[c];
                if (callee >= 0) {
                    calls.add(callee);
                    if (emptyable[starts[callee]] && !reached.contains(state.returns[c])) {
                        reached.add(state.returns[c]);
                    }
                }
            }
            budget.work(1L + state.callees.length);
        }
        return calls.stream().mapToInt(Integer::intValue).toArray();
    }

    private Automata pack(boolean[] finishable) {
        int count = states.size();
        int[] textBases = new int[texts.size() + 1];
        long base = count;
        for (int i = 0; i < texts.size(); i++) {
            textBases[i] = (int) base;
            base += texts.get(i).size();
            if (base > Integer.MAX_VALUE / 2) {
                throw GrammarException.tooLarge(
                        "",
                        dev.unbusy.text.Text.of(
                                "The strings of the schema need too many states", "该 schema 中的字符串需要过多状态"));
            }
        }
        textBases[texts.size()] = (int) base;
        byte[] flags = new byte[count];
        int[] edgeStarts = new int[count + 1];
        int[] callStarts = new int[count + 1];
        int[] dense = new int[count];
        IntList ranges = new IntList();
        IntList targets = new IntList();
        IntList callees = new IntList();
        IntList returns = new IntList();
        IntList rows = new IntList();
        for (int s = 0; s < count; s++) {
            RuleCompiler.DfaState state = states.get(s);
            dense[s] = -1;
            for (int i = 0; i < state.to.length; i++) {
                if (finishable[state.to[i]]) {
                    ranges.add(state.ranges[i]);
                    targets.add(state.to[i]);
                }
            }
            for (int i = 0; i < state.callees.length; i++) {
                int callee = state.callees[i];
                if (finishable[state.returns[i]] && canFinish(callee, finishable, true)) {
                    callees.add(callee < 0 ? textBases[-callee - 1] + TextRule.START : starts[callee]);
                    returns.add(state.returns[i]);
                }
            }
            edgeStarts[s + 1] = ranges.size();
            callStarts[s + 1] = callees.size();
            if (ranges.size() - edgeStarts[s] > MOST_SPARSE) {
                dense[s] = rows.size();
                budget.states(16);
                int[] row = new int[256];
                Arrays.fill(row, -1);
                for (int e = edgeStarts[s]; e < ranges.size(); e++) {
                    Arrays.fill(row, ranges.get(e) >> 8, (ranges.get(e) & 0xFF) + 1, targets.get(e));
                }
                for (int to : row) {
                    rows.add(to);
                }
            }
            flags[s] = (byte) ((state.accepts ? Automata.ENDS : 0)
                    | (callStarts[s + 1] > callStarts[s] ? Automata.CALLS : 0)
                    | (edgeStarts[s + 1] > edgeStarts[s] ? Automata.READS : 0));
        }
        return new Automata(
                flags,
                edgeStarts,
                ranges.toArray(),
                targets.toArray(),
                dense,
                rows.toArray(),
                callStarts,
                callees.toArray(),
                returns.toArray(),
                texts.toArray(TextRule[]::new),
                textBases);
    }
}
