package dev.unbusy.chat;

import static dev.unbusy.chat.ParsedOutput.TOOLS;
import static dev.unbusy.chat.ParsedOutput.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the calls of DeepSeek's conventions become, well written and not. */
class DeepSeekCallParserTest {
    private static final String V3_CALL =
            "<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"s\": \"a\"}\n```<｜tool▁call▁end｜>";
    private static final String V31_CALL = "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"s\": \"a\"}<｜tool▁call▁end｜>";
    private static final String BEGIN = "<｜tool▁calls▁begin｜>";
    private static final String END = "<｜tool▁calls▁end｜>";

    private static String dsml(String text) {
        return text.replace("<D", "<｜DSML｜").replace("</D", "</｜DSML｜");
    }

    @Test
    void v3_fencedArguments_severalCalls() {
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V3,
                "Let me see.\n\n" + BEGIN + V3_CALL + "\n" + V3_CALL.replace("sep｜>f", "sep｜>g") + END,
                "Let me see.",
                call("f", "{\"s\": \"a\"}"),
                call("g", "{\"s\": \"a\"}"));
    }

    @Test
    void v31_bareArguments_severalCalls() {
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL + V31_CALL + END,
                "",
                call("f", "{\"s\": \"a\"}"),
                call("f", "{\"s\": \"a\"}"));
    }

    @Test
    void v3AndV31_areReadWhicheverTheModelWrites() {
        ParsedOutput.check(ToolCallSyntax.DEEPSEEK_V3, BEGIN + V31_CALL + END, "", call("f", "{\"s\": \"a\"}"));
        ParsedOutput.check(ToolCallSyntax.DEEPSEEK_V31, BEGIN + V3_CALL + END, "", call("f", "{\"s\": \"a\"}"));
        // A function of V3.1 that is called function.
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL.replace(">f<", ">function<") + END,
                "",
                call("function", "{\"s\": \"a\"}"));
    }

    @Test
    void v3_withoutTheOuterMarkers_isReadToo() {
        ParsedOutput.check(ToolCallSyntax.DEEPSEEK_V3, "ok " + V3_CALL, "ok ", call("f", "{\"s\": \"a\"}"));
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V3,
                BEGIN + "\n" + V3_CALL.replace("```<", "```\n<") + "\n" + END,
                "",
                call("f", "{\"s\": \"a\"}"));
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V3,
                BEGIN + V3_CALL.replace("```json\n", "").replace("\n```", ""),
                "",
                call("f", "{\"s\": \"a\"}"));
    }

    @Test
    void deepSeek_whatIsNoCall_staysText() {
        String[] texts = {
            BEGIN + "hello" + END,
            BEGIN + END,
            BEGIN + "<｜tool▁call▁begin｜>function<｜tool▁sep｜>" + END,
            BEGIN + "<｜tool▁call▁begin｜><｜tool▁sep｜>{}",
            BEGIN + "<｜tool▁call▁begin｜>f",
            "the token " + BEGIN,
            BEGIN.substring(0, 9)
        };
        for (String text : texts) {
            ParsedOutput.check(ToolCallSyntax.DEEPSEEK_V31, text, text);
        }
    }

    @Test
    void deepSeek_argumentsThatAreNoJson_areGivenOutAsTheyAre() {
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + "<｜tool▁call▁begin｜>f<｜tool▁sep｜>s = 1<｜tool▁call▁end｜>" + END,
                "",
                call("f", "s = 1"));
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"s\": \"never closed<｜tool▁call▁end｜>" + V31_CALL,
                "",
                call("f", "{\"s\": \"never closed"),
                call("f", "{\"s\": \"a\"}"));
    }

    @Test
    void deepSeek_aSecondCallThatIsNone_becomesContent_theFirstStays() {
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL + "<｜tool▁call▁begin｜>oops<｜tool▁call▁end｜>" + END,
                "<｜tool▁call▁begin｜>oops<｜tool▁call▁end｜>" + END,
                call("f", "{\"s\": \"a\"}"));
    }

    @Test
    void textAfterCalls_staysText_whiteSpaceDoesNot() {
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL + END + "\n\nDone. ",
                "\n\nDone. ",
                call("f", "{\"s\": \"a\"}"));
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31, "x\n" + BEGIN + V31_CALL + END + " \n", "x", call("f", "{\"s\": \"a\"}"));
        ParsedOutput.check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL + END + "\nand\n" + BEGIN + V31_CALL + END,
                "\nand",
                call("f", "{\"s\": \"a\"}"),
                call("f", "{\"s\": \"a\"}"));
    }

    private static final String DSML_CALL = dsml("""
            <D invoke name="f">
            <D parameter name="s" string="true">a "b" <c>
            d</D parameter>
            <D parameter name="n" string="false">5</D parameter>
            </D invoke>""");

    @Test
    void dsml_ofEachRelease_isReadByAllOfThem() {
        String arguments = "{\"s\": \"a \\\"b\\\" <c>\\nd\", \"n\": 5}";
        for (String block : List.of("function_calls", "tool_calls", " calls")) {
            String space = block.startsWith(" ") ? "" : " ";
            String calls = "<｜DSML｜" + block + ">\n" + DSML_CALL + "\n" + DSML_CALL + "\n</｜DSML｜" + block + ">";
            String output = "Hi\n\n" + (space.isEmpty() ? calls : calls.replace("｜DSML｜ ", "｜DSML｜"));
            for (ToolCallSyntax syntax :
                    List.of(ToolCallSyntax.DSML_V32, ToolCallSyntax.DSML_V4, ToolCallSyntax.DSML_V41)) {
                ParsedOutput.check(syntax, output, "Hi", call("f", arguments), call("f", arguments));
            }
        }
    }

    @Test
    void dsml_withoutParameters_hasAnEmptyObject() {
        ParsedOutput.check(
                ToolCallSyntax.DSML_V4,
                dsml("<Dtool_calls>\n<Dinvoke name=\"g\">\n</Dinvoke>\n</Dtool_calls>"),
                "",
                call("g", "{}"));
        ParsedOutput.check(
                ToolCallSyntax.DSML_V4,
                dsml("<Dtool_calls>\n<Dinvoke name=\"g\"/>\n</Dtool_calls>"),
                "",
                call("g", "{}"));
    }

    @Test
    void dsml_oneJsonObjectInPlaceOfParameters_isTaken() {
        ParsedOutput.check(
                ToolCallSyntax.DSML_V32,
                dsml("<Dfunction_calls>\n<Dinvoke name=\"f\">\n{ \"s\": \"</Dx>\" }\n</Dinvoke>\n</Dfunction_calls>"),
                "",
                call("f", dsml("{ \"s\": \"</Dx>\" }")));
    }

    @Test
    void dsml_parameterThatDoesNotSayWhatItIs_isWhatTheSchemaSays() {
        ParsedOutput.check(
                ToolCallSyntax.DSML_V4,
                dsml(
                        "<Dtool_calls>\n<Dinvoke name=\"f\">\n<Dparameter name=\"s\">7</Dparameter>\n"
                                + "<Dparameter name=\"n\">7</Dparameter>\n<Dparameter name=\"new\">7</Dparameter>\n</Dinvoke>\n</Dtool_calls>"),
                "",
                call("f", "{\"s\": \"7\", \"n\": 7, \"new\": \"7\"}"));
    }

    @Test
    void dsml_missingEndTags_areForgiven() {
        ParsedOutput.check(
                ToolCallSyntax.DSML_V4,
                dsml(
                        "<Dtool_calls>\n<Dinvoke name=\"f\">\n<Dparameter name=\"s\" string=\"true\">a</Dinvoke>\n"
                                + "<Dinvoke name=\"g\">\n<Dinvoke name=\"f\">\n<Dparameter name=\"n\" string=\"false\">1</Dtool_calls>"),
                "",
                call("f", "{\"s\": \"a\"}"),
                call("g", "{}"),
                call("f", "{\"n\": 1}"));
    }

    @Test
    void dsml_whatIsNoCall_staysText() {
        for (String text : List.of(
                "<Dtool_calls>\nwhat\n</Dtool_calls>",
                "<Dtool_calls>\n</Dtool_calls>",
                "<Dtool_calls>\n<Dinvoke>\n</Dinvoke>\n</Dtool_calls>",
                "<Dtool_calls>\n<Dinvoke name=\"f",
                "The tag <Dtool_calls> and <D and",
                "<Dtool_ca")) {
            ParsedOutput.check(ToolCallSyntax.DSML_V4, dsml(text), dsml(text));
        }
    }

    @Test
    void dsml_cutShort_keepsWhatHasCome() {
        String begun = dsml("<Dtool_calls>\n<Dinvoke name=\"f\">\n<Dparameter name=\"s\" string=\"true\">x");
        ParsedOutput.check(ToolCallSyntax.DSML_V4, begun, "", call("f", "{\"s\": \"x"));
        ParsedOutput.check(
                ToolCallSyntax.DSML_V4, begun + dsml("</Dpara"), "", call("f", "{\"s\": \"x" + dsml("</Dpara")));
        ParsedOutput.check(
                ToolCallSyntax.DSML_V4,
                begun + dsml("</Dparameter>\n<Dparameter name=\"n"),
                dsml("<Dparameter name=\"n"),
                call("f", "{\"s\": \"x\""));
    }

    @Test
    void nameAndArguments_comeAsSoonAsTheyAreCertain() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.PLAIN, ToolCallSyntax.DEEPSEEK_V31, TOOLS);
        assertThat(splitter.feed(BEGIN)).isEmpty();
        assertThat(splitter.feed("<｜tool▁call▁begin｜>")).isEmpty();
        assertThat(splitter.feed("f")).isEmpty();
        assertThat(splitter.feed("<｜tool▁sep｜>")).containsExactly(new Piece(Kind.CALL, "f", 0));
        assertThat(splitter.feed("{\"s")).containsExactly(new Piece(Kind.CALL_ARGUMENTS, "{\"s", 0));
        assertThat(splitter.feed("\": \"a")).containsExactly(new Piece(Kind.CALL_ARGUMENTS, "\": \"a", 0));
    }

    @Test
    void dsml_endsAReasoningThatIsNotClosed_asDeepSeeksParserDoes() {
        ParsedOutput parsed = ParsedOutput.of(
                OutputStart.REASONING,
                ToolCallSyntax.DSML_V4,
                TOOLS,
                List.of(dsml("hm\n\n<Dtool_calls>\n<Dinvoke name=\"g\">\n</Dinvoke>\n</Dtool_calls>")));
        assertThat(parsed).isEqualTo(new ParsedOutput("hm", "", List.of(call("g", "{}"))));
    }

    @Test
    void aRequestWithoutTools_readsNoCalls() {
        String text = BEGIN + V31_CALL + END + "\n";
        assertThat(ParsedOutput.of(OutputStart.PLAIN, null, List.of(), List.of(text)))
                .isEqualTo(new ParsedOutput("", text, List.of()));
    }
}
