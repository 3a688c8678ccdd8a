package dev.unbusy.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says of numbers.
 *
 * @param whole whether only integers count
 * @param min lower bound, or null
 * @param max upper bound, or null
 * @param step every number is a multiple of it, or null
 */
record NumberRange(
        boolean whole,
        @Nullable Bound min,
        @Nullable Bound max,
        @Nullable BigDecimal step) {
    static final NumberRange ANY = new NumberRange(false, null, null, null);

    /** @param exclusive whether the value itself is out */
    record Bound(BigDecimal value, boolean exclusive) {}

    NumberRange asWhole() {
        return new NumberRange(true, min, max, step);
    }

    NumberRange atLeast(Bound bound) {
        int order = min == null ? 1 : bound.value.compareTo(min.value);
        boolean tighter = order > 0 || (order == 0 && bound.exclusive);
        return tighter ? new NumberRange(whole, bound, max, step) : this;
    }

    NumberRange atMost(Bound bound) {
        int order = max == null ? -1 : bound.value.compareTo(max.value);
        boolean tighter = order < 0 || (order == 0 && bound.exclusive);
        return tighter ? new NumberRange(whole, min, bound, step) : this;
    }

    NumberRange multipleOf(BigDecimal other) {
        return new NumberRange(whole, min, max, step == null ? other : commonMultiple(step, other));
    }

    static BigDecimal commonMultiple(BigDecimal a, BigDecimal b) {
        int scale = Math.max(0, Math.max(a.scale(), b.scale()));
        BigInteger first = a.setScale(scale).unscaledValue();
        BigInteger second = b.setScale(scale).unscaledValue();
        return new BigDecimal(first.divide(first.gcd(second)).multiply(second), scale);
    }

    boolean contains(BigDecimal number) {
        if (whole && number.stripTrailingZeros().scale() > 0) {
            return false;
        }
        if (min != null && (number.compareTo(min.value) < 0 || (min.exclusive && number.compareTo(min.value) == 0))) {
            return false;
        }
        if (max != null && (number.compareTo(max.value) > 0 || (max.exclusive && number.compareTo(max.value) == 0))) {
            return false;
        }
        return step == null || number.remainder(step).signum() == 0;
    }

    /** Whether no number is in both, going by the bounds. */
    boolean isApartFrom(NumberRange other) {
        return below(max, other.min) || below(other.max, min);
    }

    private static boolean below(@Nullable Bound high, @Nullable Bound low) {
        if (high == null || low == null) {
            return false;
        }
        int order = high.value.compareTo(low.value);
        return order < 0 || (order == 0 && (high.exclusive || low.exclusive));
    }
}
