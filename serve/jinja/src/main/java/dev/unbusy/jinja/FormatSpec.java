package dev.unbusy.jinja;

import java.math.BigInteger;
import java.util.Locale;

/** Python's format specification mini-language: {@code format(value, spec)}, without locale ({@code n}). */
final class FormatSpec {
    /** No prompt needs wider fields; keeps a template from asking for gigabytes of padding. */
    static final int MAX_WIDTH = 1 << 20;

    private final String spec;
    private int position;

    private int fill = ' ';
    private char align;
    private char sign = '-';
    private boolean alternate;
    private boolean zero;
    private int width = -1;
    private char grouping;
    private int precision = -1;
    private char type;

    private FormatSpec(String spec) {
        this.spec = spec;
        parse();
    }

    static String format(Object value, String spec) {
        if (spec.isEmpty()) {
            return Repr.str(value);
        }
        if (value instanceof String || Numbers.isNumber(value)) {
            FormatSpec parsed = new FormatSpec(spec);
            return switch (value) {
                case String s -> parsed.text(s);
                case Double d -> parsed.floating(d);
                default -> parsed.integer(value);
            };
        }
        throw EvalError.failed("unsupported format string passed to " + Types.name(value) + ".__format__");
    }

    private void parse() {
        int first = spec.codePointAt(0);
        int afterFirst = Character.charCount(first);
        if (afterFirst < spec.length() && isAlign(spec.charAt(afterFirst))) {
            fill = first;
            align = spec.charAt(afterFirst);
            position = afterFirst + 1;
        } else if (isAlign(spec.charAt(0))) {
            align = spec.charAt(0);
            position = 1;
        }
        if (at("+- ")) {
            sign = spec.charAt(position++);
        }
        if (at("z")) {
            throw EvalError.unsupported("'z' in a format specification");
        }
        if (at("#")) {
            alternate = true;
            position++;
        }
        if (at("0")) {
            zero = true;
            position++;
        }
        width = number();
        if (at(",_")) {
            grouping = spec.charAt(position++);
        }
        if (at(".")) {
            position++;
            precision = number();
            if (precision < 0) {
                throw EvalError.failed("Format specifier missing precision");
            }
        }
        if (position < spec.length()) {
            type = spec.charAt(position++);
        }
        if (position < spec.length()) {
            throw EvalError.failed("Invalid format specifier");
        }
        if (zero && align == 0) {
            align = '=';
            fill = fill == ' ' ? '0' : fill;
        } else if (zero && fill == ' ' && !explicitFill()) {
            fill = '0';
        }
    }

    private boolean explicitFill() {
        int first = spec.codePointAt(0);
        int after = Character.charCount(first);
        return after < spec.length() && isAlign(spec.charAt(after));
    }

    private static boolean isAlign(char c) {
        return c == '<' || c == '>' || c == '=' || c == '^';
    }

    private boolean at(String chars) {
        return position < spec.length() && chars.indexOf(spec.charAt(position)) >= 0;
    }

    private int number() {
        int start = position;
        long value = 0;
        while (position < spec.length() && Character.isDigit(spec.charAt(position))) {
            value = value * 10 + Character.digit(spec.charAt(position++), 10);
            if (value > MAX_WIDTH) {
                throw EvalError.limit("a width or precision of more than " + MAX_WIDTH);
            }
        }
        return position == start ? -1 : (int) value;
    }

    private String text(String s) {
        if (type != 0 && type != 's') {
            throw unknownType("str");
        }
        if (sign != '-' || hasExplicitMinus()) {
            throw EvalError.failed("Sign not allowed in string format specifier");
        }
        if (alternate) {
            throw EvalError.failed("Alternate form (#) not allowed in string format specifier");
        }
        if (grouping != 0) {
            throw EvalError.failed("Cannot specify '" + grouping + "' with 's'.");
        }
        if (align == '=' && !(zero && !explicitAlign())) {
            throw EvalError.failed("'=' alignment not allowed in string format specifier");
        }
        String cut = precision >= 0 && CodePoints.length(s) > precision
                ? s.substring(0, CodePoints.offset(s, precision))
                : s;
        return pad("", cut, align == 0 || align == '=' ? '<' : align);
    }

    private boolean explicitAlign() {
        return explicitFill() || isAlign(spec.charAt(0));
    }

    private boolean hasExplicitMinus() {
        int at = explicitFill() ? Character.charCount(spec.codePointAt(0)) + 1 : isAlign(spec.charAt(0)) ? 1 : 0;
        return at < spec.length() && spec.charAt(at) == '-';
    }

