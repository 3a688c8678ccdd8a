package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Unsigned decimal numbers between two bounds, and multiples of a step, as an automaton over digits and point.
 *
 * <p>A state knows how many digits were read before (or after) the point, how they compare with the same digits of each
 * bound, and the remainder by the step. How an integer part compares is known at its end: a longer one is greater, one of
 * the same length is as its digits are; there are no leading zeros.
 */
final class Digits {
    private static final int POINT = 10;
    private static final int LETTERS = 11;

    private enum Phase {
        BEGIN,
        ZERO,
        INTEGER,
        POINT,
        FRACTION
    }

    /** @param count digits read in this phase's part of the number */
    private record State(Phase phase, int count, int low, int high, int remainder) {}

    private record Limit(String integer, String fraction, boolean exclusive) {
        static Limit of(NumberRange.Bound bound) {
            String plain = bound.value().abs().toPlainString();
            int point = plain.indexOf('.');
            return point < 0
                    ? new Limit(plain, "", bound.exclusive())
                    : new Limit(plain.substring(0, point), plain.substring(point + 1), bound.exclusive());
        }

        /** How the integer digits compare after one more, as far as the bound has as many. */
        int integerDigit(int order, int count, int digit) {
            if (count >= integer.length()) {
                return 1;
            }
            return order != 0 ? order : Integer.signum(digit - (integer.charAt(count) - '0'));
        }

        int integerEnd(int order, int count) {
            return count < integer.length() ? -1 : order;
        }

        int fractionDigit(int order, int count, int digit) {
            int own = count < fraction.length() ? fraction.charAt(count) - '0' : 0;
            return order != 0 ? order : Integer.signum(digit - own);
        }

        /** How a number that ends after so many digits of its fraction compares. */
        int end(int order, int count) {
            for (int i = count; order == 0 && i < fraction.length(); i++) {
                if (fraction.charAt(i) != '0') {
                    return -1;
                }
            }
            return order;
        }
    }

    private final Limit low;
    private final @Nullable Limit high;
    private final int step;
    private final int decimals;
    private final int mostInteger;
    private final int mostFraction;
    private final Budget budget;

    /**
     * @param low not negative
     * @param high not negative, or null for no limit but that on digits
     * @param step the numbers, without their point, are multiples of it when written with {@code decimals} digits after
     *     the point
     * @param decimals digits after the point at most, 0 for integers; −1 for no limit by a step
     */
    Digits(NumberRange.Bound low, NumberRange.@Nullable Bound high, int step, int decimals, Budget budget) {
        this.low = Limit.of(low);
        this.high = high == null ? null : Limit.of(high);
        this.step = step;
        this.decimals = decimals;
        this.budget = budget;
        mostInteger = Math.max(
                NumberRule.INTEGER_DIGITS,
                Math.max(this.low.integer.length() + 1, this.high == null ? 0 : this.high.integer.length()));
        mostFraction = decimals >= 0
                ? decimals
                : NumberRule.FRACTION_DIGITS
                        + Math.max(this.low.fraction.length(), this.high == null ? 0 : this.high.fraction.length());
    }

    Expr expr() {
        Map<State, Integer> known = new HashMap<>();
        List<State> found = new ArrayList<>();
        IntRows rows = new IntRows(LETTERS);
        State begin = new State(Phase.BEGIN, 0, 0, 0, 0);
        known.put(begin, 0);
        found.add(begin);
        for (int s = 0; s < found.size(); s++) {
            budget.states(1);
            budget.work(LETTERS);
            State state = found.get(s);
            int[] row = rows.add();
            for (int letter = 0; letter < LETTERS; letter++) {
                State after = after(state, letter);
                row[letter] = after == null
                        ? -1
                        : known.computeIfAbsent(after, key -> {
                            found.add(key);
                            return found.size() - 1;
                        });
            }
        }
        boolean[] accepts = new boolean[found.size()];
        for (int s = 0; s < accepts.length; s++) {
            accepts[s] = accepts(found.get(s));
        }
        return graph(rows.flat(), accepts);
    }

