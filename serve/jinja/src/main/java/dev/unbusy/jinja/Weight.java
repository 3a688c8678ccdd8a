package dev.unbusy.jinja;

import java.util.Collection;

/**
 * How many values there are in a value when every path to them is counted. A list that holds one list twice, that one
 * another list twice, and so on, takes little memory but exponential time to print or compare: weights grow with it, and
 * a limit on them stops it while it is being built.
 */
final class Weight {
    private static final long MAX = 1L << 24;

    private Weight() {}

    static long of(Object value) {
        return switch (value) {
            case Seq seq -> seq.weight();
            case PyDict dict -> dict.weight();
            default -> 1;
        };
    }

    static long ofAll(Collection<Object> values) {
        long sum = 1;
        for (Object value : values) {
            sum += of(value);
        }
        return checked(sum);
    }

    static long checked(long weight) {
        if (weight > MAX) {
            throw EvalError.limit("a value holds more than " + MAX + " values");
        }
        return weight;
    }
}
