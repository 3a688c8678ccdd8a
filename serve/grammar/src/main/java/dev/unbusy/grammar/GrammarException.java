package dev.unbusy.grammar;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;

/**
 * A schema or grammar that output cannot be held to. Nothing is ever ignored silently: what cannot be enforced is refused
 * with the JSON pointer of the keyword.
 */
public final class GrammarException extends UserError {
    private static final long serialVersionUID = 1L;

    private final String pointer;

    GrammarException(String code, String pointer, Text text, Text remedy) {
        super(
                code,
                Text.of("%s at \"%s\"", "%s（位于 “%s”）", text, pointer.isEmpty() ? "#" : "#" + pointer),
                remedy,
                null);
        this.pointer = pointer;
    }

    /** Where in the schema, as RFC 6901 has it: the empty string is the whole document. */
    public String pointer() {
        return pointer;
    }

    static GrammarException unsupported(String pointer, String what, Text remedy) {
        return new GrammarException(
                "schema-unsupported",
                pointer,
                Text.of("%s cannot be enforced while generating", "生成时无法强制执行 %s", what),
                remedy);
    }

    static GrammarException invalid(String pointer, Text what) {
        return new GrammarException(
                "schema-invalid",
                pointer,
                what,
                Text.of("Correct the schema (JSON Schema 2020-12)", "请更正该 schema（JSON Schema 2020-12）"));
    }

    static GrammarException tooLarge(String pointer, Text what) {
        return new GrammarException(
                "schema-too-large",
                pointer,
                what,
                Text.of(
                        "Make it smaller: fewer alternatives, smaller bounds, or no bound at all",
                        "请缩小规模：减少分支、减小上下限，或去掉限制"));
    }

    static GrammarException unsatisfiable(String pointer) {
        return new GrammarException(
                "schema-unsatisfiable",
                pointer,
                Text.of("No value can satisfy the schema", "没有任何值能满足该 schema"),
                Text.of("Look for keywords that contradict each other", "请检查相互矛盾的关键字"));
    }

    static GrammarException pattern(String pointer, String pattern, int at, Text what) {
        return new GrammarException(
                "pattern-invalid",
                pointer,
                Text.of(
                        "The pattern \"%s\" has %s at character %d",
                        "模式 “%s” 在第 %3$d 个字符处有%2$s", shorten(pattern), what, at),
                Text.of(
                        "Write it as ECMA 262 has it, without lookaround and back references",
                        "请按 ECMA 262 书写，且不使用环视与反向引用"));
    }

    static GrammarException patternUnsupported(String pointer, String pattern, String construct) {
        return new GrammarException(
                "pattern-unsupported",
                pointer,
                Text.of(
                        "The pattern \"%s\" uses %s, which cannot be enforced while generating",
                        "模式 “%s” 使用了 %s，生成时无法强制执行", shorten(pattern), construct),
                Text.of("Rewrite the pattern without it", "请改写该模式，不使用此语法"));
    }

    static GrammarException leftRecursive(String rule) {
        return new GrammarException(
                "grammar-endless",
                rule,
                Text.of("It refers to itself before anything is written", "在写出任何内容之前就引用了自身"),
                Text.of("Put an object or array between the reference and what it refers to", "请在引用与其目标之间加入对象或数组"));
    }

    private static String shorten(String pattern) {
        return pattern.length() <= 100 ? pattern : pattern.substring(0, 100) + "…";
    }
}
