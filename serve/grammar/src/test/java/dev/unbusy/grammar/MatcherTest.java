package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MatcherTest {
    private static final String PERSON = """
            {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},
            "required":["name","age"],"additionalProperties":false}""";

    private static void type(Matcher matcher, TokenTable table, String... texts) {
        for (String text : texts) {
            assertThat(matcher.accept(Tokens.find(table, text))).as(text).isTrue();
        }
    }

    @Test
    void tokensThatSpanBorders_areAllowedWhereAllOfThemFits() {
        TokenTable table =
                Tokens.of("[{\"", "a", "\":\"", "\"},{\"", "\"}]", "\"},{\"b", "\":1", "x\"},{\"a\":\"", "\"]");
        Grammar grammar = Grammar.ofJsonSchema(SchemaTest.json("""
                        {"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],
                        "additionalProperties":false}}"""), Whitespace.COMPACT);
        Matcher matcher = new TokenMasks(table).matcher(grammar);
        long[] mask = new long[1];
        type(matcher, table, "[{\"", "a", "\":\"");
        assertThat(matcher.allowed(mask)).isEqualTo(Matcher.Next.TOKENS);
        assertThat(Tokens.has(mask, Tokens.find(table, "\"},{\""))).isTrue();
        assertThat(Tokens.has(mask, Tokens.find(table, "\"}]"))).isTrue();
        assertThat(Tokens.has(mask, Tokens.find(table, "x\"},{\"a\":\""))).isTrue();
        assertThat(Tokens.has(mask, Tokens.find(table, "\"},{\"b"))).isFalse();
        assertThat(Tokens.has(mask, Tokens.find(table, "\"]"))).isFalse();
        assertThat(matcher.accept(Tokens.find(table, "\"]"))).isFalse();
        type(matcher, table, "x\"},{\"a\":\"", "\"}]");
        assertThat(matcher.allowed(mask)).isEqualTo(Matcher.Next.END);
        assertThat(mask[0]).isEqualTo(1);
        assertThat(matcher.accept(Tokens.END)).isTrue();
        assertThat(matcher.isEnded()).isTrue();
        assertThat(matcher.accept(Tokens.END)).isFalse();
    }

    @Test
    void charactersCutByTokens_areFinishedBeforeAnythingElse() {
        TokenTable table = Tokens.bytes();
        Matcher matcher = new TokenMasks(table).matcher(Grammar.ofJsonSchema(SchemaTest.json("{\"type\":\"string\"}")));
        long[] mask = new long[table.maskLength()];
        matcher.accept('"' + 1);
        for (byte b : "😀".getBytes(StandardCharsets.UTF_8)) {
            assertThat(matcher.canEnd()).isFalse();
            assertThat(matcher.accept((b & 0xFF) + 1)).isTrue();
        }
        assertThat(matcher.accept(0xF0 + 1)).isTrue();
        matcher.allowed(mask);
        for (int b = 0; b < 256; b++) {
            assertThat(Tokens.has(mask, b + 1)).isEqualTo(b >= 0x90 && b <= 0xBF);
        }
        assertThat(matcher.accept('"' + 1)).isFalse();
    }

    @Test
    void aByteWithoutAToken_isATypedDeadEnd() {
        TokenTable table = Tokens.of("{\"name\":", "{}", "1");
        Matcher matcher = new TokenMasks(table).matcher(Grammar.ofJsonSchema(SchemaTest.json(PERSON)));
        type(matcher, table, "{\"name\":");
        assertThat(matcher.next()).isEqualTo(Matcher.Next.DEAD_END);
    }

    @Test
    void forcedText_isWhatLeavesNoChoice() {
        TokenTable table = Tokens.words(3000, 3);
        Matcher matcher =
                new TokenMasks(table).matcher(Grammar.ofJsonSchema(SchemaTest.json(PERSON), Whitespace.COMPACT));
        assertThat(new String(matcher.forcedText(), StandardCharsets.UTF_8)).isEqualTo("{\"name\":\"");
        StringBuilder text = new StringBuilder();
        for (int token : matcher.forcedTokens()) {
            assertThat(matcher.accept(token)).isTrue();
            text.append(new String(
                    table.bytes(), table.start(token), table.end(token) - table.start(token), StandardCharsets.UTF_8));
        }
        // The last border is left to the model: more than one token goes on from there.
        assertThat("{\"name\":\"").startsWith(text.toString());
        assertThat(text.length()).isGreaterThan(4);
        type(matcher, table, "{\"name\":\"".substring(text.length()).split("(?<=.)"));
        assertThat(matcher.forcedText()).isEmpty();
        type(matcher, table, "a", "\"");
        assertThat(new String(matcher.forcedText(), StandardCharsets.UTF_8)).isEqualTo(",\"age\":");
    }

    @Test
    void goingBack_isExact_andForksAreIndependent() {
        TokenTable table = Tokens.words(2000, 5);
        Matcher matcher = new TokenMasks(table).matcher(Grammar.ofJsonSchema(SchemaTest.json(PERSON)));
        type(matcher, table, "{\"", "n");
        long[] before = new long[table.maskLength()];
        matcher.allowed(before);
        Matcher.Mark mark = matcher.mark();
        Matcher fork = matcher.fork();
        type(matcher, table, "a", "m", "e", "\": ", "\"", "x");
        long[] after = new long[table.maskLength()];
        fork.allowed(after);
        assertThat(after).isEqualTo(before);
        matcher.reset(mark);
        matcher.allowed(after);
        assertThat(after).isEqualTo(before);
    }

    @Test
    void freeText_isFreeUntilTheTrigger_andBoundAfterIt() {
        GrammarBuilder b = new GrammarBuilder(Whitespace.SPACED);
        Rule answer = b.rule("answer");
        Expr call = b.seq(b.json(SchemaTest.json(PERSON)), b.literal("</call>"), answer);
        answer.define(b.freeText(List.of(b.trigger("<call>", call))));
        Grammar grammar = b.build(answer);
        assertThat(grammar.matches("")).isTrue();
        assertThat(grammar.matches("any <text> with { and <cal\n")).isTrue();
        assertThat(grammar.matches(
                        "x<call>{\"name\": \"a\", \"age\": 3}</call> and <<call>{\"name\":\"b\",\"age\":4}</call>"))
                .isTrue();
        assertThat(grammar.matches("x<call>")).isFalse();
        assertThat(grammar.matches("x<call>{\"name\": 1")).isFalse();
        assertThat(grammar.matches("x<call>{\"name\": \"a\", \"age\": 3}</call"))
                .isFalse();
        assertThat(grammar.matches("<c<ca<call>{}")).isFalse();
    }

    @Test
    void severalTriggers_eachHaveTheirOwnContinuation_alsoInsideEachOther() {
        GrammarBuilder b = new GrammarBuilder(Whitespace.COMPACT);
        Grammar grammar = b.build(b.textUntil(List.of(
                b.trigger("xaby", b.literal("1")), b.trigger("ab", b.literal("2")), b.trigger("q", b.literal("3")))));
        assertThat(grammar.matches("xab2")).isTrue();
        assertThat(grammar.matches("xaby1")).isFalse();
        assertThat(grammar.matches("aab2")).isTrue();
        assertThat(grammar.matches("..q3")).isTrue();
        assertThat(grammar.matches("..")).isFalse();
    }

    @Test
    void specialTokens_comeOnlyWhereTheyAreNamed_andTextNeverPassesForThem() {
        TokenTable table = TokenTable.builder(8)
                .end(0)
                .special(1, "<|call|>")
                .special(2, "<|other|>")
                .text(3, "<|call|>".getBytes(StandardCharsets.UTF_8))
                .text(4, "{}".getBytes(StandardCharsets.UTF_8))
                .text(5, "hello".getBytes(StandardCharsets.UTF_8))
                .build();
        assertThat(table.special("<|call|>")).isEqualTo(1);
        assertThat(table.special("<|none|>")).isEqualTo(-1);
        GrammarBuilder b = new GrammarBuilder(Whitespace.COMPACT, List.of("<|call|>"));
        Grammar grammar = b.build(b.freeText(List.of(b.trigger("<|call|>", b.anyJsonObject()))));
        Matcher matcher = new TokenMasks(table).matcher(grammar);
        long[] mask = new long[1];
        matcher.allowed(mask);
        // Tokens 6 and 7 were never mentioned.
        assertThat(mask[0]).isEqualTo(0b00111011);
        matcher.accept(3);
        matcher.allowed(mask);
        assertThat(mask[0]).isEqualTo(0b00111011);
        matcher.accept(1);
        matcher.allowed(mask);
        assertThat(mask[0]).isEqualTo(0b00010000);
        assertThat(matcher.accept(2)).isFalse();
    }

    @Test
    void aSpecialTokenInsideATrigger_isTheToken_andTextAroundItStaysFree() {
        TokenTable table = TokenTable.builder(10)
                .end(0)
                .special(1, "|DSML|")
                .text(2, "|DSML|".getBytes(StandardCharsets.UTF_8))
                .text(3, "<".getBytes(StandardCharsets.UTF_8))
                .text(4, "calls>".getBytes(StandardCharsets.UTF_8))
                .text(5, "a".getBytes(StandardCharsets.UTF_8))
                .text(6, "{}".getBytes(StandardCharsets.UTF_8))
                .build();
        GrammarBuilder b = new GrammarBuilder(Whitespace.COMPACT, List.of("|DSML|"));
        Grammar grammar = b.build(
                b.freeText(List.of(b.trigger("<|DSML|calls>", b.seq(b.anyJsonObject(), b.literal("</|DSML|calls>"))))));
        Matcher matcher = new TokenMasks(table).matcher(grammar);
        long[] mask = new long[1];
        matcher.allowed(mask);
        assertThat(mask[0]).isEqualTo(0b1111101);
        for (int token : new int[] {5, 3, 2, 4, 3, 3}) {
            assertThat(matcher.accept(token)).as("token %d", token).isTrue();
        }
        matcher.allowed(mask);
        assertThat(mask[0]).as("the token only behind <").isEqualTo(0b1111111);
        matcher.accept(1);
        matcher.allowed(mask);
        // The token stands for nothing but the trigger, yet what comes behind it may be anything until it is complete.
        assertThat(matcher.accept(4)).isTrue();
        matcher.allowed(mask);
        assertThat(mask[0]).isEqualTo(0b1000000);
    }

    @Test
    void triggersThatCountAtTheStartOnly_areTextElsewhere() {
        GrammarBuilder b = new GrammarBuilder(Whitespace.COMPACT);
        Grammar grammar = b.build(b.freeTextUnless(List.of(b.trigger("{\"name\": \"", b.literal("f\"}")))));
        assertThat(grammar.matches("")).isTrue();
        assertThat(grammar.matches(" \n{\"name\": \"f\"}")).isTrue();
        assertThat(grammar.matches("{\"name\": \"g\"}")).isFalse();
        assertThat(grammar.matches("{\"name\": \"f\"} and more")).isFalse();
        assertThat(grammar.matches("{\"nam")).isTrue();
        assertThat(grammar.matches("{\"other\": 1}")).isTrue();
        assertThat(grammar.matches("see {\"name\": \"g\"}")).isTrue();
        assertThat(grammar.matches("中{\"name\": \"g\"}")).isTrue();
    }

    @Test
    void tokensWithTheSameBytes_areAllowedTogether() {
        TokenTable table = Tokens.of("null", "true", "null", "null");
        Matcher matcher = new TokenMasks(table).matcher(Grammar.ofJsonSchema(SchemaTest.json("{\"type\":\"null\"}")));
        long[] mask = new long[1];
        matcher.allowed(mask);
        assertThat(mask[0]).isEqualTo(0b11010);
        assertThat(matcher.forcedTokens()).hasSize(1);
    }

    @Test
    void nestingHasALimit_andClosingRemainsPossible() {
        TokenTable table = Tokens.bytes();
        Matcher matcher = new TokenMasks(table).matcher(Grammar.ofJsonSchema(SchemaTest.json("{}")));
        int depth = 0;
        while (matcher.accept('[' + 1)) {
            depth++;
        }
        assertThat(depth).isBetween(200, 600);
        assertThat(matcher.next()).isEqualTo(Matcher.Next.TOKENS);
        for (int i = 0; i < depth; i++) {
            assertThat(matcher.accept(']' + 1)).isTrue();
        }
        assertThat(matcher.canEnd()).isTrue();
    }

    @Test
    void manyGrammars_shareTheMemoryOfOneModel() {
        TokenTable table = Tokens.words(2000, 9);
        TokenMasks masks = new TokenMasks(table, 500_000);
        long[] mask = new long[table.maskLength()];
        Matcher first = masks.matcher(Grammar.ofJsonSchema(SchemaTest.json("{\"type\":\"string\"}")));
        for (int i = 0; i < 200; i++) {
            Matcher matcher = masks.matcher(
                    Grammar.ofJsonSchema(SchemaTest.json("{\"type\":\"string\",\"maxLength\":" + (i + 1) + "}")));
            matcher.allowed(mask);
            assertThat(matcher.accept(Tokens.find(table, "\""))).isTrue();
            matcher.allowed(mask);
            assertThat(masks.rememberedBytes()).isLessThan(550_000);
        }
        // The first grammar was forgotten long ago; its matcher goes on.
        assertThat(first.accept(Tokens.find(table, "\""))).isTrue();
        assertThat(first.allowed(mask)).isEqualTo(Matcher.Next.TOKENS);
    }
}
