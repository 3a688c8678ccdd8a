package dev.unbusy.grammar;

import dev.unbusy.text.Text;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers within bounds, as digits. The bounds hold exactly, digit by digit, for whatever number of digits they have.
 *
 * <ul>
 *   <li>An integer without a lower or upper bound is one of 64 bits.
 *   <li>Numbers with bounds or {@code multipleOf} are written without exponent, with at most {@link #INTEGER_DIGITS}
 *       digits before the point (or as many as the bounds have) and {@link #FRACTION_DIGITS} more after it than the bounds
 *       have.
 *   <li>There is no negative zero.
 * </ul>
 */
final class NumberRule {
    static final int INTEGER_DIGITS = 20;
    static final int FRACTION_DIGITS = 20;

    /** Digits that a bound may have on either side of the point. */
    private static final int MOST_DIGITS = 60;
    /** The largest multiple, scaled to an integer; each remainder is a column of states. */
    private static final int MOST_STEP = 3_000;

    private static final NumberRange.Bound LONG_MIN = new NumberRange.Bound(BigDecimal.valueOf(Long.MIN_VALUE), false);
    private static final NumberRange.Bound LONG_MAX = new NumberRange.Bound(BigDecimal.valueOf(Long.MAX_VALUE), false);

    private NumberRule() {}

    static Expr of(NumberRange range, JsonRules json, Budget budget) {
        if (range.equals(NumberRange.ANY)) {
            return json.number();
        }
        NumberRange.Bound min = limited(range.min(), -1, budget);
        NumberRange.Bound max = limited(range.max(), 1, budget);
        BigDecimal step = range.step();
        if (range.whole()) {
            min = min == null ? LONG_MIN : min;
            max = max == null ? LONG_MAX : max;
            step = step == null ? null : NumberRange.commonMultiple(step, BigDecimal.ONE);
        }
        int multiple = 1;
        int decimals = range.whole() ? 0 : -1;
        if (step != null) {
            BigDecimal plain = step.stripTrailingZeros();
            decimals = Math.max(0, plain.scale());
            if (decimals > MOST_DIGITS) {
                throw GrammarException.tooLarge(
                        budget.pointer(),
                        Text.of("multipleOf has more than %d decimal places", "multipleOf 的小数位超过 %d 位", MOST_DIGITS));
            }
            BigDecimal scaled = plain.movePointRight(decimals);
            if (scaled.compareTo(BigDecimal.valueOf(MOST_STEP)) > 0) {
                throw GrammarException.tooLarge(
                        budget.pointer(),
                        Text.of(
                                "multipleOf is %s; as an integer without its decimal point it may be %,d at most",
                                "multipleOf 为 %s；去掉小数点后最大可为 %,d", step.toString(), MOST_STEP));
            }
            multiple = scaled.intValueExact();
        }

        List<Expr> options = new ArrayList<>();
        BigDecimal zero = BigDecimal.ZERO;
        if (max == null || max.value().signum() >= 0) {
            NumberRange.Bound low = min == null || min.value().signum() < 0 ? new NumberRange.Bound(zero, false) : min;
            options.add(new Digits(low, max, multiple, decimals, budget).expr());
        }
        if (min == null || min.value().signum() < 0) {
            NumberRange.Bound low = max == null || max.value().signum() >= 0
                    ? new NumberRange.Bound(zero, true)
                    : new NumberRange.Bound(max.value().negate(), max.exclusive());
            NumberRange.Bound high =
                    min == null ? null : new NumberRange.Bound(min.value().negate(), min.exclusive());
            options.add(Part.seq(Part.ascii("-"), new Digits(low, high, multiple, decimals, budget).expr()));
        }
        Rule rule = new Rule("number");
        rule.define(new Part.Choice(options));
        return rule;
    }

    /** @param outwards the sign of a bound that lies beyond everything that is written, and so holds by itself */
    private static NumberRange.@Nullable Bound limited(NumberRange.@Nullable Bound bound, int outwards, Budget budget) {
        if (bound == null) {
            return null;
        }
        BigDecimal value = bound.value().stripTrailingZeros();
        if (value.precision() - value.scale() > MOST_DIGITS) {
            if (value.signum() == outwards) {
                return null; // zod writes 1.79e308
            }
            throw GrammarException.tooLarge(
                    budget.pointer(), Text.of("A bound has more than %d digits", "上下限超过 %d 位", MOST_DIGITS));
        }
        if (value.scale() > MOST_DIGITS) {
            throw GrammarException.tooLarge(
                    budget.pointer(),
                    Text.of("A bound has more than %d decimal places", "上下限的小数位超过 %d 位", MOST_DIGITS));
        }
        return new NumberRange.Bound(value, bound.exclusive());
    }
}
