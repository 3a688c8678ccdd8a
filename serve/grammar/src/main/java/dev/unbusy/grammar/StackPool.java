package dev.unbusy.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes {@link Stack}s, each once. Bounded: when full it forgets what it made. Two equal stacks may then be two objects,
 * which costs a recomputation and changes no answer. Owned by one thread.
 */
final class StackPool {
    private static final int MOST = 20_000;

    private final Map<Stack, Stack> known = new HashMap<>();

    Stack push(int returnTo, Stack below) {
        return intern(new Stack(new int[] {returnTo}, new Stack[] {below}, false, false));
    }

    @SuppressWarnings("ReferenceEquality") // equal stacks are one object; two objects would only take longer
    Stack union(Stack a, Stack b) {
        if (a == b) {
            return a;
        }
        int[] returns = new int[a.frames() + b.frames()];
        Stack[] below = new Stack[returns.length];
        int size = 0;
        int i = 0;
        int j = 0;
        while (i < a.frames() || j < b.frames()) {
            if (j == b.frames() || (i < a.frames() && a.returnTo(i) < b.returnTo(j))) {
                returns[size] = a.returnTo(i);
                below[size++] = a.below(i++);
            } else if (i == a.frames() || b.returnTo(j) < a.returnTo(i)) {
                returns[size] = b.returnTo(j);
                below[size++] = b.below(j++);
            } else {
                returns[size] = a.returnTo(i);
                below[size++] = union(a.below(i++), b.below(j++));
            }
        }
        boolean end = a.isEnd() || b.isEnd();
        boolean unknown = a.isUnknown() || b.isUnknown();
        return intern(new Stack(Arrays.copyOf(returns, size), Arrays.copyOf(below, size), end, unknown));
    }

    private Stack intern(Stack made) {
        Stack old = known.get(made);
        if (old != null) {
            return old;
        }
        if (known.size() >= MOST) {
            known.clear();
        }
        known.put(made, made);
        return made;
    }
}
