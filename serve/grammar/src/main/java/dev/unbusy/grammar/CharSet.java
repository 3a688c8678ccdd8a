package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A set of Unicode scalar values: surrogates are never members, since no text holds them alone. Kept as the sorted points
 * at which membership changes, so the intervals are {@code [bounds[0], bounds[1])}, {@code [bounds[2], bounds[3])}, ….
 */
final class CharSet {
    static final int END = 0x110000;
    static final CharSet EMPTY = new CharSet(new int[0]);
    static final CharSet ALL = new CharSet(new int[] {0, 0xD800, 0xE000, END});

    private final int[] bounds;

    private CharSet(int[] bounds) {
        this.bounds = bounds;
    }

    static CharSet of(int codePoint) {
        return range(codePoint, codePoint);
    }

    /** @param last included */
    static CharSet range(int first, int last) {
        return first > last ? EMPTY : new CharSet(new int[] {first, last + 1}).and(ALL);
    }

    static CharSet ofAll(String members) {
        CharSet[] sets = members.codePoints().mapToObj(CharSet::of).toArray(CharSet[]::new);
        return union(Arrays.asList(sets));
    }

    static CharSet union(List<CharSet> sets) {
        List<int[]> intervals = new ArrayList<>();
        for (CharSet set : sets) {
            for (int i = 0; i < set.bounds.length; i += 2) {
                intervals.add(new int[] {set.bounds[i], set.bounds[i + 1]});
            }
        }
        intervals.sort((a, b) -> Integer.compare(a[0], b[0]));
        int[] merged = new int[2 * intervals.size()];
        int size = 0;
        for (int[] interval : intervals) {
            if (size > 0 && interval[0] <= merged[size - 1]) {
                merged[size - 1] = Math.max(merged[size - 1], interval[1]);
            } else {
                merged[size++] = interval[0];
                merged[size++] = interval[1];
            }
        }
        return new CharSet(Arrays.copyOf(merged, size));
    }

    CharSet and(CharSet other) {
        int[] result = new int[bounds.length + other.bounds.length];
        int size = 0;
        int i = 0;
        int j = 0;
        while (i < bounds.length && j < other.bounds.length) {
            int from = Math.max(bounds[i], other.bounds[j]);
            int to = Math.min(bounds[i + 1], other.bounds[j + 1]);
            if (from < to) {
                result[size++] = from;
                result[size++] = to;
            }
            if (bounds[i + 1] < other.bounds[j + 1]) {
                i += 2;
            } else {
                j += 2;
            }
        }
        return new CharSet(Arrays.copyOf(result, size));
    }

    /** Everything else. */
    CharSet not() {
        List<Integer> points = new ArrayList<>();
        points.add(0);
        for (int bound : bounds) {
            points.add(bound);
        }
        points.add(END);
        int[] flipped = new int[points.size()];
        int size = 0;
        for (int i = 0; i < points.size(); i += 2) {
            if (points.get(i) < points.get(i + 1)) {
                flipped[size++] = points.get(i);
                flipped[size++] = points.get(i + 1);
            }
        }
        return new CharSet(Arrays.copyOf(flipped, size)).and(ALL);
    }

    boolean contains(int codePoint) {
        int at = Arrays.binarySearch(bounds, codePoint);
        // A point that is a bound opens an interval if its index is even; between bounds, an odd insertion point is
        // inside.
        return at >= 0 ? (at & 1) == 0 : ((-at - 1) & 1) == 1;
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    /** The points at which membership changes; not to be written to. */
    int[] bounds() {
        return bounds;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CharSet set && Arrays.equals(bounds, set.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }
}
