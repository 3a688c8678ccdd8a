package dev.unbusy.jinja;

/** Strings as Python sees them: counted and cut by code points, not by UTF-16 units. */
final class CodePoints {
    private CodePoints() {}

    static int length(String s) {
        return s.codePointCount(0, s.length());
    }

    /** Whether every code point is one UTF-16 unit, so that the indexes of both agree. */
    static boolean isFlat(String s) {
        return length(s) == s.length();
    }

    /** UTF-16 index of a code point index from 0 to the length. */
    static int offset(String s, int codePointIndex) {
        return isFlat(s) ? codePointIndex : s.offsetByCodePoints(0, codePointIndex);
    }

    static String at(String s, int codePointIndex) {
        int at = offset(s, codePointIndex);
        return s.substring(at, at + Character.charCount(s.codePointAt(at)));
    }

    static String reversed(String s) {
        return isFlat(s) ? flatReversed(s) : new StringBuilder(s).reverse().toString();
    }

    /** {@link StringBuilder#reverse} keeps surrogate pairs together; without pairs, lone halves must not meet. */
    private static String flatReversed(String s) {
        char[] reversed = new char[s.length()];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = s.charAt(reversed.length - 1 - i);
        }
        return new String(reversed);
    }

    /** Order by code points, which differs from {@link String#compareTo} where surrogates meet U+E000 and above. */
    static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean bothOrNone = Character.isSurrogate(x) == Character.isSurrogate(y);
                return bothOrNone ? Character.compare(x, y) : Character.isSurrogate(x) ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