    private @Nullable State after(State state, int letter) {
        boolean integer = state.phase == Phase.BEGIN || state.phase == Phase.INTEGER;
        if (letter == POINT) {
            boolean ended = state.phase == Phase.ZERO || state.phase == Phase.INTEGER;
            return ended && mostFraction > 0
                    ? new State(Phase.POINT, 0, lowEnd(state), highEnd(state), state.remainder)
                    : null;
        }
        int remainder = (state.remainder * 10 + letter) % step;
        if (integer) {
            if (state.count == mostInteger) {
                return null;
            }
            Phase phase = state.phase == Phase.BEGIN && letter == 0 ? Phase.ZERO : Phase.INTEGER;
            return new State(
                    phase,
                    state.count + 1,
                    low.integerDigit(state.low, state.count, letter),
                    high == null ? -1 : high.integerDigit(state.high, state.count, letter),
                    remainder);
        }
        if (state.phase == Phase.ZERO || state.count == mostFraction) {
            return null;
        }
        return new State(
                Phase.FRACTION,
                state.count + 1,
                low.fractionDigit(state.low, state.count, letter),
                high == null ? -1 : high.fractionDigit(state.high, state.count, letter),
                remainder);
    }

    private int lowEnd(State state) {
        return low.integerEnd(state.low, state.count);
    }

    private int highEnd(State state) {
        return high == null ? -1 : high.integerEnd(state.high, state.count);
    }

    private boolean accepts(State state) {
        int lowOrder;
        int highOrder;
        int fraction = 0;
        switch (state.phase) {
            case BEGIN, POINT -> {
                return false;
            }
            case ZERO, INTEGER -> {
                lowOrder = low.end(lowEnd(state), 0);
                highOrder = high == null ? -1 : high.end(highEnd(state), 0);
            }
            default -> {
                fraction = state.count;
                lowOrder = low.end(state.low, fraction);
                highOrder = high == null ? -1 : high.end(state.high, fraction);
            }
        }
        boolean inLow = lowOrder > 0 || (lowOrder == 0 && !low.exclusive);
        boolean inHigh = high == null || highOrder < 0 || (highOrder == 0 && !high.exclusive);
        int remainder = state.remainder;
        for (int i = fraction; i < decimals && remainder != 0; i++) {
            remainder = remainder * 10 % step;
        }
        return inLow && inHigh && (step == 1 || remainder == 0);
    }

    private static Expr graph(int[] next, boolean[] accepts) {
        boolean[] useful = Reach.coReachable(accepts.length, LETTERS, next, accepts);
        if (!useful[0]) {
            return JsonRules.NEVER;
        }
        int[] names = Reach.reachable(accepts.length, LETTERS, next, useful);
        List<Part.Edge> edges = new ArrayList<>();
        int nodes = 2;
        // Nodes 0 and 1 of a graph are its ends; state 0 is node 0, the others follow.
        for (int s = 0; s < accepts.length; s++) {
            if (names[s] < 0) {
                continue;
            }
            int from = node(names[s]);
            nodes = Math.max(nodes, from + 1);
            if (accepts[s]) {
                edges.add(new Part.Edge(from, 1, Part.EMPTY));
            }
            for (int first = 0; first < LETTERS; first++) {
                int to = next[s * LETTERS + first];
                int last = first;
                if (to >= 0 && names[to] >= 0) {
                    while (first != POINT && last + 1 < POINT && next[s * LETTERS + last + 1] == to) {
                        last++;
                    }
                    edges.add(new Part.Edge(
                            from,
                            node(names[to]),
                            first == POINT ? Part.ascii(".") : new Part.ByteRange('0' + first, '0' + last)));
                }
                first = last;
            }
        }
        return new Part.Graph(nodes, edges);
    }

    private static int node(int name) {
        return name == 0 ? 0 : name + 1;
    }
}
