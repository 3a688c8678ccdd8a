package dev.unbusy.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** Python's {@code text % values}. On markup, values are escaped. */
final class PercentFormat {
    private final Render render;
    private final String template;
    private final Object values;
    private final List<Object> items;
    private final boolean escape;
    private final StringBuilder out = new StringBuilder();
    private int position;
    private int used;

    private String flags = "";
    private int width;
    private int precision;

    private PercentFormat(Render render, String template, Object values, boolean escape) {
        this.render = render;
        this.template = template;
        this.values = values;
        this.items = values instanceof PyTuple tuple ? tuple.items() : List.of(values);
        this.escape = escape;
    }

    static Object format(Render render, Object template, Object values) {
        boolean markup = template instanceof Markup;
        String text = new PercentFormat(render, Types.textOf(template), values, markup).run();
        return markup ? new Markup(text) : text;
    }

    /** What {@code %(name)s} may look up in, and what need not be used up. */
    private boolean isMapping() {
        return switch (values) {
            case PyTuple tuple -> false;
            case PyDict dict -> true;
            case PyList list -> true;
            case PyRange range -> true;
            case Undefined undefined -> true;
            default -> false;
        };
    }

    private String run() {
        while (position < template.length()) {
            char c = template.charAt(position++);
            if (c == '%') {
                conversion();
            } else {
                out.append(c);
            }
        }
        if (used < items.size() && !isMapping()) {
            throw EvalError.failed("not all arguments converted during string formatting");
        }
        return out.toString();
    }

    private void conversion() {
        Object keyed = null;
        if (peek() == '(') {
            keyed = lookUp(key());
        }
        int start = position;
        while ("-+ #0".indexOf(peek()) >= 0) {
            position++;
        }
        flags = template.substring(start, position);
        width = number();
        if (width < 0) {
            flags += "-";
            width = -width;
        }
        precision = -1;
        if (peek() == '.') {
            position++;
            precision = Math.max(0, number());
        }
        if ("hlL".indexOf(peek()) >= 0) {
            position++;
        }
        char type = peek();
        position++;
        if (type == '%') {
            out.append('%');
            return;
        }
        Object value = keyed != null ? keyed : nextItem();
        render.append(out, convert(type, value));
    }

    /** The character at the position; fails at the end, where no conversion may stop. */
    private char peek() {
        if (position >= template.length()) {
            throw EvalError.failed("incomplete format");
        }
        return template.charAt(position);
    }

