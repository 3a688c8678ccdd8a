package dev.unbusy.jinja;

/**
 * Escapes in string literals, by Python's {@code unicode-escape} rules after all non-ASCII characters were turned into
 * escapes themselves. One surprise follows and is kept: a backslash directly before a non-ASCII character swallows the
 * backslash of that escape, so that <code>"\é"</code> is the five characters {@code \xe9}.
 */
final class StringLiteral {
    private StringLiteral() {}

    static String decode(String body, int line) {
        if (body.indexOf('\\') < 0) {
            return body;
        }
        String ascii = escapeNonAscii(body);
        StringBuilder out = new StringBuilder(ascii.length());
        int i = 0;
        while (i < ascii.length()) {
            char c = ascii.charAt(i++);
            if (c != '\\') {
                out.append(c);
            } else if (i == ascii.length()) {
                throw EvalError.syntax(line, "\\ at end of string");
            } else {
                i = decodeEscape(ascii, i, out, line);
            }
        }
        return out.toString();
    }

    private static String escapeNonAscii(String body) {
        StringBuilder out = new StringBuilder(body.length());
        body.codePoints().forEach(c -> {
            if (c < 0x80) {
                out.append((char) c);
            } else if (c < 0x100) {
                out.append(String.format("\\x%02x", c));
            } else if (c < 0x10000) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append(String.format("\\U%08x", c));
            }
        });
        return out.toString();
    }

    /** Decodes the escape whose letter is at {@code at}; returns the index after it. */
    private static int decodeEscape(String s, int at, StringBuilder out, int line) {
        char c = s.charAt(at);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> out.append(c);
            case 'a' -> out.append('\u0007');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append('\u000b');
            case 'x' -> {
                return hex(s, at + 1, 2, out, line);
            }
            case 'u' -> {
                return hex(s, at + 1, 4, out, line);
            }
            case 'U' -> {
                return hex(s, at + 1, 8, out, line);
            }
            case 'N' -> {
                return named(s, at + 1, out, line);
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int end = at;
                int value = 0;
                while (end < s.length() && end < at + 3 && s.charAt(end) >= '0' && s.charAt(end) <= '7') {
                    value = value * 8 + (s.charAt(end++) - '0');
                }
                out.append((char) value);
                return end;
            }
            default -> out.append('\\').append(c);
        }
        return at + 1;
    }

    private static int hex(String s, int start, int digits, StringBuilder out, int line) {
        int value = 0;
        for (int i = start; i < start + digits; i++) {
            int digit = i < s.length() ? Character.digit(s.charAt(i), 16) : -1;
            if (digit < 0) {
                throw EvalError.syntax(line, "truncated escape in string, " + digits + " hexadecimal digits expected");
            }
            value = value * 16 + digit;
        }
        if (value < 0 || value > Character.MAX_CODE_POINT) {
            throw EvalError.syntax(line, "illegal Unicode character in string");
        }
        out.appendCodePoint(value);
        return start + digits;
    }

    private static int named(String s, int start, StringBuilder out, int line) {
        int end = s.indexOf('}', start);
        if (end < 0 || s.charAt(start) != '{') {
            throw EvalError.syntax(line, "malformed \\N character escape");
        }
        try {
            out.appendCodePoint(Character.codePointOf(s.substring(start + 1, end)));
        } catch (IllegalArgumentException e) {
            throw EvalError.syntax(line, "unknown Unicode character name");
        }
        return end + 1;
    }
}
