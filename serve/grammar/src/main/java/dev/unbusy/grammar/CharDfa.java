package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A set of texts as a deterministic automaton over classes of code points. State 0 is the start. Every state can be
 * reached and can reach acceptance; the empty set has no states. Immutable.
 */
final class CharDfa {
    private final Partition partition;
    /** {@code [state * classes + class]}, −1 where there is no way on. */
    private final int[] next;

    private final boolean[] accepts;

    private CharDfa(Partition partition, int[] next, boolean[] accepts) {
        this.partition = partition;
        this.next = next;
        this.accepts = accepts;
    }

    /** Every text. */
    static CharDfa any() {
        return new CharDfa(Partition.ONE, new int[] {0}, new boolean[] {true});
    }

    /** Exactly these texts. */
    static CharDfa ofWords(List<String> words, Budget budget) {
        List<Pattern> options = new ArrayList<>();
        for (String word : words) {
            options.add(new Pattern.Seq(word.codePoints()
                    .<Pattern>mapToObj(cp -> new Pattern.Chars(CharSet.of(cp)))
                    .toList()));
        }
        return PatternCompiler.compile(new Pattern.Choice(options), budget);
    }

    /** Drops what is useless and joins classes that are alike. */
    static CharDfa of(Partition partition, int[] next, boolean[] accepts, Budget budget) {
        int classes = partition.count();
        int states = accepts.length;
        budget.work((long) next.length * 3);
        boolean[] useful = Reach.coReachable(states, classes, next, accepts);
        if (states == 0 || !useful[0]) {
            return new CharDfa(new Partition(new int[] {0}, new int[] {-1}, 0), new int[0], new boolean[0]);
        }
        int[] names = Reach.reachable(states, classes, next, useful);
        int kept = 0;
        for (int name : names) {
            kept = Math.max(kept, name + 1);
        }
        int[] trimmed = new int[kept * classes];
        boolean[] accepting = new boolean[kept];
        for (int s = 0; s < states; s++) {
            if (names[s] >= 0) {
                accepting[names[s]] = accepts[s];
                for (int c = 0; c < classes; c++) {
                    int to = next[s * classes + c];
                    trimmed[names[s] * classes + c] = to < 0 ? -1 : names[to];
                }
            }
        }
        return joined(partition, trimmed, accepting);
    }