    private String integer(Object value) {
        if (type != 0 && "eEfFgG%".indexOf(type) >= 0) {
            return floating(Numbers.toDouble(value));
        }
        if (precision >= 0) {
            throw EvalError.failed("Precision not allowed in integer format specifier");
        }
        BigInteger n = Numbers.big(value);
        if (type == 'c') {
            return character(n);
        }
        int radix = switch (type) {
            case 0, 'd' -> 10;
            case 'b' -> 2;
            case 'o' -> 8;
            case 'x', 'X' -> 16;
            case 'n' -> throw EvalError.unsupported("format type 'n'");
            default -> throw unknownType(Types.name(value));
        };
        String digits = radix == 10 ? Repr.integer(n.abs()) : n.abs().toString(radix);
        if (grouping == ',' && radix != 10) {
            throw EvalError.failed("Cannot specify ',' with '" + type + "'.");
        }
        String prefix = alternate && radix != 10 ? "0" + type : "";
        if (type == 'X') {
            digits = digits.toUpperCase(Locale.ROOT);
        }
        return number(n.signum() < 0, prefix, digits, "", radix == 10 ? 3 : 4);
    }

    private String character(BigInteger n) {
        if (sign != '-' || hasExplicitMinus() || alternate || grouping != 0) {
            throw EvalError.failed("Sign, '#' and grouping not allowed with integer format specifier 'c'");
        }
        if (n.signum() < 0 || n.bitLength() > 21 || n.intValue() > Character.MAX_CODE_POINT) {
            throw EvalError.failed("%c arg not in range(0x110000)");
        }
        return number(false, "", Character.toString(n.intValue()), "", 3);
    }

    private String floating(double d) {
        if (type != 0 && "eEfFgG%".indexOf(type) < 0) {
            throw type == 'n' ? EvalError.unsupported("format type 'n'") : unknownType("float");
        }
        boolean negative = d < 0 || (d == 0 && 1 / d < 0);
        double magnitude = Math.abs(type == '%' ? d * 100 : d);
        String digits;
        if (Double.isNaN(magnitude) || Double.isInfinite(magnitude)) {
            digits = Double.isNaN(magnitude) ? "nan" : "inf";
        } else if (type == 0 && precision < 0) {
            digits = FloatText.repr(magnitude);
        } else {
            int digitsAfter = precision < 0 ? 6 : precision;
            digits = switch (type) {
                case 'f', 'F', '%' -> FloatText.format(magnitude, 'f', digitsAfter, alternate);
                case 'e', 'E' -> FloatText.format(magnitude, 'e', digitsAfter, alternate);
                case 0 -> withoutType(magnitude, digitsAfter);
                default -> FloatText.format(magnitude, 'g', digitsAfter, alternate);
            };
        }
        if (type == 'E' || type == 'F' || type == 'G') {
            digits = digits.toUpperCase(Locale.ROOT);
        }
        int end = 0;
        while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
            end++;
        }
        String tail = digits.substring(end) + (type == '%' ? "%" : "");
        return number(negative, "", digits.substring(0, end), tail, 3);
    }

    /** Like {@code g}, but with at least one digit after the point, and exponents one digit sooner. */
    private String withoutType(double magnitude, int precision) {
        String general = FloatText.format(magnitude, 'g', precision, alternate);
        int digits = Math.max(1, precision);
        if (general.indexOf('e') < 0 && general.indexOf('.') < 0) {
            return general.length() >= digits && magnitude != 0
                    ? FloatText.format(magnitude, 'e', Math.max(0, digits - 1), false)
                            .replaceFirst("\\.?0*e", "e")
                    : general + ".0";
        }
        return general;
    }

    /** Sign, grouping and padding around the digits before the point and what follows them. */
    private String number(boolean negative, String prefix, String whole, String tail, int groupSize) {
        String signText = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        String head = signText + prefix;
        String digits = whole;
        if (grouping != 0) {
            int minimum = fill == '0' && align == '=' ? width - head.length() - tail.length() : 0;
            digits = grouped(whole, minimum, groupSize);
        }
        return pad(head, digits + tail, align == 0 ? '>' : align);
    }

    /** Digits with separators; with zero padding, zeros are grouped too, up to the given width. */
    private String grouped(String digits, int minimum, int groupSize) {
        StringBuilder reversed = new StringBuilder();
        int count = 0;
        for (int i = digits.length() - 1; i >= 0 || reversed.length() < minimum; i--) {
            if (count > 0 && count % groupSize == 0) {
                reversed.append(grouping);
            }
            reversed.append(i >= 0 ? digits.charAt(i) : '0');
            count++;
        }
        return reversed.reverse().toString();
    }

    private String pad(String head, String body, char alignment) {
        int missing = width - CodePoints.length(head) - CodePoints.length(body);
        if (missing <= 0) {
            return head + body;
        }
        String padding = Character.toString(fill);
        return switch (alignment) {
            case '<' -> head + body + padding.repeat(missing);
            case '=' -> head + padding.repeat(missing) + body;
            case '^' -> padding.repeat(missing / 2) + head + body + padding.repeat(missing - missing / 2);
            default -> padding.repeat(missing) + head + body;
        };
    }

    private EvalError unknownType(String typeName) {
        return EvalError.failed("Unknown format code '" + type + "' for object of type '" + typeName + "'");
    }
}
