package dev.unbusy.chat;

import static dev.unbusy.chat.ParsedOutput.TOOLS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Outputs put together at random from what parsers trip over. */
class ToolCallPropertiesTest {
    private static final String[] PARTS = {
        "<｜tool▁calls▁begin｜>",
        "<｜tool▁calls▁end｜>",
        "<｜tool▁call▁begin｜>",
        "<｜tool▁call▁end｜>",
        "<｜tool▁sep｜>",
        "function",
        "f",
        "g",
        "\n```json\n",
        "\n```",
        "<｜DSML｜function_calls>",
        "<｜DSML｜tool_calls>",
        "<｜DSML｜ calls>",
        "<｜DSML｜invoke name=\"f\">",
        "<｜DSML｜ invoke name=\"g\">",
        "<｜DSML｜parameter name=\"s\" string=\"true\">",
        "<｜DSML｜parameter name=\"n\" string=\"false\">",
        "<｜DSML｜ parameter name=\"o\">",
        "</｜DSML｜parameter>",
        "</｜DSML｜ parameter>",
        "</｜DSML｜invoke>",
        "</｜DSML｜ invoke>",
        "</｜DSML｜function_calls>",
        "</｜DSML｜tool_calls>",
        "</｜DSML｜ calls>",
        "<｜DSML｜",
        "</｜",
        "<tool_call>",
        "</tool_call>",
        "<function=f>",
        "<function=",
        "</function>",
        "<parameter=s>",
        "<parameter=n>",
        "<parameter=",
        "</parameter>",
        "[TOOL_CALLS]",
        "[ARGS]",
        "[CALL_ID]",
        "<|python_tag|>",
        "{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}}",
        "{\"name\": \"f\", \"parameters\": {}}",
        "{",
        "}",
        "[",
        "]",
        "{\"name\": \"",
        "\", \"arguments\": ",
        "{\"s\": \"x\"}",
        "\"",
        "\\",
        ":",
        ",",
        ";",
        "\n",
        "\n\n",
        " ",
        "a",
        "世",
        "🙂",
        "<think>",
        "</think>",
        "<",
        "null",
        "5",
        "\\ud83d",
        "\\u4f60",
        "</"
    };

    @Provide
    Arbitrary<String> outputs() {
        return Arbitraries.of(PARTS).list().ofMaxSize(20).map(parts -> String.join("", parts));
    }

    @Property(tries = 20_000)
    void anyCut_givesTheSameAsOnePiece(
            @ForAll("outputs") String output,
            @ForAll OutputStart start,
            @ForAll ToolCallSyntax syntax,
            @ForAll Random random) {
        ParsedOutput whole = ParsedOutput.of(start, syntax, TOOLS, List.of(output));
        assertThat(ParsedOutput.of(start, syntax, TOOLS, ParsedOutput.cut(output, random)))
                .isEqualTo(whole);
    }

    /**
     * No convention uses this letter, so it must come out as often as it went in: in text, a name or an argument. Only the
     * members of a JSON call that say nothing to us, and Mistral's ids, may hold it in vain.
     */
    @Property(tries = 20_000)
    void noTextIsLost(@ForAll("outputs") String output, @ForAll ToolCallSyntax syntax) {
        String marked = output.replace("世", "Ж");
        boolean json = switch (syntax) {
            case DEEPSEEK_V3, DEEPSEEK_V31, DSML_V32, DSML_V4, DSML_V41 -> false;
            case HERMES, QWEN_TAGS, LLAMA3, MISTRAL_LIST, MISTRAL, MISTRAL_ID -> true;
        };
        Assume.that(!json || !(marked.contains("{") || marked.contains("[CALL_ID]")));
        ParsedOutput parsed = ParsedOutput.of(OutputStart.PLAIN, syntax, TOOLS, List.of(marked));
        StringBuilder out = new StringBuilder(parsed.content());
        parsed.calls().forEach(call -> out.append(call.name()).append(call.arguments()));
        assertThat(count(out, 'Ж')).as(marked).isEqualTo(count(marked, 'Ж'));
    }

    private static int count(CharSequence text, char wanted) {
        return (int) text.chars().filter(c -> c == wanted).count();
    }

    @Property(tries = 10_000)
    void textWithoutMarkers_isUnchanged(@ForAll String text, @ForAll ToolCallSyntax syntax, @ForAll Random random) {
        String plain = text.replaceAll("[<\\[{]", "");
        String wellFormed = new String(plain.getBytes(UTF_8), UTF_8);
        assertThat(ParsedOutput.of(OutputStart.PLAIN, syntax, TOOLS, ParsedOutput.cut(wellFormed, random)))
                .isEqualTo(new ParsedOutput("", wellFormed, List.of()));
    }

    @Property(tries = 5_000)
    void randomBytesAfterAMarker_neverFail(@ForAll byte[] bytes, @ForAll ToolCallSyntax syntax, @ForAll Random random) {
        String noise = new String(bytes, UTF_8);
        for (String marker : syntax.markers()) {
            ParsedOutput.of(OutputStart.PLAIN, syntax, TOOLS, ParsedOutput.cut("x" + marker + noise, random));
        }
    }
}