    private static CharDfa joined(Partition partition, int[] next, boolean[] accepts) {
        int classes = partition.count();
        int states = accepts.length;
        Map<IntKey, Integer> known = new HashMap<>();
        int[] names = new int[classes];
        List<int[]> columns = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            int[] column = new int[states];
            boolean alive = false;
            for (int s = 0; s < states; s++) {
                column[s] = next[s * classes + c];
                alive |= column[s] >= 0;
            }
            if (!alive) {
                names[c] = -1;
                continue;
            }
            names[c] = known.computeIfAbsent(new IntKey(column), key -> {
                columns.add(column);
                return columns.size() - 1;
            });
        }
        int count = columns.size();
        int[] table = new int[states * count];
        for (int c = 0; c < count; c++) {
            for (int s = 0; s < states; s++) {
                table[s * count + c] = columns.get(c)[s];
            }
        }
        return new CharDfa(partition.renamed(names, count), table, accepts);
    }

    Partition partition() {
        return partition;
    }

    int states() {
        return accepts.length;
    }

    /** {@code [state * classes + class]}, −1 where there is no way on; not to be written to. */
    int[] table() {
        return next;
    }

    int next(int state, int charClass) {
        return next[state * partition.count() + charClass];
    }

    boolean accepts(int state) {
        return accepts[state];
    }

    boolean isEmpty() {
        return accepts.length == 0;
    }

    boolean contains(String text) {
        int state = isEmpty() ? -1 : 0;
        for (int i = 0; i < text.length() && state >= 0; ) {
            int cp = text.codePointAt(i);
            int charClass = partition.classOf(cp);
            state = charClass < 0 ? -1 : next(state, charClass);
            i += Character.charCount(cp);
        }
        return state >= 0 && accepts[state];
    }

    CharDfa and(CharDfa other, Budget budget) {
        if (isEmpty() || other.isEmpty()) {
            return isEmpty() ? this : other;
        }
        Partition common = common(partition, other.partition);
        int[][] pairs = classPairs(common, partition, other.partition);
        Map<Long, Integer> known = new HashMap<>();
        List<long[]> found = new ArrayList<>();
        known.put(0L, 0);
        found.add(new long[] {0, 0});
        IntRows rows = new IntRows(common.count());
        for (int s = 0; s < found.size(); s++) {
            budget.states(1);
            budget.work(common.count());
            long[] pair = found.get(s);
            int[] row = rows.add();
            for (int c = 0; c < common.count(); c++) {
                int a = next((int) pair[0], pairs[c][0]);
                int b = other.next((int) pair[1], pairs[c][1]);
                row[c] = a < 0 || b < 0
                        ? -1
                        : known.computeIfAbsent(((long) a << 32) | b, key -> {
                            found.add(new long[] {a, b});
                            return found.size() - 1;
                        });
            }
        }
        boolean[] accepting = new boolean[found.size()];
        for (int s = 0; s < accepting.length; s++) {
            accepting[s] = accepts[(int) found.get(s)[0]] && other.accepts[(int) found.get(s)[1]];
        }
        return of(common, rows.flat(), accepting, budget);
    }

    /** Every text that is not in this set. */
    CharDfa not(Budget budget) {
        if (isEmpty()) {
            return any();
        }
        // A class of its own for the characters that never occur here.
        int classes = partition.count() + 1;
        int[] renamed = new int[partition.classes().length];
        for (int i = 0; i < renamed.length; i++) {
            renamed[i] = partition.classes()[i] < 0 ? classes - 1 : partition.classes()[i];
        }
        int sink = states();
        int[] table = new int[(sink + 1) * classes];
        Arrays.fill(table, sink);
        boolean[] accepting = new boolean[sink + 1];
        accepting[sink] = true;
        for (int s = 0; s < sink; s++) {
            accepting[s] = !accepts[s];
            for (int c = 0; c < classes - 1; c++) {
                table[s * classes + c] = next(s, c) < 0 ? sink : next(s, c);
            }
        }
        return of(new Partition(partition.starts(), renamed, classes), table, accepting, budget);
    }

    /**
     * The texts of this set with so many code points.
     *
     * @param max −1 for no limit
     */
    CharDfa ofLength(int min, int max, Budget budget) {
        if (isEmpty() || (min <= 0 && max < 0)) {
            return this;
        }
        int counts = Math.max(min, max) + 1; // the last one stands for itself and, without a limit, for all that follow
        int classes = partition.count();
        budget.states((long) states() * counts);
        budget.work((long) states() * counts * classes);
        int[] table = new int[states() * counts * classes];
        boolean[] accepting = new boolean[states() * counts];
        for (int k = 0; k < counts; k++) {
            int following = k + 1 < counts ? k + 1 : max < 0 ? k : -1;
            for (int s = 0; s < states(); s++) {
                int at = k * states() + s;
                accepting[at] = accepts[s] && k >= min;
                for (int c = 0; c < classes; c++) {
                    int to = next(s, c);
                    table[at * classes + c] = to < 0 || following < 0 ? -1 : following * states() + to;
                }
            }
        }
        return of(partition, table, accepting, budget);
    }

    private static Partition common(Partition a, Partition b) {
        int[] starts = java.util.stream.IntStream.concat(Arrays.stream(a.starts()), Arrays.stream(b.starts()))
                .sorted()
                .distinct()
                .toArray();
        int[] classes = new int[starts.length];
        Map<Long, Integer> known = new HashMap<>();
        for (int i = 0; i < starts.length; i++) {
            int ca = a.classOf(starts[i]);
            int cb = b.classOf(starts[i]);
            classes[i] = ca < 0 || cb < 0 ? -1 : known.computeIfAbsent(((long) ca << 32) | cb, key -> known.size());
        }
        return new Partition(starts, classes, known.size());
    }

    private static int[][] classPairs(Partition common, Partition a, Partition b) {
        int[][] pairs = new int[common.count()][];
        for (int i = 0; i < common.starts().length; i++) {
            if (common.classes()[i] >= 0) {
                pairs[common.classes()[i]] = new int[] {a.classOf(common.starts()[i]), b.classOf(common.starts()[i])};
            }
        }
        return pairs;
    }
}
