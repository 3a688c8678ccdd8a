package dev.unbusy.jinja;

import dev.unbusy.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a template into tokens, with the whitespace rules of {@code trim_blocks} and {@code lstrip_blocks} on and
 * {@code keep_trailing_newline} off:
 *
 * <ol>
 *   <li>Line ends become {@code \n}; one line end at the end of the template is dropped.
 *   <li>{@code {%-}, {@code {{-}, {@code {#-} drop all whitespace before them; {@code {%+} keeps it; else blanks between
 *       the start of a line and {@code {%} or {@code {#} are dropped (not before <code>{{</code>).
 *   <li>{@code -%}}, {@code -}}}, {@code -#}} drop all whitespace after them; {@code +%}} keeps it; else one line end
 *       directly after {@code %}} or {@code #}} is dropped (not after <code>}}</code>).
 * </ol>
 */
final class Lexer {
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    /** Whether what was read last ended with a line end, so that blanks that follow start a line. */
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokenize(String template) {
        String source = normalizeNewlines(template);
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    static String normalizeNewlines(String text) {
        return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private void run() {
        while (position < source.length()) {
            int open = nextOpening(position);
            if (open < 0) {
                addData(source.substring(position));
                position = source.length();
                break;
            }
            char type = source.charAt(open + 1);
            char sign = signAt(open + 2);
            int rawEnd = type == '%' ? matchRawBegin(open + 2, sign) : -1;
            String text = source.substring(position, open);
            addData(strip(text, sign, type != '{'));
            int after = rawEnd >= 0 ? rawEnd : open + 2 + (sign == 0 ? 0 : 1);
            lineStarting = source.charAt(after - 1) == '\n';
            position = after;
            if (rawEnd >= 0) {
                line += countNewlines(open, after);
                readRaw();
            } else if (type == '#') {
                readComment();
            } else {
                readTag(type == '%');
            }
        }
        tokens.add(Token.of(Kind.END, "", line));
    }

    /** Index of the next <code>{{</code>, <code>{%</code> or <code>{#</code>, or −1. */
    private int nextOpening(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private char signAt(int index) {
        if (index < source.length() && (source.charAt(index) == '-' || source.charAt(index) == '+')) {
            return source.charAt(index);
        }
        return 0;
    }

    /** Where the text after <code>{% raw %}</code> starts, or −1 if the block that starts here is another one. */
    private int matchRawBegin(int start, char sign) {
        int i = matchWord(start + (sign == 0 ? 0 : 1), "raw");
        if (i < 0) {
            return -1;
        }
        if (source.startsWith("-%}", i)) {
            return Unicode.skipSpace(source, i + 3);
        }
        return source.startsWith("%}", i) ? i + 2 : -1;
    }

    private int matchWord(int start, String word) {
        int i = Unicode.skipSpace(source, start);
        return source.startsWith(word, i) ? Unicode.skipSpace(source, i + word.length()) : -1;
    }

    private void readRaw() {
        for (int open = source.indexOf("{%", position); open >= 0; open = source.indexOf("{%", open + 1)) {
            char sign = signAt(open + 2);
            int i = matchWord(open + 2 + (sign == 0 ? 0 : 1), "endraw");
            int end = i < 0 ? -1 : matchEnd(i, "%}");
            if (end >= 0) {
                addData(strip(source.substring(position, open), sign, true));
                line += countNewlines(open, end);
                finish(end);
                return;
            }
        }
        throw EvalError.syntax(line, "Missing end of raw directive");
    }

    private void readComment() {
        int close = source.indexOf("#}", position);
        if (close < 0) {
            throw EvalError.syntax(line, "Missing end of comment tag");
        }
        int start = close > position && "+-".indexOf(source.charAt(close - 1)) >= 0 ? close - 1 : close;
        int end = matchEnd(start, "#}");
        line += countNewlines(position, end);
        finish(end);
    }

    /** The index after an end like {@code %}}, {@code -%}} or {@code +%}} and what it drops, or −1 if none is here. */
    private int matchEnd(int at, String end) {
        if (source.startsWith("-" + end, at)) {
            return Unicode.skipSpace(source, at + 1 + end.length());
        }
        if (source.startsWith("+" + end, at)) {
            return at + 1 + end.length();
        }
        if (!source.startsWith(end, at)) {
            return -1;
        }
        int after = at + end.length();
        return after < source.length() && source.charAt(after) == '\n' ? after + 1 : after;
    }

    private void finish(int end) {
        lineStarting = end > 0 && source.charAt(end - 1) == '\n';
        position = end;
    }

    private void readTag(boolean block) {
        tokens.add(Token.of(block ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, block ? "{%" : "{{", line));
        TagLexer tag = new TagLexer(source, tokens, line);
        while (position < source.length()) {
            int end = tag.balanced() ? (block ? matchEnd(position, "%}") : matchVariableEnd()) : -1;
            if (end >= 0) {
                tokens.add(Token.of(block ? Kind.BLOCK_END : Kind.VARIABLE_END, block ? "%}" : "}}", tag.line()));
                line = tag.line() + countNewlines(position, end);
                finish(end);
                return;
            }
            position = tag.read(position);
        }
        line = tag.line();
    }

    private int matchVariableEnd() {
        if (source.startsWith("-}}", position)) {
            return Unicode.skipSpace(source, position + 3);
        }
        return source.startsWith("}}", position) ? position + 2 : -1;
    }

    private String strip(String text, char sign, boolean stripBlanksOfLine) {
        if (sign == '-') {
            String stripped = text.substring(0, Unicode.trimEnd(text));
            line += countNewlines(position + stripped.length(), position + text.length());
            return stripped;
        }
        if (sign == 0 && stripBlanksOfLine) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && Unicode.skipSpace(text, lineStart) == text.length()) {
                return text.substring(0, lineStart);
            }
        }
        return text;
    }

    private void addData(String text) {
        if (!text.isEmpty()) {
            tokens.add(Token.of(Kind.DATA, text, line));
            for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
                line++;
            }
        }
    }

    private int countNewlines(int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            if (source.charAt(i) == '\n') {
                count++;
            }
        }
        return count;
    }
}
