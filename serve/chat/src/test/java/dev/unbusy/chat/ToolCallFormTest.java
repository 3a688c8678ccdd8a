package dev.unbusy.chat;

import static dev.unbusy.chat.ParsedOutput.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.chat.ParsedOutput.Call;
import dev.unbusy.chat.TextShape.Choice;
import dev.unbusy.chat.TextShape.Json;
import dev.unbusy.chat.TextShape.Literal;
import dev.unbusy.chat.TextShape.Repeat;
import dev.unbusy.chat.TextShape.Sequence;
import dev.unbusy.chat.TextShape.Until;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What calls must look like, and that what looks like it is read as calls. */
class ToolCallFormTest {
    private static final List<Tool> TOOLS = Tool.listOf(TestSetup.messages(RandomCalls.TOOLS));

    /** Writes a text of a shape, as a model would under the grammar. */
    private record Writer(Random random) {
        String write(TextShape shape) {
            return switch (shape) {
                case Literal literal -> literal.text();
                case Json json -> PythonJson.write(value(json.schema()));
                case Until until -> random.nextBoolean() ? "x <y" : "7";
                case Sequence sequence ->
                    String.join("", sequence.parts().stream().map(this::write).toList());
                case Choice choice ->
                    write(choice.options().get(random.nextInt(choice.options().size())));
                case Repeat repeat -> {
                    int most = Math.min(repeat.most(), repeat.least() + 2);
                    int times = repeat.least() + random.nextInt(most - repeat.least() + 1);
                    StringBuilder text = new StringBuilder();
                    for (int i = 0; i < times; i++) {
                        text.append(i == 0 ? "" : repeat.separator()).append(write(repeat.item()));
                    }
                    yield text.toString();
                }
            };
        }

        private Object value(Object schema) {
            if (!(schema instanceof Map<?, ?> map)) {
                return List.of(1, "a");
            }
            return switch (String.valueOf(map.get("type"))) {
                case "integer" -> random.nextInt();
                case "number" -> random.nextInt(100) / 4.0;
                case "boolean" -> random.nextBoolean();
                case "array" -> List.of("a", 1);
                case "string" -> "s\"\n";
                default -> Map.of("where", "x\n\"", "more", Map.of("k", List.of(1)));
            };
        }
    }

    @ParameterizedTest
    @EnumSource(ToolCallSyntax.class)
    void whatHasTheForm_isReadAsCallsAndNothingElse(ToolCallSyntax syntax) throws Exception {
        Writer writer = new Writer(new Random(7));
        int several = 0;
        for (int i = 0; i < 200; i++) {
            ToolCallForm form = syntax.form(TOOLS, true);
            String text = form.lead() + writer.write(form.calls());
            ParsedOutput parsed =
                    ParsedOutput.of(OutputStart.CONTENT, syntax, TOOLS, ParsedOutput.cut(text, writer.random()));
            assertThat(parsed.content()).as(text).isEmpty();
            assertThat(parsed.calls()).as(text).isNotEmpty();
            for (Call call : parsed.calls()) {
                assertThat(call.name()).as(text).isIn("look", "get_it-2");
                assertThat(TestSetup.JSON.readTree(call.arguments()).isObject())
                        .as(text)
                        .isTrue();
            }
            several += parsed.calls().size() > 1 ? 1 : 0;
        }
        assertThat(several > 0).isEqualTo(syntax != ToolCallSyntax.LLAMA3);
    }

