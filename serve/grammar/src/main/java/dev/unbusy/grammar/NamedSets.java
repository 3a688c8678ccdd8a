package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The sets that ECMA 262 gives names to: {@code \d}, {@code \w}, {@code \s}, {@code .} and {@code \p{…}}. */
final class NamedSets {
    static final CharSet DIGIT = CharSet.range('0', '9');
    static final CharSet WORD =
            CharSet.union(List.of(DIGIT, CharSet.range('a', 'z'), CharSet.range('A', 'Z'), CharSet.of('_')));
    /** WhiteSpace and LineTerminator of ECMA 262, sections 12.2 and 12.3. */
    static final CharSet SPACE = CharSet.union(List.of(
            CharSet.range(9, 13),
            CharSet.ofAll(" \u00a0\u1680\u202f\u205f\u3000\ufeff"),
            CharSet.range(0x2000, 0x200a),
            CharSet.range(0x2028, 0x2029)));
    /** What {@code .} means without the flag s. */
    static final CharSet NOT_LINE_END = CharSet.ofAll("\n\r\u2028\u2029").not();

    private static final Map<String, IntPredicate> BINARY = Map.of(
            "Any", cp -> true,
            "ASCII", cp -> cp < 128,
            "Alphabetic", Character::isAlphabetic,
            "Alpha", Character::isAlphabetic,
            "Lowercase", Character::isLowerCase,
            "Uppercase", Character::isUpperCase,
            "White_Space", cp -> (SPACE.contains(cp) && cp != 0xFEFF) || cp == 0x85,
            "Ideographic", Character::isIdeographic,
            "Assigned", cp -> Character.getType(cp) != Character.UNASSIGNED,
            "Emoji", Character::isEmoji);

    /** General categories: short name, long name, {@link Character#getType} values. */
    private static final Object[][] CATEGORIES = {
        {"Lu", "Uppercase_Letter", 1},
        {"Ll", "Lowercase_Letter", 2},
        {"Lt", "Titlecase_Letter", 3},
        {"Lm", "Modifier_Letter", 4},
        {"Lo", "Other_Letter", 5},
        {"LC", "Cased_Letter", 1, 2, 3},
        {"L", "Letter", 1, 2, 3, 4, 5},
        {"Mn", "Nonspacing_Mark", 6},
        {"Me", "Enclosing_Mark", 7},
        {"Mc", "Spacing_Mark", 8},
        {"M", "Mark", 6, 7, 8},
        {"Nd", "Decimal_Number", 9},
        {"Nl", "Letter_Number", 10},
        {"No", "Other_Number", 11},
        {"N", "Number", 9, 10, 11},
        {"Zs", "Space_Separator", 12},
        {"Zl", "Line_Separator", 13},
        {"Zp", "Paragraph_Separator", 14},
        {"Z", "Separator", 12, 13, 14},
        {"Cc", "Control", 15},
        {"Cf", "Format", 16},
        {"Co", "Private_Use", 18},
        {"Cn", "Unassigned", 0},
        {"C", "Other", 0, 15, 16, 18, 19},
        {"Pd", "Dash_Punctuation", 20},
        {"Ps", "Open_Punctuation", 21},
        {"Pe", "Close_Punctuation", 22},
        {"Pc", "Connector_Punctuation", 23},
        {"Po", "Other_Punctuation", 24},
        {"Sm", "Math_Symbol", 25},
        {"Sc", "Currency_Symbol", 26},
        {"Sk", "Modifier_Symbol", 27},
        {"So", "Other_Symbol", 28},
        {"S", "Symbol", 25, 26, 27, 28},
        {"Pi", "Initial_Punctuation", 29},
        {"Pf", "Final_Punctuation", 30},
        {"P", "Punctuation", 20, 21, 22, 23, 24, 29, 30},
    };

    private NamedSets() {}

    /** The set of {@code \p{expression}}, or null if there is no such property here. */
    static @Nullable CharSet property(String expression) {
        int equals = expression.indexOf('=');
        String name = equals < 0 ? "" : expression.substring(0, equals);
        String value = expression.substring(equals + 1);
        IntPredicate test = switch (name) {
            case "" -> BINARY.containsKey(value) ? BINARY.get(value) : category(value);
            case "gc", "General_Category" -> category(value);
            case "sc", "Script" -> script(value);
            default -> null;
        };
        return test == null ? null : collect(test);
    }

    private static @Nullable IntPredicate category(String value) {
        for (Object[] category : CATEGORIES) {
            if (category[0].equals(value) || category[1].equals(value)) {
                long types = 0;
                for (int i = 2; i < category.length; i++) {
                    types |= 1L << (Integer) category[i];
                }
                long wanted = types;
                return cp -> ((wanted >>> Character.getType(cp)) & 1) == 1;
            }
        }
        return null;
    }

    private static @Nullable IntPredicate script(String value) {
        Character.UnicodeScript script;
        try {
            script = Character.UnicodeScript.forName(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return null;
        }
        return cp -> Character.UnicodeScript.of(cp) == script;
    }

    private static CharSet collect(IntPredicate test) {
        List<CharSet> runs = new ArrayList<>();
        int start = -1;
        for (int cp = 0; cp <= CharSet.END; cp++) {
            boolean in = cp < CharSet.END && test.test(cp);
            if (in && start < 0) {
                start = cp;
            } else if (!in && start >= 0) {
                runs.add(CharSet.range(start, cp - 1));
                start = -1;
            }
        }
        return CharSet.union(runs);
    }
}
