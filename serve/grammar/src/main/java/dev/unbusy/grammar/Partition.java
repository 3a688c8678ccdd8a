package dev.unbusy.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All code points divided into classes whose members an automaton cannot tell apart. Immutable. */
final class Partition {
    static final Partition ONE = new Partition(new int[] {0}, new int[] {0}, 1);

    private final int[] starts;
    private final int[] classes;
    private final int count;

    /**
     * @param starts first code point of each interval, ascending, beginning with 0
     * @param classes the class of each interval; −1 for characters that never occur
     * @param count number of classes
     */
    Partition(int[] starts, int[] classes, int count) {
        this.starts = starts;
        this.classes = classes;
        this.count = count;
    }

    int[] starts() {
        return starts;
    }

    int[] classes() {
        return classes;
    }

    int count() {
        return count;
    }

    /** The coarsest partition of which each set is a union of classes; characters in no set get a class too. */
    static Partition of(List<CharSet> sets, Budget budget) {
        TreeSet<Integer> points = new TreeSet<>();
        points.add(0);
        for (CharSet set : sets) {
            for (int bound : set.bounds()) {
                if (bound < CharSet.END) {
                    points.add(bound);
                }
            }
        }
        budget.work((long) points.size() * sets.size());
        int[] starts = points.stream().mapToInt(Integer::intValue).toArray();
        int[] classes = new int[starts.length];
        Map<BitSet, Integer> known = new HashMap<>();
        for (int i = 0; i < starts.length; i++) {
            BitSet in = new BitSet(sets.size());
            for (int s = 0; s < sets.size(); s++) {
                in.set(s, sets.get(s).contains(starts[i]));
            }
            classes[i] = known.computeIfAbsent(in, key -> known.size());
        }
        return new Partition(starts, classes, known.size());
    }

    int classOf(int codePoint) {
        int at = Arrays.binarySearch(starts, codePoint);
        return classes[at >= 0 ? at : -at - 2];
    }

    /** The class that all of {@code first} to {@code last} are in, or −2 if they differ. */
    int commonClass(int first, int last) {
        int at = Arrays.binarySearch(starts, first);
        int i = at >= 0 ? at : -at - 2;
        int common = classes[i];
        while (++i < starts.length && starts[i] <= last) {
            if (classes[i] != common) {
                return -2;
            }
        }
        return common;
    }

    /** Renames classes: {@code names[c]} for c, −1 to drop it. Neighbouring intervals of one class are joined. */
    Partition renamed(int[] names, int newCount) {
        int[] newStarts = new int[starts.length];
        int[] newClasses = new int[starts.length];
        int size = 0;
        for (int i = 0; i < starts.length; i++) {
            int name = classes[i] < 0 ? -1 : names[classes[i]];
            if (size == 0 || newClasses[size - 1] != name) {
                newStarts[size] = starts[i];
                newClasses[size++] = name;
            }
        }
        return new Partition(Arrays.copyOf(newStarts, size), Arrays.copyOf(newClasses, size), newCount);
    }
}
