package dev.unbusy.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's text forms of floats. */
final class FloatText {
    private FloatText() {}

    /** The shortest text that reads back as the same number; exponents from 1e16 up and below 1e-4. */
    static String repr(double d) {
        if (Double.isNaN(d)) {
            return "nan";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "inf" : "-inf";
        }
        if (d == Math.rint(d) && Math.abs(d) < 1e15) {
            return d == 0 ? (1 / d < 0 ? "-0.0" : "0.0") : (long) d + ".0";
        }
        BigDecimal shortest = shortest(Math.abs(d));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        String sign = d < 0 ? "-" : "";
        if (point > 16 || point <= -4) {
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return sign + mantissa + exponent(point - 1, 'e');
        }
        if (point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        if (point >= digits.length()) {
            return sign + digits + "0".repeat(point - digits.length()) + ".0";
        }
        return sign + digits.substring(0, point) + "." + digits.substring(point);
    }

    /** Java's shortest digits, which never are fewer than two, cut to one where one is enough (5e-324). */
    private static BigDecimal shortest(double d) {
        BigDecimal decimal = new BigDecimal(Double.toString(d)).stripTrailingZeros();
        if (decimal.precision() == 2) {
            BigDecimal one = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
            if (one.doubleValue() == d) {
                return one.stripTrailingZeros();
            }
        }
        return decimal;
    }

    private static String exponent(int value, char letter) {
        int magnitude = Math.abs(value);
        return letter + (value < 0 ? "-" : "+") + (magnitude < 10 ? "0" : "") + magnitude;
    }

    /**
     * Digits of a finite, non-negative number in the manner of a format letter.
     *
     * @param type one of {@code e f g}
     * @param alternate keep the decimal point, and with {@code g} trailing zeros
     */
    static String format(double d, char type, int precision, boolean alternate) {
        BigDecimal exact = new BigDecimal(d);
        return switch (type) {
            case 'f' -> fixed(exact, precision, alternate);
            case 'e' -> scientific(exact, precision, alternate);
            default -> general(exact, Math.max(1, precision), alternate);
        };
    }

    private static String fixed(BigDecimal exact, int precision, boolean alternate) {
        return exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString()
                + (alternate && precision == 0 ? "." : "");
    }

    private static String scientific(BigDecimal exact, int precision, boolean alternate) {
        String digits;
        int exponent;
        if (exact.signum() == 0) {
            digits = "0".repeat(precision + 1);
            exponent = 0;
        } else {
            BigDecimal rounded = exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
            digits = rounded.unscaledValue().toString();
            exponent = digits.length() - 1 - rounded.scale();
            digits = digits.length() > precision
                    ? digits.substring(0, precision + 1)
                    : digits + "0".repeat(precision + 1 - digits.length());
        }
        String fraction = precision > 0 ? "." + digits.substring(1) : alternate ? "." : "";
        return digits.charAt(0) + fraction + exponent(exponent, 'e');
    }

    private static String general(BigDecimal exact, int precision, boolean alternate) {
        BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String text;
        String tail = "";
        if (exponent < -4 || exponent >= precision) {
            text = scientific(exact, precision - 1, alternate);
            int e = text.indexOf('e');
            tail = text.substring(e);
            text = text.substring(0, e);
        } else {
            text = fixed(rounded, precision - 1 - exponent, alternate);
        }
        if (!alternate && text.indexOf('.') >= 0) {
            int end = text.length();
            while (text.charAt(end - 1) == '0') {
                end--;
            }
            text = text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
        }
        return text + tail;
    }
}
