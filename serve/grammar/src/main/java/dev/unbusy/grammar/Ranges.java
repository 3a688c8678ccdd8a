package dev.unbusy.grammar;

import java.util.Arrays;
import java.util.List;

/** The byte edges that leave a set of nodes, cut so that the ranges do not overlap. */
final class Ranges {
    private final int[] ranges;
    private final int[][] targets;

    Ranges(List<RuleNfa.Edge> edges, Budget budget) {
        boolean[] cuts = new boolean[257];
        for (RuleNfa.Edge edge : edges) {
            cuts[edge.first()] = true;
            cuts[edge.last() + 1] = true;
        }
        // For each byte that opens a range, who reads it: one pass over the edges, not one per range.
        int[][] readers = new int[256][];
        int[] counts = new int[256];
        for (RuleNfa.Edge edge : edges) {
            for (int b = edge.first(); b <= edge.last(); b++) {
                if (cuts[b]) {
                    budget.work(1);
                    int[] so = readers[b] == null ? new int[2] : readers[b];
                    readers[b] = counts[b] == so.length ? Arrays.copyOf(so, 2 * so.length) : so;
                    readers[b][counts[b]++] = edge.to();
                }
            }
        }
        int[] found = new int[256];
        int[][] to = new int[256][];
        int size = 0;
        for (int b = 0; b < 256; b++) {
            if (readers[b] == null) {
                continue;
            }
            int last = b;
            while (!cuts[last + 1]) {
                last++;
            }
            found[size] = (b << 8) | last;
            to[size++] = Arrays.copyOf(readers[b], counts[b]);
        }
        ranges = Arrays.copyOf(found, size);
        targets = Arrays.copyOf(to, size);
    }

    /** Each {@code first << 8 | last}, ascending. */
    int[] ranges() {
        return ranges;
    }

    int[] targets(int range) {
        return targets[range];
    }
}
