package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of JSON: punctuation with its whitespace, any value of each type, and literal values.
 *
 * <p>Numbers have at most {@link NumberRule#INTEGER_DIGITS} digits before the point and {@link
 * NumberRule#FRACTION_DIGITS} after it, and an exponent of at most 279: long enough for every integer of 64 bits and
 * every double, and every number written is a finite double.
 */
final class JsonRules {
    /** No text at all. */
    static final Expr NEVER = new Part.Choice(List.of());

    private static final Expr DIGIT = new Part.ByteRange('0', '9');

    private final Whitespace whitespace;
    private final Budget budget;
    private final Expr gap;
    private @Nullable Expr string;
    private @Nullable Rule value;
    private @Nullable Rule object;
    private @Nullable Rule array;
    private @Nullable Rule number;

    JsonRules(Whitespace whitespace, Budget budget) {
        this.whitespace = whitespace;
        this.budget = budget;
        Expr blank = new Part.Choice(List.of(Part.ascii(" "), Part.ascii("\t")));
        Rule indent = new Rule("whitespace");
        indent.define(new Part.Choice(List.of(
                Part.EMPTY,
                Part.ascii(" "),
                Part.seq(new Part.Repeat(Part.ascii("\r"), 0, 1), Part.ascii("\n"), new Part.Repeat(blank, 0, 32)))));
        gap = whitespace == Whitespace.INDENTED ? indent : Part.EMPTY;
    }

    static boolean isNever(Expr expr) {
        return NEVER.equals(expr);
    }

    private Expr spaced(String punctuation) {
        return switch (whitespace) {
            case COMPACT -> Part.ascii(punctuation);
            case SPACED -> Part.seq(Part.ascii(punctuation), new Part.Repeat(Part.ascii(" "), 0, 1));
            case INDENTED -> Part.seq(Part.ascii(punctuation), gap);
        };
    }

    Expr colon() {
        return spaced(":");
    }

    Expr comma() {
        return spaced(",");
    }

    Expr open(String bracket) {
        return Part.seq(Part.ascii(bracket), gap);
    }

    Expr close(String bracket) {
        return Part.seq(gap, Part.ascii(bracket));
    }

    /** Any JSON value. */
    Expr value() {
        if (value == null) {
            value = new Rule("any value");
            value.define(new Part.Choice(List.of(object(), array(), string(), number(), bool(), Part.ascii("null"))));
        }
        return value;
    }

    Expr object() {
        if (object == null) {
            object = new Rule("any object");
            Expr member = Part.seq(string(), colon(), value());
            object.define(list("{", member, "}"));
        }
        return object;
    }

    Expr array() {
        if (array == null) {
            array = new Rule("any array");
            array.define(list("[", value(), "]"));
        }
        return array;
    }

    private Expr list(String open, Expr item, String close) {
        Expr more = new Part.Repeat(Part.seq(comma(), item), 0, -1);
        return Part.seq(open(open), new Part.Choice(List.of(Part.ascii(close), Part.seq(item, more, close(close)))));
    }

    Expr string() {
        if (string == null) {
            string = new Part.Quoted(new TextRule(CharDfa.any(), CharCodes.Spelling.ANY, budget));
        }
        return string;
    }

    Expr bool() {
        return new Part.Choice(List.of(Part.ascii("true"), Part.ascii("false")));
    }

    Expr number() {
        if (number == null) {
            Expr whole = new Part.Choice(List.of(
                    Part.ascii("0"),
                    Part.seq(new Part.ByteRange('1', '9'), new Part.Repeat(DIGIT, 0, NumberRule.INTEGER_DIGITS - 1))));
            Expr fraction = Part.seq(Part.ascii("."), new Part.Repeat(DIGIT, 1, NumberRule.FRACTION_DIGITS));
            Expr power = new Part.Choice(List.of(
                    new Part.Repeat(DIGIT, 1, 2),
                    Part.seq(Part.ascii("1"), DIGIT, DIGIT),
                    Part.seq(Part.ascii("2"), new Part.ByteRange('0', '7'), DIGIT)));
            Expr exponent = Part.seq(
                    new Part.Choice(List.of(Part.ascii("e"), Part.ascii("E"))),
                    new Part.Choice(List.of(Part.EMPTY, Part.ascii("+"), Part.ascii("-"))),
                    power);
            number = new Rule("any number");
            number.define(Part.seq(
                    new Part.Repeat(Part.ascii("-"), 0, 1),
                    whole,
                    new Part.Repeat(fraction, 0, 1),
                    new Part.Repeat(exponent, 0, 1)));
        }
        return number;
    }

    /** This value, written in one way but for whitespace. */
    Expr literal(JsonNode node) {
        if (node.isTextual()) {
            return new Part.Bytes(quoted(node.textValue()));
        }
        if (node.isNumber()) {
            return Part.ascii(numberText(node.decimalValue()));
        }
        if (!node.isContainerNode()) {
            return Part.ascii(node.toString());
        }
        List<Expr> items = new ArrayList<>();
        if (node.isArray()) {
            for (JsonNode item : node) {
                items.add(literal(item));
            }
        } else {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                items.add(Part.seq(new Part.Bytes(quoted(member.getKey())), colon(), literal(member.getValue())));
            }
        }
        String brackets = node.isArray() ? "[]" : "{}";
        List<Expr> parts = new ArrayList<>();
        parts.add(open(brackets.substring(0, 1)));
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                parts.add(comma());
            }
            parts.add(items.get(i));
        }
        parts.add(items.isEmpty() ? Part.ascii(brackets.substring(1)) : close(brackets.substring(1)));
        return new Part.Seq(parts);
    }

    private static String numberText(BigDecimal number) {
        BigDecimal plain = number.stripTrailingZeros();
        boolean readable = plain.scale() <= 30 && plain.precision() - plain.scale() <= 30;
        return readable ? plain.toPlainString() : plain.toString();
    }

    /** A text as JSON: escapes only where JSON demands them. */
    static byte[] quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int letter = "\"\\\b\f\n\r\t".indexOf(c);
            boolean lone = Character.isSurrogate(c)
                    && !(Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1)));
            if (letter >= 0) {
                json.append('\\').append("\"\\bfnrt".charAt(letter));
            } else if (c < 0x20 || lone) {
                json.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
                if (Character.isHighSurrogate(c)) {
                    json.append(text.charAt(++i));
                }
            }
        }
        return json.append('"').toString().getBytes(StandardCharsets.UTF_8);
    }
}