    private String key() {
        int open = 0;
        for (int i = position; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c == '(') {
                open++;
            } else if (c == ')' && --open == 0) {
                String key = template.substring(position + 1, i);
                position = i + 1;
                return key;
            }
        }
        throw EvalError.failed("incomplete format key");
    }

    private Object lookUp(String key) {
        if (!(values instanceof PyDict dict)) {
            throw values instanceof Undefined undefined
                    ? undefined.fail()
                    : EvalError.failed("format requires a mapping");
        }
        Object value = dict.get(key);
        if (value == null) {
            throw EvalError.failed("KeyError: " + Repr.quote(key));
        }
        used = items.size();
        return value;
    }

    /** A width or precision: digits, {@code *} for the next value, or nothing for 0. */
    private int number() {
        if (peek() == '*') {
            position++;
            Object value = nextItem();
            if (!Numbers.isInteger(value)) {
                throw EvalError.failed("* wants int");
            }
            return checkedWidth(Numbers.clampedIndex(value));
        }
        int value = 0;
        while (isDigit(peek())) {
            value = checkedWidth(value * 10 + (peek() - '0'));
            position++;
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int checkedWidth(int width) {
        if (Math.abs((long) width) > FormatSpec.MAX_WIDTH) {
            throw EvalError.limit("a width or precision of more than " + FormatSpec.MAX_WIDTH);
        }
        return width;
    }

    private Object nextItem() {
        if (used >= items.size()) {
            throw EvalError.failed("not enough arguments for format string");
        }
        return items.get(used++);
    }

    private boolean has(char flag) {
        return flags.indexOf(flag) >= 0;
    }

    private String convert(char type, Object value) {
        return switch (type) {
            case 's' -> text(escape ? Markup.escape(value).text() : Repr.str(value));
            case 'r' -> text(escape ? Markup.escapeText(Repr.repr(value)) : Repr.repr(value));
            case 'a' -> text(escape ? Markup.escapeText(Repr.repr(value)) : Repr.ascii(value));
            case 'c' -> pad("", character(value), false);
            case 'd', 'i', 'u', 'o', 'x', 'X' -> integer(type, value);
            case 'e', 'E', 'f', 'F', 'g', 'G' -> floating(type, value);
            default -> throw EvalError.failed("unsupported format character '" + type + "'");
        };
    }

    private String text(String s) {
        boolean cut = precision >= 0 && CodePoints.length(s) > precision;
        return pad("", cut ? s.substring(0, CodePoints.offset(s, precision)) : s, false);
    }

    private String character(Object value) {
        if (escape) {
            throw EvalError.failed("%c requires int or char");
        }
        if (Types.isText(value) && CodePoints.length(Types.textOf(value)) == 1) {
            return Types.textOf(value);
        }
        if (!Numbers.isInteger(value)) {
            throw EvalError.failed("%c requires int or char");
        }
        int code = Numbers.clampedIndex(value);
        if (code < 0 || code > Character.MAX_CODE_POINT) {
            throw EvalError.failed("%c arg not in range(0x110000)");
        }
        return Character.toString(code);
    }

    private String integer(char type, Object value) {
        BigInteger n = integerOf(type, value);
        int radix = type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
        String digits = radix == 10 ? Repr.integer(n.abs()) : n.abs().toString(radix);
        if (precision > digits.length()) {
            digits = "0".repeat(precision - digits.length()) + digits;
        }
        String prefix = has('#') && radix != 10 ? "0" + type : "";
        if (type == 'X') {
            digits = digits.toUpperCase(Locale.ROOT);
        }
        return pad(sign(n.signum() < 0) + prefix, digits, has('0'));
    }

    private BigInteger integerOf(char type, Object value) {
        boolean decimal = type == 'd' || type == 'i' || type == 'u';
        if (escape && (!decimal || !Numbers.isNumber(value))) {
            // Markup wraps each value in a helper that converts with int(), which %x does not ask for.
            Object parsed = decimal && Types.isText(value) ? Numbers.parseInteger(Types.textOf(value), 10) : null;
            if (parsed == null) {
                throw EvalError.failed("%" + type + " format: a number is required");
            }
            return Numbers.big(parsed);
        }
        if (Numbers.isInteger(value)) {
            return Numbers.big(value);
        }
        if (decimal && value instanceof Double d && !d.isNaN() && !d.isInfinite()) {
            return new BigDecimal(d).toBigInteger();
        }
        if (value instanceof Undefined undefined && decimal) {
            throw undefined.fail();
        }
        throw EvalError.failed("%" + type + " format: a number is required, not " + Types.name(value));
    }

    private String floating(char type, Object value) {
        double d;
        if (Numbers.isNumber(value)) {
            d = Numbers.toDouble(value);
        } else {
            Double parsed = escape && Types.isText(value) ? Numbers.parseFloat(Types.textOf(value)) : null;
            if (parsed == null) {
                throw value instanceof Undefined undefined
                        ? undefined.fail()
                        : EvalError.failed("must be real number, not " + Types.name(value));
            }
            d = parsed;
        }
        boolean negative = d < 0 || (d == 0 && 1 / d < 0);
        String digits;
        if (Double.isNaN(d) || Double.isInfinite(d)) {
            digits = Double.isNaN(d) ? "nan" : "inf";
        } else {
            char lower = Character.toLowerCase(type);
            digits = FloatText.format(Math.abs(d), lower, precision < 0 ? 6 : precision, has('#'));
        }
        if (Character.isUpperCase(type)) {
            digits = digits.toUpperCase(Locale.ROOT);
        }
        return pad(sign(negative), digits, has('0'));
    }

    private String sign(boolean negative) {
        return negative ? "-" : has('+') ? "+" : has(' ') ? " " : "";
    }

    private String pad(String head, String body, boolean zeros) {
        int missing = width - CodePoints.length(head) - CodePoints.length(body);
        if (missing <= 0) {
            return head + body;
        }
        if (has('-')) {
            return head + body + " ".repeat(missing);
        }
        return zeros ? head + "0".repeat(missing) + body : " ".repeat(missing) + head + body;
    }
}
