package dev.unbusy.chat;

import static dev.unbusy.chat.ParsedOutput.TOOLS;
import static dev.unbusy.chat.ParsedOutput.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import dev.unbusy.chat.ParsedOutput.Call;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each convention's calls become, well written and not. */
class ToolCallParserTest {
    private static final String V3_CALL =
            "<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"s\": \"a\"}\n```<｜tool▁call▁end｜>";
    private static final String V31_CALL = "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"s\": \"a\"}<｜tool▁call▁end｜>";
    private static final String BEGIN = "<｜tool▁calls▁begin｜>";
    private static final String END = "<｜tool▁calls▁end｜>";

    private static void check(ToolCallSyntax syntax, String output, String content, Call... calls) {
        ParsedOutput parsed = ParsedOutput.of(syntax, TOOLS, output);
        assertThat(parsed.content()).isEqualTo(content);
        assertThat(parsed.calls()).containsExactly(calls);
        assertThat(ParsedOutput.of(syntax, TOOLS, output.split(""))).isEqualTo(parsed);
    }

    private static String dsml(String text) {
        return text.replace("<D", "<｜DSML｜").replace("</D", "</｜DSML｜");
    }

    @Test
    void v3_fencedArguments_severalCalls() {
        check(
                ToolCallSyntax.DEEPSEEK_V3,
                "Let me see.\n\n" + BEGIN + V3_CALL + "\n" + V3_CALL.replace("sep｜>f", "sep｜>g") + END,
                "Let me see.",
                call("f", "{\"s\": \"a\"}"),
                call("g", "{\"s\": \"a\"}"));
    }

