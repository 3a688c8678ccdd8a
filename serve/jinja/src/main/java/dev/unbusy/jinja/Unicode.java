package dev.unbusy.jinja;

/** Character classes as Python's {@code str} defines them, where Java's differ. */
final class Unicode {
    /** Digits (Numeric_Type=Digit) that are not decimal digits; pairs of first and last. */
    private static final int[] OTHER_DIGITS = {
        0xb2, 0xb3, 0xb9, 0xb9, 0x1369, 0x1371, 0x19da, 0x19da, 0x2070, 0x2070, 0x2074, 0x2079, 0x2080, 0x2089, 0x2460,
        0x2468, 0x2474, 0x247c, 0x2488, 0x2490, 0x24ea, 0x24ea, 0x24f5, 0x24fd, 0x24ff, 0x24ff, 0x2776, 0x277e, 0x2780,
        0x2788, 0x278a, 0x2792, 0x10a40, 0x10a43, 0x10e60, 0x10e68, 0x11052, 0x1105a, 0x1f100, 0x1f10a
    };

    private Unicode() {}

    /** {@code str.isspace}; all such characters are in the Basic Multilingual Plane. */
    static boolean isSpace(int c) {
        if (c < 0x80) {
            return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f);
        }
        return c == 0x85
                || c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    /** The line ends that {@code str.splitlines} knows. */
    static boolean isLineEnd(int c) {
        return (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static int skipSpace(String s, int from) {
        int i = from;
        while (i < s.length() && isSpace(s.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Length of the text without the whitespace at its end. */
    static int trimEnd(String s) {
        int end = s.length();
        while (end > 0 && isSpace(s.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    static boolean isDigit(int c) {
        if (Character.isDigit(c)) {
            return true;
        }
        for (int i = 0; i < OTHER_DIGITS.length; i += 2) {
            if (c >= OTHER_DIGITS[i] && c <= OTHER_DIGITS[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** {@code str.isnumeric}, except for some eighty ideographs that stand for numbers. */
    static boolean isNumberCategory(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    static boolean isAlphanumeric(int c) {
        return Character.isLetter(c) || isNumberCategory(c);
    }

    static boolean isPrintable(int c) {
        if (c < 0x7f) {
            return c >= 0x20;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** What the lexer reads as part of a name; {@link #isIdentifier} then decides. */
    static boolean isWordPart(int c) {
        return c == '_' || isAlphanumeric(c) || (c >= 0x80 && Character.isUnicodeIdentifierPart(c) && !isIgnorable(c));
    }

    static boolean isIdentifier(String s) {
        if (s.isEmpty()) {
            return false;
        }
        int first = s.codePointAt(0);
        if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
            return false;
        }
        return s.codePoints().allMatch(c -> c == '_' || (Character.isUnicodeIdentifierPart(c) && !isIgnorable(c)));
    }

    private static boolean isIgnorable(int c) {
        return Character.isIdentifierIgnorable(c);
    }

    /** Full titlecase mapping of one character ("ß" → "Ss"). */
    static void appendTitle(StringBuilder out, int c) {
        int title = Character.toTitleCase(c);
        if (title != c || c < 0xdf) {
            out.appendCodePoint(title);
            return;
        }
        String upper = Character.toString(c).toUpperCase(java.util.Locale.ROOT);
        if (upper.codePointCount(0, upper.length()) == 1) {
            out.append(upper.codePointAt(0) == c ? Character.toString(c) : upper);
            return;
        }
        int first = upper.codePointAt(0);
        out.appendCodePoint(first);
        String rest = upper.substring(Character.charCount(first));
        // Letters follow in lower case ("Ffi"); an iota that is only a mark stays one; ŉ keeps its capital.
        boolean iota = rest.equals("\u0399") && c >= 0x1fb2 && c <= 0x1ff4;
        out.append(iota ? "\u0345" : c == 0x149 ? rest : rest.toLowerCase(java.util.Locale.ROOT));
    }
}
