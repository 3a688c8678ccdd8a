package dev.unbusy.jinja;

import java.util.Collection;

/**
 * How much there is in a value when every path to its parts is counted: one per value, and one per 64 characters. A list that holds one list twice, that one
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
            // Comparing long texts takes time too.
            case String s -> 1 + s.length() / 64;
            case Markup m -> 1 + m.text().length() / 64;
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
            throw EvalError.limit("a value holds more than " + MAX + " parts");
        }
        return weight;
    }
}
