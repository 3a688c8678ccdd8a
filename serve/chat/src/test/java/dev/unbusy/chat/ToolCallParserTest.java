package dev.unbusy.chat;

import static dev.unbusy.chat.ParsedOutput.TOOLS;
import static dev.unbusy.chat.ParsedOutput.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the other conventions' calls become, well written and not. */
class ToolCallParserTest {
    @Test
    void hermes_objectOrList_oneOrSeveralBlocks() {
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "Sure.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"</tool_call>\"}}\n</tool_call>\n"
                        + "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>",
                "Sure.",
                call("f", "{\"s\": \"</tool_call>\"}"),
                call("g", "{}"));
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>[{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}}, {\"name\": \"g\"}]</tool_call>",
                "",
                call("f", "{\"s\": \"a\"}"),
                call("g", "{}"));
    }

    @Test
    void hermes_membersInAnyOrder_andOthersBesides() {
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"id\": 5, \"arguments\": {\"s\": [1, {}]}, \"x\": {\"name\": \"no\"}, \"name\": \"f\"}</tool_call>",
                "",
                call("f", "{\"s\": [1, {}]}"));
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"name\": \"f\", \"parameters\": {}}</tool_call>",
                "",
                call("f", "{}"));
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"name\": \"f\", \"arguments\": null}</tool_call>",
                "",
                call("f", "{}"));
    }

    @Test
    void hermes_argumentsInAString_areUnescaped() {
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"s\\\": \\\"\\u4f60 \\ud83d\\ude42 \\\\n\\\"}\"}</tool_call>",
                "",
                call("f", "{\"s\": \"你 🙂 \\n\"}"));
    }

    @Test
    void hermes_bracketsTooManyOrTooFew_doNoHarm() {
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}}}\n</tool_call>",
                "",
                call("f", "{\"s\": \"a\"}"));
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}\n</tool_call>\n<tool_call>{\"name\": \"g\"}",
                "",
                call("f", "{\"s\": \"a\"}"),
                call("g", "{}"));
        ParsedOutput.check(
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
                "<tool_call>[]and so on",
                "<tool_call>{\"arguments\": {\"s\": \"a\"}}</tool_call>",
                "<tool_call>{\"name\": 5}</tool_call>",
                "<tool_call>{\"name\": \"",
                "Use <tool_call> tags, <tool",
                "<tool_call>{'name': 'f'}</tool_call>")) {
            ParsedOutput.check(ToolCallSyntax.HERMES, text, text);
        }
    }

    @Test
    void hermes_secondObjectThatIsNone_becomesContent() {
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "<tool_call>[{\"name\": \"f\"}, {\"nam\": \"g\"}]</tool_call>",
                "{\"nam\": \"g\"}]</tool_call>",
                call("f", "{}"));
    }

    @Test
    void qwenTags_valuesAreWhatTheSchemaSays() {
        ParsedOutput.check(
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
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "five"), "", call("f", "{\"n\": \"five\"}"));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "True"), "", call("f", "{\"n\": true}"));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "+5"), "", call("f", "{\"n\": 5}"));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("n", "1 2"), "", call("f", "{\"n\": \"1 2\"}"));
        ParsedOutput.check(
                ToolCallSyntax.QWEN_TAGS, call.formatted("o", "{'a': 1}"), "", call("f", "{\"o\": \"{'a': 1}\"}"));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("new", "7"), "", call("f", "{\"new\": \"7\"}"));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", ""), "", call("f", "{\"s\": \"\"}"));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", "\n\n\n"), "", call("f", "{\"s\": \"\\n\"}"));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, call.formatted("s", "\nNull\n"), "", call("f", "{\"s\": null}"));
        ParsedOutput.check(
                ToolCallSyntax.QWEN_TAGS, call.formatted("s", "nullable"), "", call("f", "{\"s\": \"nullable\"}"));
        ParsedOutput.check(
                ToolCallSyntax.QWEN_TAGS, call.formatted("s", "null\nx"), "", call("f", "{\"s\": \"null\\nx\"}"));
    }

    @Test
    void qwenTags_missingTags_areForgiven() {
        ParsedOutput.check(
                ToolCallSyntax.QWEN_TAGS,
                "<function=f>\n<parameter=s>\na\n<parameter=n>\n5\n</function>",
                "",
                call("f", "{\"s\": \"a\", \"n\": 5}"));
        ParsedOutput.check(
                ToolCallSyntax.QWEN_TAGS,
                "<tool_call>\n<function=f>\n<parameter=s>\nab",
                "",
                call("f", "{\"s\": \"ab"));
        ParsedOutput.check(
                ToolCallSyntax.QWEN_TAGS, "<tool_call>\n<function=f>\n<parameter=s", "<parameter=s", call("f", ""));
        ParsedOutput.check(ToolCallSyntax.QWEN_TAGS, "<tool_call>\n<function=", "<tool_call>\n<function=");
        ParsedOutput.check(ToolCallSyntax.HERMES, "<function=f>", "<function=f>");
    }

    @Test
    void llama_bareJson_isACallOnlyAtTheStart_andOfAKnownTool() {
        ParsedOutput.check(
                ToolCallSyntax.LLAMA3,
                " \n{\"name\": \"f\", \"parameters\": {\"s\": \"a\"}}\n",
                "",
                call("f", "{\"s\": \"a\"}"));
        ParsedOutput.check(
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
            ParsedOutput.check(ToolCallSyntax.LLAMA3, text, text);
        }
    }

    @Test
    void llama_pythonTag_announcesJson_andOtherTextStaysText() {
        ParsedOutput.check(
                ToolCallSyntax.LLAMA3,
                "ok <|python_tag|>{\"name\": \"f\", \"parameters\": {}}",
                "ok ",
                call("f", "{}"));
        ParsedOutput.check(ToolCallSyntax.LLAMA3, "<|python_tag|>print(1)", "<|python_tag|>print(1)");
    }

    @Test
    void mistral_listAndNames_areReadWhicheverTheModelWrites() {
        for (ToolCallSyntax syntax :
                List.of(ToolCallSyntax.MISTRAL_LIST, ToolCallSyntax.MISTRAL, ToolCallSyntax.MISTRAL_ID)) {
            ParsedOutput.check(
                    syntax,
                    "Hi[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {\"s\": \"]\"}, \"id\": \"abcdefghi\"}, {\"name\": \"g\", \"arguments\": {}}]",
                    "Hi",
                    call("f", "{\"s\": \"]\"}"),
                    call("g", "{}"));
            ParsedOutput.check(
                    syntax,
                    "[TOOL_CALLS]f[ARGS]{\"s\": \"[TOOL_CALLS]\"}[TOOL_CALLS]g[CALL_ID]123456789[ARGS]{}",
                    "",
                    call("f", "{\"s\": \"[TOOL_CALLS]\"}"),
                    call("g", "{}"));
            ParsedOutput.check(syntax, "[TOOL_CALLS]g{\"n\": 1}", "", call("g", "{\"n\": 1}"));
        }
        for (String text :
                List.of("[TOOL_CALLS]", "[TOOL_CALLS] is\na marker", "[TOOL_CALLS][5]", "[TOOL_CALLS][ARGS]{}")) {
            ParsedOutput.check(ToolCallSyntax.MISTRAL, text, text);
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
    void thinkTagsInsideArguments_arePartOfThem() {
        ParsedOutput.check(
                ToolCallSyntax.HERMES,
                "a</think>b<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"<think>x</think>\"}}</tool_call>c</think>d",
                "abcd",
                call("f", "{\"s\": \"<think>x</think>\"}"));
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
