package dev.unbusy.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Python's numbers: {@code bool} and {@code int} (Boolean, Long, BigInteger beyond it) and {@code float} (Double). */
final class Numbers {
    private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

    private Numbers() {}

    static boolean isNumber(Object value) {
        return value instanceof Long
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof BigInteger;
    }

    /** {@code int} or {@code bool}. */
    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    static Object normalize(BigInteger n) {
        return n.bitLength() < Long.SIZE ? (Object) n.longValue() : n;
    }

    static BigInteger big(Object integer) {
        return integer instanceof BigInteger big ? big : BigInteger.valueOf(smallInteger(integer));
    }

    /** Value of a Long or Boolean. */
    static long smallInteger(Object integer) {
        return integer instanceof Boolean b ? (b ? 1 : 0) : (Long) integer;
    }

    /** As {@code float(n)}, which fails for integers too large. */
    static double toDouble(Object number) {
        return switch (number) {
            case Double d -> d;
            case BigInteger big -> {
                double d = big.doubleValue();
                if (Double.isInfinite(d)) {
                    throw EvalError.failed("int too large to convert to float");
                }
                yield d;
            }
            default -> (double) smallInteger(number);
        };
    }

    /** What an index, a width or a count must be: an integer, cut to the range of {@code int}. */
    static int clampedIndex(Object value) {
        if (!isInteger(value)) {
            throw EvalError.failed("'" + Types.name(value) + "' object cannot be interpreted as an integer");
        }
        if (value instanceof BigInteger big) {
            return big.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        }
        return Math.clamp(smallInteger(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** An integer in the range of {@code long}, for range bounds. */
    static long longIndex(Object value) {
        if (!isInteger(value)) {
            throw EvalError.failed("'" + Types.name(value) + "' object cannot be interpreted as an integer");
        }
        if (value instanceof BigInteger big) {
            return big.max(MIN_LONG).min(MAX_LONG).longValue();
        }
        return smallInteger(value);
    }

    static boolean isNaN(Object number) {
        return number instanceof Double d && Double.isNaN(d);
    }

    /** Exact order of two numbers, neither of them NaN. */
    static int compare(Object a, Object b) {
        if (a instanceof Double x && b instanceof Double y) {
            return x < y ? -1 : x > y ? 1 : 0;
        }
        if (!(a instanceof Double) && !(b instanceof Double)) {
            return a instanceof BigInteger || b instanceof BigInteger
                    ? big(a).compareTo(big(b))
                    : Long.compare(smallInteger(a), smallInteger(b));
        }
        if (a instanceof Double x && Double.isInfinite(x)) {
            return x > 0 ? 1 : -1;
        }
        if (b instanceof Double y && Double.isInfinite(y)) {
            return y > 0 ? -1 : 1;
        }
        return decimal(a).compareTo(decimal(b));
    }

    private static BigDecimal decimal(Object number) {
        return number instanceof Double d ? new BigDecimal(d) : new BigDecimal(big(number));
    }

    /** {@code int(text, radix)}, or null where Python raises ValueError. */
    static @org.jspecify.annotations.Nullable Object parseInteger(String text, int radix) {
        String digits = asciiDigits(stripped(text)).toLowerCase(java.util.Locale.ROOT);
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int base = radix;
        int prefix = prefixRadix(digits);
        if (prefix > 0 && (radix == 0 || radix == prefix)) {
            base = prefix;
            digits = digits.substring(2);
            digits = digits.startsWith("_") ? digits.substring(1) : digits;
        } else if (radix == 0) {
            base = 10;
            if (digits.matches("0[0_]*[1-9].*")) {
                return null;
            }
        }
        if (!digits.matches("[0-9a-z]+(_[0-9a-z]+)*")) {
            return null;
        }
        digits = digits.replace("_", "");
        if ((base & (base - 1)) != 0 && digits.length() > TagLexer.MAX_DECIMAL_DIGITS) {
            return null;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (Character.digit(digits.charAt(i), base) < 0) {
                return null;
            }
        }
        BigInteger value = new BigInteger(digits, base);
        return normalize(negative ? value.negate() : value);
    }

    private static int prefixRadix(String digits) {
        if (digits.length() < 2 || digits.charAt(0) != '0') {
            return 0;
        }
        return switch (digits.charAt(1)) {
            case 'b' -> 2;
            case 'o' -> 8;
            case 'x' -> 16;
            default -> 0;
        };
    }

    /** {@code float(text)}, or null where Python raises ValueError. */
    static @org.jspecify.annotations.Nullable Double parseFloat(String text) {
        String s = stripped(text);
        if (s.codePoints().anyMatch(c -> c == '_' || Character.isDigit(c))) {
            s = s.replaceAll("(?<=\\p{Nd})_(?=\\p{Nd})", "@");
            if (s.indexOf('_') >= 0) {
                return null;
            }
            s = asciiDigits(s.replace("@", ""));
        }
        String lower = s.toLowerCase(java.util.Locale.ROOT);
        String unsigned = lower.startsWith("-") || lower.startsWith("+") ? lower.substring(1) : lower;
        if (unsigned.equals("inf") || unsigned.equals("infinity")) {
            return lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (unsigned.equals("nan")) {
            return Double.NaN;
        }
        if (!unsigned.matches("([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[+-]?[0-9]+)?")) {
            return null;
        }
        return Double.valueOf(lower);
    }

    private static String stripped(String text) {
        int start = Unicode.skipSpace(text, 0);
        return text.substring(start, Math.max(start, Unicode.trimEnd(text)));
    }

    /** Decimal digits of all scripts become ASCII digits. */
    static String asciiDigits(String literal) {
        StringBuilder out = new StringBuilder(literal.length());
        literal.codePoints().forEach(c -> {
            if (Character.isDigit(c)) {
                out.append(Character.digit(c, 10));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
