package dev.unbusy.grammar;

import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the regular subset of ECMA 262 patterns, with the flag u's view of characters (a code point is one) and Annex B's
 * leniency on escapes, which JSON schemas in the wild rely on. Lookaround, back references, word boundaries and inline
 * flags are refused by name.
 */
final class PatternParser {
    private static final int DEEPEST = 100;
    private static final int LONGEST = 20_000;

    private final String pattern;
    private final String pointer;
    private final int[] chars;
    private final Budget budget;
    private int at;
    private int depth;

    private PatternParser(String pattern, Budget budget) {
        this.pattern = pattern;
        this.budget = budget;
        pointer = budget.pointer();
        chars = pattern.codePoints().toArray();
    }

    static Pattern parse(String pattern, Budget budget) {
        if (pattern.length() > LONGEST) {
            throw GrammarException.tooLarge(
                    budget.pointer(), Text.of("The pattern has more than %,d characters", "该模式超过 %,d 个字符", LONGEST));
        }
        budget.work(pattern.length());
        PatternParser parser = new PatternParser(pattern, budget);
        Pattern result = parser.choice();
        if (parser.at < parser.chars.length) {
            throw parser.wrong("an unmatched )", "多余的 )");
        }
        return result;
    }

    private Pattern choice() {
        if (++depth > DEEPEST) {
            throw wrong("more than 100 nested groups", "超过 100 层的嵌套分组");
        }
        List<Pattern> options = new ArrayList<>();
        options.add(sequence());
        while (take('|')) {
            options.add(sequence());
        }
        depth--;
        return options.size() == 1 ? options.getFirst() : new Pattern.Choice(options);
    }

    private Pattern sequence() {
        List<Pattern> parts = new ArrayList<>();
        while (at < chars.length && chars[at] != '|' && chars[at] != ')') {
            parts.add(term());
        }
        return parts.size() == 1 ? parts.getFirst() : new Pattern.Seq(parts);
    }

    private Pattern term() {
        if (take('^')) {
            return new Pattern.Begin();
        }
        if (take('$')) {
            return new Pattern.End();
        }
        return quantified(atom());
    }

    private Pattern atom() {
        int c = chars[at++];
        return switch (c) {
            case '.' -> new Pattern.Chars(NamedSets.NOT_LINE_END);
            case '(' -> group();
            case '[' -> new Pattern.Chars(new ClassReader().read());
            case '\\' -> new Pattern.Chars(escape(false));
            case '*', '+', '?' -> throw nothingToRepeat();
            case '{' -> {
                at--;
                if (counts() != null) {
                    throw nothingToRepeat();
                }
                at++;
                yield new Pattern.Chars(CharSet.of(c));
            }
            default -> new Pattern.Chars(CharSet.of(c));
        };
    }

    private GrammarException nothingToRepeat() {
        return wrong("nothing to repeat", "没有可重复的内容");
    }

    private Pattern group() {
        if (take('?')) {
            if (take(':')) {
                return closed();
            }
            if (looking('=') || looking('!')) {
                throw refuse("lookahead (?" + Character.toString(chars[at]));
            }
            if (!take('<')) {
                throw refuse("a group with flags (?" + (at < chars.length ? Character.toString(chars[at]) : ""));
            }
            if (looking('=') || looking('!')) {
                throw refuse("lookbehind (?<" + Character.toString(chars[at]));
            }
            while (at < chars.length && chars[at] != '>') {
                at++;
            }
            if (!take('>')) {
                throw wrong("an unfinished group name", "未写完的分组名");
            }
        }
        return closed();
    }

    private Pattern closed() {
        Pattern inside = choice();
        if (!take(')')) {
            throw wrong("a group without )", "缺少 ) 的分组");
        }
        return inside;
    }

    private Pattern quantified(Pattern body) {
        if (at >= chars.length) {
            return body;
        }
        int min = 0;
        int max = -1;
        switch (chars[at]) {
            case '*' -> at++;
            case '+' -> {
                at++;
                min = 1;
            }
            case '?' -> {
                at++;
                max = 1;
            }
            case '{' -> {
                int[] counts = counts();
                if (counts == null) {
                    return body;
                }
                min = counts[0];
                max = counts[1];
            }
            default -> {
                return body;
            }
        }
        take('?'); // lazy: the same language
        if (looking('*') || looking('+') || looking('?') || (looking('{') && counts() != null)) {
            throw wrong("a quantifier after a quantifier", "连续的量词");
        }
        return new Pattern.Repeat(body, min, max);
    }

    /** The counts of <code>{n}</code>, <code>{n,}</code> or <code>{n,m}</code>, or null (and nothing read) if it is no quantifier. */
    private int @org.jspecify.annotations.Nullable [] counts() {
        int start = at;
        at++;
        int min = number();
        int max = min;
        if (take(',')) {
            max = looking('}') ? -1 : number();
        }
        if (min < 0 || (max < 0 && chars[at - 1] != ',') || !take('}')) {
            at = start;
            return null;
        }
        if (max >= 0 && max < min) {
            throw wrong("a quantifier whose bounds are out of order", "上下限颠倒的量词");
        }
        return new int[] {min, max};
    }

    /** Digits read as a number (a million stands for more), or −1 if there are none. */
    private int number() {
        int value = -1;
        while (at < chars.length && chars[at] >= '0' && chars[at] <= '9') {
            value = Math.min(Math.max(value, 0) * 10 + chars[at++] - '0', 1_000_000);
        }
        return value;
    }