    @ParameterizedTest
    @EnumSource(ToolCallSyntax.class)
    void calls_beginWithEachTrigger_andATriggerOpensThemInFreeText(ToolCallSyntax syntax) {
        Writer writer = new Writer(new Random(8));
        ToolCallForm form = syntax.form(TOOLS, true);
        for (int i = 0; i < 50; i++) {
            String calls = writer.write(form.calls());
            assertThat(form.triggers()).anyMatch(calls::startsWith);
            String before = form.triggersAtStartOnly() ? "\n" : "Let me see.\n";
            ParsedOutput parsed = ParsedOutput.of(syntax, TOOLS, before + calls);
            assertThat(parsed.content()).isEqualTo(before.strip());
            assertThat(parsed.calls()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(ToolCallSyntax.class)
    void oneCallAtMost_ifNotParallel(ToolCallSyntax syntax) {
        Writer writer = new Writer(new Random(9));
        for (int i = 0; i < 50; i++) {
            ToolCallForm form = syntax.form(List.of(TOOLS.getFirst()), false);
            assertThat(ParsedOutput.of(syntax, TOOLS, writer.write(form.calls()))
                            .calls())
                    .extracting(Call::name)
                    .containsExactly("look");
        }
    }

    /** What templates write of earlier calls is what is demanded of new ones. */
    @ParameterizedTest
    @EnumSource(ToolCallSyntax.class)
    void theFormsText_isThatOfTheTemplates(ToolCallSyntax syntax) {
        List<Tool> tool = Tool.listOf(TestSetup.messages("""
                [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties":
                   {"times": {"const": 3, "type": "integer"}}, "required": ["times"]}}}]"""));
        StringBuilder text = new StringBuilder();
        plain(syntax.form(tool, false).calls(), text);
        String written = RandomCalls.write(syntax, List.of(new Call("look", "{\"times\": 3}")));
        assertThat(syntax.form(tool, false).lead() + text)
                .isEqualTo(
                        syntax == ToolCallSyntax.HERMES || syntax == ToolCallSyntax.QWEN_TAGS
                                ? written.strip()
                                : written);
    }

    private static void plain(TextShape shape, StringBuilder text) {
        switch (shape) {
            case Literal literal -> text.append(literal.text());
            case Json json -> text.append(json.schema().toString().contains("properties") ? "{\"times\": 3}" : "3");
            case Until until -> text.append("abc012XYZ");
            case Sequence sequence -> sequence.parts().forEach(part -> plain(part, text));
            case Choice choice -> plain(choice.options().getFirst(), text);
            case Repeat repeat -> plain(repeat.item(), text);
        }
    }

    private static TextShape parameters(String schema) {
        Tool tool = Tool.listOf(TestSetup.messages(
                        "[{\"type\": \"function\", \"function\": {\"name\": \"f\", \"parameters\": " + schema + "}}]"))
                .getFirst();
        return ParameterShapes.of(tool, new ParameterShapes.Style("<", ":t>", ":j>", "</>"));
    }

    @Test
    void parameters_areThoseOfTheSchema_optionalOnesOrNot() {
        TextShape shape = parameters("""
                {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"},
                   "c": {"enum": ["x", "y"]}, "d": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
                 "required": ["a"]}""");
        assertThat(shape)
                .isEqualTo(new Sequence(List.of(
                        new Sequence(List.of(new Literal("<a:t>"), new Until("</>"), new Literal("</>"))),
                        optional(new Literal("<b:j>"), new Json(Map.of("type", "integer")), new Literal("</>")),
                        optional(
                                new Literal("<c:t>"),
                                new Choice(List.of(new Literal("x"), new Literal("y"))),
                                new Literal("</>")),
                        new Repeat(
                                new Choice(List.of(
                                        new Sequence(
                                                List.of(new Literal("<d:t>"), new Until("</>"), new Literal("</>"))),
                                        new Sequence(List.of(
                                                new Literal("<d:j>"),
                                                new Json(Map.of(
                                                        "anyOf",
                                                        List.of(Map.of("type", "string"), Map.of("type", "null")))),
                                                new Literal("</>"))))),
                                "",
                                0,
                                1))));
    }

    private static Repeat optional(TextShape... parts) {
        return new Repeat(new Sequence(List.of(parts)), "", 0, 1);
    }

    @Test
    void parameters_ofAFunctionWithoutAny_areNone_ofAFreeOneWhatever() {
        assertThat(parameters("{\"type\": \"object\", \"properties\": {}}")).isEqualTo(new Sequence(List.of()));
        assertThat(parameters("{\"type\": \"object\", \"additionalProperties\": false}"))
                .isEqualTo(new Sequence(List.of()));
        assertThat(parameters("{\"type\": \"object\"}")).isInstanceOf(Repeat.class);
        assertThat(parameters("{\"type\": \"object\", \"properties\": {}, \"additionalProperties\": true}"))
                .isInstanceOf(Repeat.class);
    }

    @Test
    void references_stillResolveInAParametersOwnDocument() {
        TextShape shape = parameters("""
                {"type": "object", "properties": {"a/b": {"$ref": "#/$defs/node"}, "t": {"$ref": "#/$defs/text"}},
                 "required": ["a/b", "t"], "$defs": {"text": {"type": "string"},
                   "node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "all": {"$ref": "#"}}}}}""");
        assertThat(shape).isInstanceOfSatisfying(Sequence.class, sequence -> {
            Map<?, ?> document = (Map<?, ?>)
                    ((Json) ((Sequence) sequence.parts().getFirst()).parts().get(1)).schema();
            assertThat(document.get("$ref")).isEqualTo("#/$defs/function/properties/a~1b");
            @SuppressWarnings("unchecked") // as parsed from JSON
            Map<String, Object> root = (Map<String, Object>) document;
            Object parameter = JsonPointer.resolve("#/$defs/function/properties/a~1b", root);
            assertThat(parameter).isEqualTo(Map.of("$ref", "#/$defs/function/$defs/node"));
            Object node = JsonPointer.resolve("#/$defs/function/$defs/node", root);
            assertThat(String.valueOf(node))
                    .contains("next={$ref=#/$defs/function/$defs/node}", "all={$ref=#/$defs/function}");
            // A reference to a string is a string.
            assertThat(((Sequence) sequence.parts().get(1)).parts().get(1)).isEqualTo(new Until("</>"));
        });
    }

    @Test
    void form_withoutTools_isAMistake() {
        assertThatThrownBy(() -> ToolCallSyntax.HERMES.form(List.of(), true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aToolWithFreeArguments_keepsOnlyItsName() {
        Tool free = TOOLS.getFirst().withFreeArguments();
        assertThat(free).isEqualTo(new Tool("look", Map.of("type", "object"), false));
        assertThat(ParsedOutput.of(
                                ToolCallSyntax.DSML_V4,
                                List.of(free),
                                new Writer(new Random(1))
                                        .write(ToolCallSyntax.DSML_V4
                                                .form(List.of(free), false)
                                                .calls()))
                        .calls())
                .extracting(Call::name)
                .containsExactly(call("look", "").name());
    }
}
