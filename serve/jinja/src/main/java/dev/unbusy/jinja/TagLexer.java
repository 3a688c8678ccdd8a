package dev.unbusy.jinja;

import dev.unbusy.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Reads the tokens inside one <code>{{ … }}</code> or <code>{% … %}</code>, and keeps track of open brackets. */
final class TagLexer {
    /** Python refuses longer decimal literals, since reading them takes quadratic time. */
    static final int MAX_DECIMAL_DIGITS = 4300;

    private static final List<String> LONG_OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");
    private static final String SHORT_OPERATORS = "+-/*%~[](){}<>=.:|,;";

    private final String source;
    private final List<Token> out;
    private final Deque<Character> expectedClosers = new ArrayDeque<>();
    private int line;

    TagLexer(String source, List<Token> out, int line) {
        this.source = source;
        this.out = out;
        this.line = line;
    }

    /** Whether every bracket is closed: only then can the tag end. */
    boolean balanced() {
        return expectedClosers.isEmpty();
    }

    int line() {
        return line;
    }

    /** Reads one token or a run of whitespace at {@code at}; returns the index after it. */
    int read(int at) {
        int end = Unicode.skipSpace(source, at);
        if (end > at) {
            countLines(at, end);
            return end;
        }
        end = floatEnd(at);
        if (end > at) {
            String digits = source.substring(at, end);
            out.add(new Token(Kind.FLOAT, digits, floating(digits), line));
            return end;
        }
        end = integerEnd(at);
        if (end > at) {
            out.add(new Token(Kind.INTEGER, source.substring(at, end), integer(source.substring(at, end)), line));
            return end;
        }
        end = nameEnd(at);
        if (end > at) {
            out.add(Token.of(Kind.NAME, name(source.substring(at, end)), line));
            return end;
        }
        end = stringEnd(at);
        if (end > at) {
            String body = Lexer.normalizeNewlines(source.substring(at + 1, end - 1));
            out.add(new Token(Kind.STRING, body, StringLiteral.decode(body, line), line));
            countLines(at, end);
            return end;
        }
        return readOperator(at);
    }

    private void countLines(int from, int to) {
        for (int i = from; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
    }

    private int digitsEnd(int at) {
        int i = at;
        while (i < source.length()) {
            int codePoint = source.codePointAt(i);
            if (Character.isDigit(codePoint)) {
                i += Character.charCount(codePoint);
            } else if (codePoint == '_' && i > at && i + 1 < source.length() && isDigitAt(i + 1)) {
                i++;
            } else {
                break;
            }
        }
        return i;
    }

    private boolean isDigitAt(int index) {
        return index < source.length() && Character.isDigit(source.codePointAt(index));
    }

    private int floatEnd(int at) {
        if (at > 0 && source.charAt(at - 1) == '.') {
            return at;
        }
        int whole = digitsEnd(at);
        if (whole == at) {
            return at;
        }
        int fraction = whole < source.length() && source.charAt(whole) == '.' ? digitsEnd(whole + 1) : whole;
        if (fraction <= whole + 1) {
            fraction = whole;
        }
        int exponent = fraction;
        if (fraction < source.length() && (source.charAt(fraction) | 0x20) == 'e') {
            int digits = fraction + 1;
            if (digits < source.length() && "+-".indexOf(source.charAt(digits)) >= 0) {
                digits++;
            }
            int end = digitsEnd(digits);
            exponent = end > digits ? end : fraction;
        }
        return exponent > whole ? exponent : at;
    }

    private int integerEnd(int at) {
        char first = source.charAt(at);
        if (first == '0') {
            if (at + 1 < source.length()) {
                String digits = switch (source.charAt(at + 1) | 0x20) {
                    case 'b' -> "01";
                    case 'o' -> "01234567";
                    case 'x' -> "0123456789abcdef";
                    default -> "";
                };
                int end = runOf(at + 2, digits);
                if (end > at + 2) {
                    return end;
                }
            }
            return runOf(at + 1, "0");
        }
        return first >= '1' && first <= '9' ? digitsEnd(at) : at;
    }

    /** End of {@code (_?[digits])*}, ignoring case. */
    private int runOf(int at, String digits) {
        int i = at;
        while (i < source.length()) {
            int digit = source.charAt(i) == '_' ? i + 1 : i;
            if (digit >= source.length() || digits.indexOf(Character.toLowerCase(source.charAt(digit))) < 0) {
                break;
            }
            i = digit + 1;
        }
        return i;
    }

    private Object integer(String literal) {
        String digits = Numbers.asciiDigits(literal).replace("_", "").toLowerCase(Locale.ROOT);
        if (digits.length() > MAX_DECIMAL_DIGITS) {
            throw EvalError.syntax(line, "integer literal has more than " + MAX_DECIMAL_DIGITS + " digits");
        }
        int radix = switch (digits.length() > 1 ? digits.charAt(1) : '0') {
            case 'b' -> 2;
            case 'o' -> 8;
            case 'x' -> 16;
            default -> 10;
        };
        return Numbers.normalize(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    }

    private double floating(String literal) {
        double value = Double.parseDouble(Numbers.asciiDigits(literal).replace("_", ""));
        if (Double.isInfinite(value)) {
            // The reference prints it as "inf" in some places and fails in others.
            throw EvalError.unsupported(line, "a float literal beyond the range of floats");
        }
        return value;
    }

    private int nameEnd(int at) {
        int i = at;
        while (i < source.length()) {
            int codePoint = source.codePointAt(i);
            if (!Unicode.isWordPart(codePoint)) {
                break;
            }
            i += Character.charCount(codePoint);
        }
        return i;
    }

    private String name(String name) {
        if (!Unicode.isIdentifier(name)) {
            throw EvalError.syntax(line, "Invalid character in identifier '" + name + "'");
        }
        return name;
    }

    private int stringEnd(int at) {
        char quote = source.charAt(at);
        if (quote != '\'' && quote != '"') {
            return at;
        }
        for (int i = at + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote) {
                return i + 1;
            }
        }
        return at;
    }

    private int readOperator(int at) {
        String operator = null;
        for (String candidate : LONG_OPERATORS) {
            if (source.startsWith(candidate, at)) {
                operator = candidate;
                break;
            }
        }
        if (operator == null && SHORT_OPERATORS.indexOf(source.charAt(at)) >= 0) {
            operator = source.substring(at, at + 1);
        }
        if (operator == null) {
            throw EvalError.syntax(
                    line, "unexpected char " + Repr.quote(Character.toString(source.codePointAt(at))) + " at " + at);
        }
        balance(operator.charAt(0));
        out.add(Token.of(Kind.OPERATOR, operator, line));
        return at + operator.length();
    }

    private void balance(char bracket) {
        switch (bracket) {
            case '{' -> expectedClosers.push('}');
            case '(' -> expectedClosers.push(')');
            case '[' -> expectedClosers.push(']');
            case '}', ')', ']' -> {
                Character expected = expectedClosers.poll();
                if (expected == null) {
                    throw EvalError.syntax(line, "unexpected '" + bracket + "'");
                }
                if (expected != bracket) {
                    throw EvalError.syntax(line, "unexpected '" + bracket + "', expected '" + expected + "'");
                }
            }
            default -> {}
        }
    }
}
