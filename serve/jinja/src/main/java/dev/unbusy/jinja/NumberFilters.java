package dev.unbusy.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;

/** Filters that make numbers. */
final class NumberFilters {
    private static final int MAX_ROUND_DIGITS = 400;

    private NumberFilters() {}

    static void register(Map<String, Filters.Function> filters) {
        filters.put("int", NumberFilters::toInt);
        filters.put("float", NumberFilters::toFloat);
        filters.put("abs", NumberFilters::abs);
        filters.put("round", NumberFilters::round);
        filters.put("filesizeformat", NumberFilters::fileSize);
    }

    private static Object toInt(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("int", "default?", "base?");
        Object otherwise = bound.get(0, 0L);
        if (value instanceof Undefined undefined) {
            throw undefined.fail();
        }
        if (value instanceof Double d) {
            if (Double.isInfinite(d)) {
                throw EvalError.failed("cannot convert float infinity to integer");
            }
            return Double.isNaN(d) ? otherwise : truncated(d);
        }
        if (Numbers.isInteger(value)) {
            return Numbers.normalize(Numbers.big(value));
        }
        if (!Types.isText(value)) {
            return otherwise;
        }
        String text = Types.textOf(value);
        render.work(text.length());
        int base = bound.index(1, 10);
        Object parsed = base == 0 || (base >= 2 && base <= 36) ? Numbers.parseInteger(text, base) : null;
        if (parsed != null) {
            return parsed;
        }
        // So that "42.23" is 42.
        Double d = Numbers.parseFloat(text);
        return d == null || d.isNaN() || d.isInfinite() ? otherwise : truncated(d);
    }

    private static Object truncated(double d) {
        return Math.abs(d) < 1e18 ? (Object) (long) d : Numbers.normalize(new BigDecimal(d).toBigInteger());
    }

    private static Object toFloat(Render render, Object value, Args args) {
        Object otherwise = args.bind("float", "default?").get(0, 0.0);
        if (value instanceof Undefined undefined) {
            throw undefined.fail();
        }
        if (Numbers.isNumber(value)) {
            return Numbers.toDouble(value);
        }
        if (!Types.isText(value)) {
            return otherwise;
        }
        render.work(Types.textOf(value).length());
        Double parsed = Numbers.parseFloat(Types.textOf(value));
        return parsed == null ? otherwise : parsed;
    }

    private static Object abs(Render render, Object value, Args args) {
        args.bindPositional("abs");
        if (value instanceof Double d) {
            return Math.abs(d);
        }
        if (!Numbers.isInteger(value)) {
            throw EvalError.failed("bad operand type for abs(): '" + Types.name(value) + "'");
        }
        return Numbers.normalize(Numbers.big(value).abs());
    }

    private static Object round(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("round", "precision?", "method?");
        String method = bound.has(1) ? bound.text(1) : "common";
        Object precision = bound.get(0, 0L);
        if (method.equals("common")) {
            return roundCommon(value, precision);
        }
        if (!method.equals("ceil") && !method.equals("floor")) {
            throw EvalError.failed("method must be common, ceil or floor");
        }
        Object power = Arithmetic.apply(render, Syntax.BinaryOperator.POW, 10L, precision);
        Object scaled = Arithmetic.apply(render, Syntax.BinaryOperator.MUL, value, power);
        return Arithmetic.apply(render, Syntax.BinaryOperator.DIV, toInteger(scaled, method), power);
    }

    private static Object toInteger(Object number, String method) {
        if (number instanceof Double d) {
            if (Double.isNaN(d) || Double.isInfinite(d)) {
                throw EvalError.failed("cannot convert float to integer");
            }
            RoundingMode mode = method.equals("ceil") ? RoundingMode.CEILING : RoundingMode.FLOOR;
            return Numbers.normalize(new BigDecimal(d).setScale(0, mode).toBigInteger());
        }
        if (!Numbers.isInteger(number)) {
            throw EvalError.failed("must be real number, not " + Types.name(number));
        }
        return Numbers.normalize(Numbers.big(number));
    }

    /** Python's {@code round}: exact, ties to even; an int stays an int. */
    private static Object roundCommon(Object value, Object precision) {
        if (!Numbers.isNumber(value)) {
            throw EvalError.failed("type " + Types.name(value) + " doesn't define __round__ method");
        }
        boolean toInteger = precision == None.NONE;
        int digits = toInteger ? 0 : Numbers.clampedIndex(precision);
        if (value instanceof Double d) {
            if (Double.isNaN(d) || Double.isInfinite(d)) {
                if (toInteger) {
                    throw EvalError.failed("cannot convert float to integer");
                }
                return d;
            }
            if (toInteger) {
                return Numbers.normalize(
                        new BigDecimal(d).setScale(0, RoundingMode.HALF_EVEN).toBigInteger());
            }
            if (digits > MAX_ROUND_DIGITS) {
                return d;
            }
            double rounded = digits < -MAX_ROUND_DIGITS
                    ? 0
                    : new BigDecimal(d).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
            if (Double.isInfinite(rounded)) {
                throw EvalError.failed("rounded value too large to represent");
            }
            return Math.copySign(rounded, d);
        }
        BigInteger n = Numbers.big(value);
        if (digits >= 0) {
            return Numbers.normalize(n);
        }
        if (-(long) digits > n.bitLength()) {
            return 0L;
        }
        return Numbers.normalize(
                new BigDecimal(n).setScale(digits, RoundingMode.HALF_EVEN).toBigInteger());
    }

    private static Object fileSize(Render render, Object value, Args args) {
        boolean binary = args.bind("filesizeformat", "binary?").isTrue(0);
        double bytes;
        if (Numbers.isNumber(value)) {
            bytes = Numbers.toDouble(value);
        } else {
            Double parsed = Types.isText(value) ? Numbers.parseFloat(Types.textOf(value)) : null;
            if (parsed == null) {
                throw EvalError.failed("could not convert " + Types.name(value) + " to float");
            }
            bytes = parsed;
        }
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (Double.isNaN(bytes) || bytes == Double.NEGATIVE_INFINITY) {
            throw EvalError.failed("cannot convert float to integer");
        }
        if (bytes < base) {
            return Repr.str(truncated(bytes)) + " Bytes";
        }
        double unit = base;
        int prefix = 0;
        do {
            unit *= base;
            prefix++;
        } while (bytes >= unit && prefix < 8);
        String number = Double.isInfinite(bytes) ? "inf" : FloatText.format(base * bytes / unit, 'f', 1, false);
        return String.format(Locale.ROOT, "%s %s", number, "kMGTPEZY".charAt(prefix - 1) + (binary ? "iB" : "B"))
                .replace(binary ? "kiB" : "", binary ? "KiB" : "");
    }
}
