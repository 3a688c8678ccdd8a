package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;

/** Whether a value of an enumeration meets the other demands beside it. */
final class LiteralCheck {
    enum Answer {
        YES,
        NO,
        /** The demands are on parts of an object or array. */
        UNKNOWN
    }

    private final StringSets strings;

    LiteralCheck(StringSets strings) {
        this.strings = strings;
    }

    /** Leaves out {@link Facts#values} and {@link Facts#groups}. */
    Answer meets(JsonNode value, Facts facts) {
        if (facts.never || (typeOf(value) & facts.types) == 0) {
            return Answer.NO;
        }
        if (value.isTextual() && facts.speaksOfStrings()) {
            return strings.of(facts).contains(value.textValue()) ? Answer.YES : Answer.NO;
        }
        if (value.isNumber()) {
            return facts.range.contains(value.decimalValue()) ? Answer.YES : Answer.NO;
        }
        boolean asksForParts =
                (value.isObject() && facts.speaksOfObjects()) || (value.isArray() && facts.speaksOfArrays());
        return asksForParts ? Answer.UNKNOWN : Answer.YES;
    }

    static int typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL -> Facts.NULL;
            case BOOLEAN -> Facts.BOOLEAN;
            case OBJECT -> Facts.OBJECT;
            case ARRAY -> Facts.ARRAY;
            case STRING -> Facts.STRING;
            case NUMBER -> value.decimalValue().stripTrailingZeros().scale() <= 0 ? Facts.INTEGER : Facts.FRACTION;
            default -> 0;
        };
    }
}
