package dev.unbusy.jinja;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Upper, lower and title case by Python's rules. */
final class Casing {
    private static final Pattern WORD_START = Pattern.compile(
            "[-\\s\u000b\u001c-\u001f\u0085\u00a0\u1680" + "\u2000-\u200a\u2028\u2029\u202f\u205f\u3000({\\[<]+");

    private Casing() {}

    private static boolean isCased(int c) {
        return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
    }

    static String capitalize(String s) {
        if (s.isEmpty()) {
            return s;
        }
        StringBuilder out = new StringBuilder(s.length());
        int first = s.codePointAt(0);
        Unicode.appendTitle(out, first);
        // Lower the whole: whether a sigma is final depends on what stands before it.
        return out.append(
                        s.toLowerCase(Locale.ROOT),
                        lowerLength(first),
                        s.toLowerCase(Locale.ROOT).length())
                .toString();
    }

    private static int lowerLength(int c) {
        return Character.toString(c).toLowerCase(Locale.ROOT).length();
    }

    /** {@code str.title}: a word starts after every character without case. */
    static String title(String s) {
        StringBuilder out = new StringBuilder(s.length());
        String lower = s.toLowerCase(Locale.ROOT);
        int at = 0;
        boolean afterCased = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            int next = at + lowerLength(c);
            if (afterCased) {
                out.append(lower, at, next);
            } else {
                Unicode.appendTitle(out, c);
            }
            at = next;
            afterCased = isCased(c);
        }
        return out.toString();
    }

    /** The filter {@code title}: words start after blanks, hyphens and opening brackets only. */
    static String titleWords(String s) {
        StringBuilder out = new StringBuilder(s.length());
        Matcher boundary = WORD_START.matcher(s);
        int start = 0;
        while (boundary.find()) {
            appendWord(out, s.substring(start, boundary.start()));
            appendWord(out, boundary.group());
            start = boundary.end();
        }
        appendWord(out, s.substring(start));
        return out.toString();
    }

    private static void appendWord(StringBuilder out, String word) {
        if (!word.isEmpty()) {
            int first = Character.charCount(word.codePointAt(0));
            out.append(word.substring(0, first).toUpperCase(Locale.ROOT));
            out.append(word.substring(first).toLowerCase(Locale.ROOT));
        }
    }

    static String swap(String s) {
        StringBuilder out = new StringBuilder(s.length());
        String lower = s.toLowerCase(Locale.ROOT);
        int at = 0;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            int next = at + lowerLength(c);
            if (Character.isUpperCase(c)) {
                out.append(lower, at, next);
            } else if (Character.isLowerCase(c)) {
                out.append(Character.toString(c).toUpperCase(Locale.ROOT));
            } else {
                out.appendCodePoint(c);
            }
            at = next;
        }
        return out.toString();
    }

    static boolean isLower(String s) {
        return s.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c))
                && s.codePoints().anyMatch(Character::isLowerCase);
    }

    static boolean isUpper(String s) {
        return s.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c))
                && s.codePoints().anyMatch(Character::isUpperCase);
    }

    static boolean isTitle(String s) {
        boolean any = false;
        boolean afterCased = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (isCased(c) && upper == afterCased) {
                return false;
            }
            afterCased = isCased(c);
            any |= afterCased;
        }
        return any;
    }
}