    @Test
    void v31_bareArguments_severalCalls() {
        check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL + V31_CALL + END,
                "",
                call("f", "{\"s\": \"a\"}"),
                call("f", "{\"s\": \"a\"}"));
    }

    @Test
    void v3AndV31_areReadWhicheverTheModelWrites() {
        check(ToolCallSyntax.DEEPSEEK_V3, BEGIN + V31_CALL + END, "", call("f", "{\"s\": \"a\"}"));
        check(ToolCallSyntax.DEEPSEEK_V31, BEGIN + V3_CALL + END, "", call("f", "{\"s\": \"a\"}"));
        // A function of V3.1 that is called function.
        check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL.replace(">f<", ">function<") + END,
                "",
                call("function", "{\"s\": \"a\"}"));
    }

    @Test
    void v3_withoutTheOuterMarkers_isReadToo() {
        check(ToolCallSyntax.DEEPSEEK_V3, "ok " + V3_CALL, "ok ", call("f", "{\"s\": \"a\"}"));
        check(
                ToolCallSyntax.DEEPSEEK_V3,
                BEGIN + "\n" + V3_CALL.replace("```<", "```\n<") + "\n" + END,
                "",
                call("f", "{\"s\": \"a\"}"));
        check(
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
            check(ToolCallSyntax.DEEPSEEK_V31, text, text);
        }
    }

    @Test
    void deepSeek_argumentsThatAreNoJson_areGivenOutAsTheyAre() {
        check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + "<｜tool▁call▁begin｜>f<｜tool▁sep｜>s = 1<｜tool▁call▁end｜>" + END,
                "",
                call("f", "s = 1"));
        check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"s\": \"never closed<｜tool▁call▁end｜>" + V31_CALL,
                "",
                call("f", "{\"s\": \"never closed"),
                call("f", "{\"s\": \"a\"}"));
    }

    @Test
    void deepSeek_aSecondCallThatIsNone_becomesContent_theFirstStays() {
        check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL + "<｜tool▁call▁begin｜>oops<｜tool▁call▁end｜>" + END,
                "<｜tool▁call▁begin｜>oops<｜tool▁call▁end｜>" + END,
                call("f", "{\"s\": \"a\"}"));
    }

    @Test
    void textAfterCalls_staysText_whiteSpaceDoesNot() {
        check(
                ToolCallSyntax.DEEPSEEK_V31,
                BEGIN + V31_CALL + END + "\n\nDone. ",
                "\n\nDone. ",
                call("f", "{\"s\": \"a\"}"));
        check(ToolCallSyntax.DEEPSEEK_V31, "x\n" + BEGIN + V31_CALL + END + " \n", "x", call("f", "{\"s\": \"a\"}"));
        check(
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
                check(syntax, output, "Hi", call("f", arguments), call("f", arguments));
            }
        }
    }

    @Test
    void dsml_withoutParameters_hasAnEmptyObject() {
        check(
                ToolCallSyntax.DSML_V4,
                dsml("<Dtool_calls>\n<Dinvoke name=\"g\">\n</Dinvoke>\n</Dtool_calls>"),
                "",
                call("g", "{}"));
        check(
                ToolCallSyntax.DSML_V4,
                dsml("<Dtool_calls>\n<Dinvoke name=\"g\"/>\n</Dtool_calls>"),
                "",
                call("g", "{}"));
    }

    @Test
    void dsml_oneJsonObjectInPlaceOfParameters_isTaken() {
        check(
                ToolCallSyntax.DSML_V32,
                dsml("<Dfunction_calls>\n<Dinvoke name=\"f\">\n{ \"s\": \"</Dx>\" }\n</Dinvoke>\n</Dfunction_calls>"),
                "",
                call("f", dsml("{ \"s\": \"</Dx>\" }")));
    }

    @Test
    void dsml_parameterThatDoesNotSayWhatItIs_isWhatTheSchemaSays() {
        check(
                ToolCallSyntax.DSML_V4,
                dsml(
                        "<Dtool_calls>\n<Dinvoke name=\"f\">\n<Dparameter name=\"s\">7</Dparameter>\n"
                                + "<Dparameter name=\"n\">7</Dparameter>\n<Dparameter name=\"new\">7</Dparameter>\n</Dinvoke>\n</Dtool_calls>"),
                "",
                call("f", "{\"s\": \"7\", \"n\": 7, \"new\": \"7\"}"));
    }

    @Test
    void dsml_missingEndTags_areForgiven() {
        check(
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
            check(ToolCallSyntax.DSML_V4, dsml(text), dsml(text));
        }
    }

    @Test
    void dsml_cutShort_keepsWhatHasCome() {
        String begun = dsml("<Dtool_calls>\n<Dinvoke name=\"f\">\n<Dparameter name=\"s\" string=\"true\">x");
        check(ToolCallSyntax.DSML_V4, begun, "", call("f", "{\"s\": \"x"));
        check(ToolCallSyntax.DSML_V4, begun + dsml("</Dpara"), "", call("f", "{\"s\": \"x" + dsml("</Dpara")));
        check(
                ToolCallSyntax.DSML_V4,
                begun + dsml("</Dparameter>\n<Dparameter name=\"n"),
                dsml("<Dparameter name=\"n"),
                call("f", "{\"s\": \"x\""));
    }

    @Test
    void hermes_objectOrList_oneOrSeveralBlocks() {
        check(
                ToolCallSyntax.HERMES,
                "Sure.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"</tool_call>\"}}\n</tool_call>\n"
                        + "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>",
                "Sure.",
                call("f", "{\"s\": \"</tool_call>\"}"),
                call("g", "{}"));
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>[{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}}, {\"name\": \"g\"}]</tool_call>",
                "",
                call("f", "{\"s\": \"a\"}"),
                call("g", "{}"));
    }

    @Test
    void hermes_membersInAnyOrder_andOthersBesides() {
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"id\": 5, \"arguments\": {\"s\": [1, {}]}, \"x\": {\"name\": \"no\"}, \"name\": \"f\"}</tool_call>",
                "",
                call("f", "{\"s\": [1, {}]}"));
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"name\": \"f\", \"parameters\": {}}</tool_call>",
                "",
                call("f", "{}"));
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"name\": \"f\", \"arguments\": null}</tool_call>",
                "",
                call("f", "{}"));
    }

    @Test
    void hermes_argumentsInAString_areUnescaped() {
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"s\\\": \\\"\\u4f60 \\ud83d\\ude42 \\\\n\\\"}\"}</tool_call>",
                "",
                call("f", "{\"s\": \"你 🙂 \\n\"}"));
    }

    @Test
    void hermes_bracketsTooManyOrTooFew_doNoHarm() {
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}}}\n</tool_call>",
                "",
                call("f", "{\"s\": \"a\"}"));
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}\n</tool_call>\n<tool_call>{\"name\": \"g\"}",
                "",
                call("f", "{\"s\": \"a\"}"),
                call("g", "{}"));
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"name\": \"f\", \"arguments\": {}}<tool_call>{\"name\": \"g\", \"arguments\": {}}",
                "",
                call("f", "{}"),
                call("g", "{}"));
    }

    @Test
    void hermes_whatIsNoCall_staysText() {
        for (String text : List.of(
                "<tool_call>\nf(1)\n</tool_call>",
                "<tool_call></tool_call>",
                "<tool_call>{}</tool_call>",
                "<tool_call>[]</tool_call>",
                "<tool_call>{\"arguments\": {\"s\": \"a\"}}</tool_call>",
                "<tool_call>{\"name\": 5}</tool_call>",
                "<tool_call>{\"name\": \"",
                "Use <tool_call> tags, <tool",
                "<tool_call>{'name': 'f'}</tool_call>")) {
            check(ToolCallSyntax.HERMES, text, text);
        }
    }

    @Test
    void hermes_secondObjectThatIsNone_becomesContent() {
        check(
                ToolCallSyntax.HERMES,
                "<tool_call>[{\"name\": \"f\"}, {\"nam\": \"g\"}]</tool_call>",
                "{\"nam\": \"g\"}]</tool_call>",
                call("f", "{}"));
    }

    @Test
    void qwenTags_valuesAreWhatTheSchemaSays() {
        check(
                ToolCallSyntax.QWEN_TAGS,
                """
                I will look.

                <tool_call>
                <function=f>
                <parameter=s>
                a "b"
                <c>

                </parameter>
                <parameter=n>
                5
                </parameter>
                <parameter=o>
                {"k": [1, 2]}
                </parameter>
                </function>
                </tool_call>
                <tool_call>
                <function=g>
                </function>
                </tool_call>""",
                "I will look.",
                call("f", "{\"s\": \"a \\\"b\\\"\\n<c>\\n\", \"n\": 5, \"o\": {\"k\": [1, 2]}}"),
                call("g", "{}"));
    }

    @Test
    void qwenTags_valuesThatDoNotFit() {
        String call = "<tool_call><function=f><parameter=%s>%s</parameter></function></tool_call>";
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "five"), "", call("f", "{\"n\": \"five\"}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "True"), "", call("f", "{\"n\": true}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "+5"), "", call("f", "{\"n\": 5}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "1 2"), "", call("f", "{\"n\": \"1 2\"}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("o", "{'a': 1}"), "", call("f", "{\"o\": \"{'a': 1}\"}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("new", "7"), "", call("f", "{\"new\": \"7\"}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", ""), "", call("f", "{\"s\": \"\"}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", "\n\n\n"), "", call("f", "{\"s\": \"\\n\"}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", "\nNull\n"), "", call("f", "{\"s\": null}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", "nullable"), "", call("f", "{\"s\": \"nullable\"}"));
        check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", "null\nx"), "", call("f", "{\"s\": \"null\\nx\"}"));
    }

    @Test
    void qwenTags_missingTags_areForgiven() {
        check(
                ToolCallSyntax.QWEN_TAGS,
                "<function=f>\n<parameter=s>\na\n<parameter=n>\n5\n</function>",
                "",
                call("f", "{\"s\": \"a\", \"n\": 5}"));
        check(ToolCallSyntax.QWEN_TAGS, "<tool_call>\n<function=f>\n<parameter=s>\nab", "", call("f", "{\"s\": \"ab"));
        check(ToolCallSyntax.QWEN_TAGS, "<tool_call>\n<function=f>\n<parameter=s", "<parameter=s", call("f", ""));
        check(ToolCallSyntax.QWEN_TAGS, "<tool_call>\n<function=", "<tool_call>\n<function=");
        check(ToolCallSyntax.HERMES, "<function=f>", "<function=f>");
    }

    @Test
    void llama_bareJson_isACallOnlyAtTheStart_andOfAKnownTool() {
        check(
                ToolCallSyntax.LLAMA3,
                " \n{\"name\": \"f\", \"parameters\": {\"s\": \"a\"}}\n",
                "",
                call("f", "{\"s\": \"a\"}"));
        check(
                ToolCallSyntax.LLAMA3,
                "{\"type\": \"function\", \"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\", \"arguments\": {}}",
                "",
                call("f", "{}"),
                call("g", "{}"));
        for (String text : List.of(
                "{\"name\": \"h\", \"parameters\": {}}",
                "{\"name\": \"f\", \"age\": 5}",
                "{\"name\": \"f\"}",
                "{\"a\": {\"name\": \"f\", \"parameters\": {}}}",
                "It is {\"name\": \"f\", \"parameters\": {}}",
                "{x}",
                "{",
                " \n ")) {
            check(ToolCallSyntax.LLAMA3, text, text);
        }
    }

    @Test
    void llama_pythonTag_announcesJson_andOtherTextStaysText() {
        check(ToolCallSyntax.LLAMA3, "ok <|python_tag|>{\"name\": \"f\", \"parameters\": {}}", "ok ", call("f", "{}"));
        check(ToolCallSyntax.LLAMA3, "<|python_tag|>print(1)", "<|python_tag|>print(1)");
    }

    @Test
    void mistral_listAndNames_areReadWhicheverTheModelWrites() {
        for (ToolCallSyntax syntax :
                List.of(ToolCallSyntax.MISTRAL_LIST, ToolCallSyntax.MISTRAL, ToolCallSyntax.MISTRAL_ID)) {
            check(
                    syntax,
                    "Hi[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {\"s\": \"]\"}, \"id\": \"abcdefghi\"}, {\"name\": \"g\", \"arguments\": {}}]",
                    "Hi",
                    call("f", "{\"s\": \"]\"}"),
                    call("g", "{}"));
            check(
                    syntax,
                    "[TOOL_CALLS]f[ARGS]{\"s\": \"[TOOL_CALLS]\"}[TOOL_CALLS]g[CALL_ID]123456789[ARGS]{}",
                    "",
                    call("f", "{\"s\": \"[TOOL_CALLS]\"}"),
                    call("g", "{}"));
            check(syntax, "[TOOL_CALLS]g{\"n\": 1}", "", call("g", "{\"n\": 1}"));
        }
        for (String text :
                List.of("[TOOL_CALLS]", "[TOOL_CALLS] is\na marker", "[TOOL_CALLS][5]", "[TOOL_CALLS][ARGS]{}")) {
            check(ToolCallSyntax.MISTRAL, text, text);
        }
    }

    @ParameterizedTest
    @EnumSource(ToolCallSyntax.class)
    void textWithoutMarkers_passesAtOnce(ToolCallSyntax syntax) {
        OutputSplitter splitter = new OutputSplitter(OutputStart.PLAIN, syntax, TOOLS);
        List<Piece> pieces = new ArrayList<>();
        for (String token : List.of("The", " answer", " is", " 4", ".\n", "\n", "Bye")) {
            pieces.addAll(splitter.feed(token));
        }
        // Only a line break waits: calls may follow it.
        assertThat(pieces).extracting(Piece::text).containsExactly("The", " answer", " is", " 4", ".", "\n\nBye");
        assertThat(splitter.finish()).isEmpty();
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
    void longString_comesInPieces_inTagsToo() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.PLAIN, ToolCallSyntax.QWEN_TAGS, TOOLS);
        splitter.feed("<tool_call>\n<function=f>\n<parameter=s>\n");
        assertThat(splitter.feed("one \"")).containsExactly(new Piece(Kind.CALL_ARGUMENTS, "\"one \\\"", 0));
        assertThat(splitter.feed("two\n")).containsExactly(new Piece(Kind.CALL_ARGUMENTS, "two", 0));
        assertThat(splitter.feed("</parameter>")).containsExactly(new Piece(Kind.CALL_ARGUMENTS, "\"", 0));
    }

    @Test
    void reasoning_comesBeforeCalls_andMarkersInItAreText() {
        String call = "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>";
        ParsedOutput parsed = ParsedOutput.of(
                OutputStart.REASONING, ToolCallSyntax.HERMES, TOOLS, List.of("hm " + call + "</think>\n\n" + call));
        assertThat(parsed).isEqualTo(new ParsedOutput("hm " + call, "", List.of(call("g", "{}"))));
        ParsedOutput detected = ParsedOutput.of(
                OutputStart.DETECT, ToolCallSyntax.HERMES, TOOLS, List.of("<think>\nhm\n</think>\n\n" + call));
        assertThat(detected).isEqualTo(new ParsedOutput("hm", "", List.of(call("g", "{}"))));
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
    void thinkTagsInsideArguments_arePartOfThem() {
        check(
                ToolCallSyntax.HERMES,
                "a</think>b<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"<think>x</think>\"}}</tool_call>c</think>d",
                "abcd",
                call("f", "{\"s\": \"<think>x</think>\"}"));
    }

    @Test
    void aRequestWithoutTools_readsNoCalls() {
        String text = BEGIN + V31_CALL + END + "\n";
        assertThat(ParsedOutput.of(OutputStart.PLAIN, null, List.of(), List.of(text)))
                .isEqualTo(new ParsedOutput("", text, List.of()));
    }

    @Test
    void anEndlessBlockWithoutAName_isGivenOutInTime() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.PLAIN, ToolCallSyntax.HERMES, TOOLS);
        splitter.feed("<tool_call>{\"arguments\": \"");
        int given = 0;
        for (int i = 0; i < 200; i++) {
            given += splitter.feed("x".repeat(1_000)).stream()
                    .mapToInt(piece -> piece.text().length())
                    .sum();
        }
        assertThat(given).isGreaterThan(100_000);
    }
}
