package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.grammar.SchemaDocument.SchemaPart;
import dev.unbusy.text.Text;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The values of keywords, checked: what is of the wrong kind is refused with its place. */
final class SchemaValues {
    /** Digits and exponents beyond this are no sensible bounds, and would make exact arithmetic slow. */
    private static final int LARGEST_EXPONENT = 400;

    private SchemaValues() {}

    static List<SchemaPart> schemas(SchemaPart at) {
        List<SchemaPart> schemas = new ArrayList<>();
        for (JsonNode option : array(at)) {
            schemas.add(new SchemaPart(option, at.pointer() + "/" + schemas.size()));
        }
        return schemas;
    }

    static JsonNode array(SchemaPart at) {
        if (!at.node().isArray()) {
            throw GrammarException.invalid(at.pointer(), Text.of("A list is expected here", "此处应为列表"));
        }
        return at.node();
    }

    static String text(SchemaPart at) {
        if (!at.node().isTextual()) {
            throw GrammarException.invalid(at.pointer(), Text.of("A string is expected here", "此处应为字符串"));
        }
        return at.node().textValue();
    }

    static int count(SchemaPart at) {
        JsonNode value = at.node();
        boolean whole = value.isNumber()
                && decimal(at).stripTrailingZeros().scale() <= 0
                && decimal(at).signum() >= 0;
        if (!whole) {
            throw GrammarException.invalid(
                    at.pointer(), Text.of("A whole number of 0 or more is expected here", "此处应为不小于 0 的整数"));
        }
        return decimal(at).min(BigDecimal.valueOf(Integer.MAX_VALUE / 2)).intValue();
    }

    static BigDecimal decimal(SchemaPart at) {
        if (!at.node().isNumber()) {
            throw GrammarException.invalid(at.pointer(), Text.of("A number is expected here", "此处应为数字"));
        }
        if (at.node().isFloatingPointNumber()
                && !Double.isFinite(at.node().doubleValue())
                && !at.node().isBigDecimal()) {
            throw GrammarException.invalid(at.pointer(), Text.of("The number is not finite", "该数字不是有限值"));
        }
        BigDecimal value = at.node().decimalValue();
        if (Math.abs((long) value.scale()) > LARGEST_EXPONENT || value.precision() > LARGEST_EXPONENT) {
            throw GrammarException.tooLarge(
                    at.pointer(), Text.of("The number has more than %d digits", "该数字超过 %d 位", LARGEST_EXPONENT));
        }
        return value;
    }
}
