package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** String operations that methods and filters share. */
final class TextOps {
    private TextOps() {}

    /** @param chars the characters to strip, or null for whitespace */
    static String strip(String s, @Nullable String chars, boolean left, boolean right) {
        int start = 0;
        int end = s.length();
        while (left && start < end) {
            int c = s.codePointAt(start);
            if (chars == null ? !Unicode.isSpace(c) : chars.indexOf(c) < 0) {
                break;
            }
            start += Character.charCount(c);
        }
        while (right && end > start) {
            int c = s.codePointBefore(end);
            if (chars == null ? !Unicode.isSpace(c) : chars.indexOf(c) < 0) {
                break;
            }
            end -= Character.charCount(c);
        }
        return s.substring(start, end);
    }

    /** Counts the parts that a text may be cut into as work: at most one more than it has characters that cut. */
    static void countParts(Render render, String s, IntPredicate cuts) {
        render.work(Iteration.NEW_VALUE * s.chars().filter(cuts).count());
    }

    static List<String> split(String s, String separator, int max) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = s.indexOf(separator); at >= 0 && (max < 0 || parts.size() < max); ) {
            parts.add(s.substring(start, at));
            start = at + separator.length();
            at = s.indexOf(separator, start);
        }
        parts.add(s.substring(start));
        return parts;
    }

    static List<String> rsplit(String s, String separator, int max) {
        List<String> parts = new ArrayList<>();
        int end = s.length();
        for (int at = s.lastIndexOf(separator); at >= 0 && (max < 0 || parts.size() < max); ) {
            parts.add(s.substring(at + separator.length(), end));
            end = at;
            at = end < separator.length() ? -1 : s.lastIndexOf(separator, end - separator.length());
        }
        parts.add(s.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    static List<String> splitWhitespace(String s, int max) {
        List<String> parts = new ArrayList<>();
        int i = Unicode.skipSpace(s, 0);
        while (i < s.length()) {
            if (max >= 0 && parts.size() == max) {
                parts.add(s.substring(i));
                break;
            }
            int start = i;
            while (i < s.length() && !Unicode.isSpace(s.charAt(i))) {
                i++;
            }
            parts.add(s.substring(start, i));
            i = Unicode.skipSpace(s, i);
        }
        return parts;
    }

    static List<String> rsplitWhitespace(String s, int max) {
        List<String> parts = new ArrayList<>();
        int i = Unicode.trimEnd(s);
        while (i > 0) {
            if (max >= 0 && parts.size() == max) {
                parts.add(s.substring(0, i));
                break;
            }
            int end = i;
            while (i > 0 && !Unicode.isSpace(s.charAt(i - 1))) {
                i--;
            }
            parts.add(s.substring(i, end));
            while (i > 0 && Unicode.isSpace(s.charAt(i - 1))) {
                i--;
            }
        }
        Collections.reverse(parts);
        return parts;
    }

    static List<String> splitLines(String s, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < s.length()) {
            int end = start;
            while (end < s.length() && !Unicode.isLineEnd(s.charAt(end))) {
                end++;
            }
            int next = end;
            if (end < s.length()) {
                next = s.startsWith("\r\n", end) ? end + 2 : end + 1;
            }
            lines.add(s.substring(start, keepEnds ? next : end));
            start = next;
        }
        return lines;
    }

    static String replace(Render render, String s, String old, String replacement, int max) {
        if (max == 0 || (old.isEmpty() && max > 0 && s.isEmpty() && replacement.isEmpty())) {
            return s;
        }
        render.search(s.length(), old.length());
        StringBuilder out = new StringBuilder();
        int done = 0;
        int start = 0;
        if (old.isEmpty()) {
            while (max < 0 || done < max) {
                render.append(out, replacement);
                done++;
                if (start == s.length()) {
                    return out.toString();
                }
                int next = start + Character.charCount(s.codePointAt(start));
                render.append(out, s, start, next);
                start = next;
            }
        } else {
            for (int at = s.indexOf(old); at >= 0 && (max < 0 || done < max); at = s.indexOf(old, start)) {
                render.append(out, s, start, at);
                render.append(out, replacement);
                start = at + old.length();
                done++;
            }
            if (done == 0) {
                return s;
            }
        }
        render.append(out, s, start, s.length());
        return out.toString();
    }

    static String pad(Render render, String s, int width, String fill, String method) {
        if (CodePoints.length(fill) != 1) {
            throw EvalError.failed("The fill character must be exactly one character long");
        }
        int missing = width - CodePoints.length(s);
        if (width <= 0 || missing <= 0) {
            return s;
        }
        int left = switch (method) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            default -> missing / 2 + (missing & width & 1);
        };
        return render.repeated(fill, left) + s + render.repeated(fill, missing - left);
    }

    static String zeroFill(Render render, String s, int width) {
        int missing = width - CodePoints.length(s);
        if (width <= 0 || missing <= 0) {
            return s;
        }
        int sign = s.startsWith("-") || s.startsWith("+") ? 1 : 0;
        return s.substring(0, sign) + render.repeated("0", missing) + s.substring(sign);
    }

    static String expandTabs(Render render, String s, int tabSize) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\t') {
                int spaces = tabSize > 0 ? tabSize - column % tabSize : 0;
                render.append(out, render.repeated(" ", spaces));
                column += spaces;
            } else {
                out.appendCodePoint(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return out.toString();
    }

    /** The part of a string between two indexes as Python's search methods take them. */
    static Range range(String s, Args.Bound bound, int index) {
        int length = CodePoints.length(s);
        int start = bound.isNone(index) ? 0 : bound.index(index, 0);
        int end = bound.isNone(index + 1) ? length : Math.min(bound.index(index + 1, 0), length);
        if (end < 0) {
            end = Math.max(0, end + length);
        }
        if (start < 0) {
            start = Math.max(0, start + length);
        }
        return new Range(start, end);
    }

    /** Code point indexes; empty searches succeed in a range of length zero but not of negative length. */
    record Range(int start, int end) {
        boolean hasAffix(String s, String affix, boolean prefix) {
            if (end < start) {
                return false;
            }
            String part = part(s);
            return prefix ? part.startsWith(affix) : part.endsWith(affix);
        }

        private String part(String s) {
            return s.substring(CodePoints.offset(s, start), CodePoints.offset(s, end));
        }

        long find(String s, String sub, boolean last) {
            if (end < start) {
                return -1;
            }
            String part = part(s);
            int at = last ? part.lastIndexOf(sub) : part.indexOf(sub);
            return at < 0 ? -1 : (long) start + part.codePointCount(0, at);
        }

        long count(String s, String sub) {
            if (end < start) {
                return 0;
            }
            String part = part(s);
            if (sub.isEmpty()) {
                return CodePoints.length(part) + 1L;
            }
            long count = 0;
            for (int at = part.indexOf(sub); at >= 0; at = part.indexOf(sub, at + sub.length())) {
                count++;
            }
            return count;
        }
    }
}