    /** What stands after a backslash. */
    private CharSet escape(boolean inClass) {
        if (at >= chars.length) {
            throw wrong("a backslash at the end", "末尾的反斜杠");
        }
        int c = chars[at++];
        return switch (c) {
            case 'd' -> NamedSets.DIGIT;
            case 'D' -> NamedSets.DIGIT.not();
            case 'w' -> NamedSets.WORD;
            case 'W' -> NamedSets.WORD.not();
            case 's' -> NamedSets.SPACE;
            case 'S' -> NamedSets.SPACE.not();
            case 'p', 'P' -> property(c == 'P');
            case 'k' -> throw refuse("a back reference \\k");
            case 'b', 'B' -> {
                if (!inClass || c == 'B') {
                    throw refuse("the word boundary \\" + (char) c);
                }
                yield CharSet.of('\b');
            }
            default -> CharSet.of(single(c));
        };
    }

    private int single(int c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            case 'f' -> '\f';
            case 'c' -> control();
            case 'x' -> hex(2);
            case 'u' -> unicode();
            case '0' -> {
                if (at < chars.length && chars[at] >= '0' && chars[at] <= '9') {
                    throw wrong("an octal escape", "八进制转义");
                }
                yield 0;
            }
            default -> {
                if (c >= '1' && c <= '9') {
                    throw refuse("a back reference \\" + (char) c);
                }
                if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
                    throw wrong("the unknown escape \\" + (char) c, "未知转义 \\" + (char) c);
                }
                yield c;
            }
        };
    }

    private int control() {
        if (at < chars.length && Character.isLetter(chars[at]) && chars[at] < 128) {
            return chars[at++] % 32;
        }
        throw wrong("\\c without a letter", "\\c 后缺少字母");
    }

    private int unicode() {
        if (take('{')) {
            int value = 0;
            int start = at;
            while (at < chars.length && Character.digit(chars[at], 16) >= 0 && value < CharSet.END) {
                value = value * 16 + Character.digit(chars[at++], 16);
            }
            if (at == start || value >= CharSet.END || !take('}')) {
                throw wrong("an invalid \\u{…}", "无效的 \\u{…}");
            }
            return value;
        }
        int value = hex(4);
        if (Character.isHighSurrogate((char) value)
                && at + 1 < chars.length
                && chars[at] == '\\'
                && chars[at + 1] == 'u') {
            int before = at;
            at += 2;
            int low = hex(4);
            if (Character.isLowSurrogate((char) low)) {
                return Character.toCodePoint((char) value, (char) low);
            }
            at = before;
        }
        return value;
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < chars.length ? Character.digit(chars[at], 16) : -1;
            if (digit < 0) {
                throw wrong("an escape with too few hexadecimal digits", "十六进制位数不足的转义");
            }
            value = value * 16 + digit;
            at++;
        }
        return value;
    }

    private CharSet property(boolean negated) {
        int close = at;
        while (close < chars.length && chars[close] != '}') {
            close++;
        }
        if (!take('{') || close >= chars.length) {
            throw wrong("\\p without {…}", "\\p 后缺少 {…}");
        }
        String name = new String(chars, at, close - at);
        at = close + 1;
        budget.work(CharSet.END);
        CharSet set = NamedSets.property(name);
        if (set == null) {
            throw refuse("the property \\p{" + name + "}");
        }
        return negated ? set.not() : set;
    }

    private boolean looking(int c) {
        return at < chars.length && chars[at] == c;
    }

    private boolean take(int c) {
        if (looking(c)) {
            at++;
            return true;
        }
        return false;
    }

    private GrammarException wrong(String en, String zh) {
        return GrammarException.pattern(pointer, pattern, at, new Text(en, zh));
    }

    private GrammarException refuse(String construct) {
        return GrammarException.patternUnsupported(pointer, pattern, construct);
    }

    /** {@code [a-z\d]}, after its opening bracket. */
    private final class ClassReader {
        private final List<CharSet> members = new ArrayList<>();

        CharSet read() {
            boolean negated = take('^');
            while (!take(']')) {
                if (at >= chars.length) {
                    throw wrong("a class without ]", "缺少 ] 的字符类");
                }
                CharSet first = member();
                if (looking('-') && at + 1 < chars.length && chars[at + 1] != ']' && isSingle(first)) {
                    int dash = at++;
                    CharSet last = member();
                    if (isSingle(last)) {
                        range(first.bounds()[0], last.bounds()[0]);
                        continue;
                    }
                    // Annex B: [a-\d] is the three members.
                    members.add(CharSet.of(chars[dash]));
                    members.add(last);
                }
                members.add(first);
            }
            CharSet set = CharSet.union(members);
            return negated ? set.not() : set;
        }

        private void range(int first, int last) {
            if (first > last) {
                throw wrong("a range whose ends are out of order", "首尾颠倒的范围");
            }
            members.add(CharSet.range(first, last));
        }

        private CharSet member() {
            int c = chars[at++];
            return c == '\\' ? escape(true) : CharSet.of(c);
        }

        private static boolean isSingle(CharSet set) {
            return set.bounds().length == 2 && set.bounds()[1] == set.bounds()[0] + 1;
        }
    }
}
