package dev.unbusy.grammar;

import java.util.Arrays;

/** Which states of a transition table can be reached, and which can reach acceptance. */
final class Reach {
    private Reach() {}

    /** @param next {@code [state * width + letter]}, −1 where there is no way on */
    static boolean[] coReachable(int states, int width, int[] next, boolean[] accepts) {
        int[] offsets = new int[states + 1];
        for (int to : next) {
            if (to >= 0) {
                offsets[to + 1]++;
            }
        }
        for (int s = 0; s < states; s++) {
            offsets[s + 1] += offsets[s];
        }
        int[] from = new int[offsets[states]];
        int[] filled = Arrays.copyOf(offsets, states);
        for (int s = 0; s < states; s++) {
            for (int c = 0; c < width; c++) {
                int to = next[s * width + c];
                if (to >= 0) {
                    from[filled[to]++] = s;
                }
            }
        }
        boolean[] useful = new boolean[states];
        int[] queue = new int[states];
        int size = 0;
        for (int s = 0; s < states; s++) {
            if (accepts[s]) {
                useful[s] = true;
                queue[size++] = s;
            }
        }
        for (int i = 0; i < size; i++) {
            for (int e = offsets[queue[i]]; e < offsets[queue[i] + 1]; e++) {
                if (!useful[from[e]]) {
                    useful[from[e]] = true;
                    queue[size++] = from[e];
                }
            }
        }
        return useful;
    }

    /** New numbers, in breadth-first order from state 0, for the useful states that it reaches; −1 for the others. */
    static int[] reachable(int states, int width, int[] next, boolean[] useful) {
        int[] names = new int[states];
        Arrays.fill(names, -1);
        int[] queue = new int[states];
        int size = 0;
        names[0] = 0;
        queue[size++] = 0;
        for (int i = 0; i < size; i++) {
            for (int c = 0; c < width; c++) {
                int to = next[queue[i] * width + c];
                if (to >= 0 && useful[to] && names[to] < 0) {
                    names[to] = size;
                    queue[size++] = to;
                }
            }
        }
        return names;
    }
}
