package dev.unbusy.chat;

import dev.unbusy.chat.DeepSeekText.Tags;
import dev.unbusy.chat.TextShape.Choice;
import dev.unbusy.chat.TextShape.Json;
import dev.unbusy.chat.TextShape.Literal;
import dev.unbusy.chat.TextShape.Repeat;
import dev.unbusy.chat.TextShape.Sequence;
import dev.unbusy.chat.TextShape.Until;
import java.util.List;
import java.util.function.Function;

/** What calls look like in each convention, as each model's authors have their own templates write them. */
final class ToolCallForms {
    private ToolCallForms() {}

    static ToolCallForm of(ToolCallSyntax syntax, List<Tool> tools, boolean parallel) {
        int most = parallel ? Integer.MAX_VALUE : 1;
        return switch (syntax) {
            case DEEPSEEK_V3 ->
                block(
                        "",
                        DeepSeekCallParser.CALLS,
                        calls(
                                tools,
                                DeepSeekCallParser.CALL + "function" + DeepSeekCallParser.SEPARATOR,
                                "\n```json\n",
                                "\n```" + DeepSeekCallParser.CALL_END,
                                "\n",
                                most),
                        DeepSeekCallParser.CALLS_END);
            case DEEPSEEK_V31 ->
                block(
                        "",
                        DeepSeekCallParser.CALLS,
                        calls(
                                tools,
                                DeepSeekCallParser.CALL,
                                DeepSeekCallParser.SEPARATOR,
                                DeepSeekCallParser.CALL_END,
                                "",
                                most),
                        DeepSeekCallParser.CALLS_END);
            case DSML_V32 -> dsml(DeepSeekV32Format.TAGS, tools, most);
            case DSML_V4 -> dsml(DeepSeekV4Format.TAGS, tools, most);
            case DSML_V41 -> dsml(DeepSeekV41Format.TAGS, tools, most);
            case HERMES ->
                free(
                        TaggedCallParser.OPEN,
                        calls(
                                tools,
                                TaggedCallParser.OPEN + "\n{\"name\": \"",
                                "\", \"arguments\": ",
                                "}\n" + TaggedCallParser.CLOSE,
                                "\n",
                                most));
            case QWEN_TAGS ->
                free(TaggedCallParser.OPEN, new Repeat(choice(tools, ToolCallForms::qwenCall), "\n", 1, most));
            case LLAMA3 -> {
                String begin = "{\"name\": \"";
                yield new ToolCallForm(
                        "", List.of(begin), true, calls(tools, begin, "\", \"parameters\": ", "}", "", 1));
            }
            case MISTRAL_LIST ->
                block(
                        "",
                        MistralCallParser.CALLS,
                        sequence(
                                new Literal("["),
                                calls(tools, "{\"name\": \"", "\", \"arguments\": ", "}", ", ", most)),
                        "]");
            case MISTRAL ->
                free(
                        MistralCallParser.CALLS,
                        calls(tools, MistralCallParser.CALLS, MistralCallParser.ARGUMENTS, "", "", most));
            case MISTRAL_ID ->
                free(MistralCallParser.CALLS, new Repeat(choice(tools, ToolCallForms::mistralCallWithId), "", 1, most));
        };
    }

    /** Calls that are announced by a marker of their own. */
    private static ToolCallForm block(String lead, String open, TextShape calls, String close) {
        return new ToolCallForm(lead, List.of(open), false, sequence(new Literal(open), calls, new Literal(close)));
    }

    /** Calls each of which begins with the trigger. */
    private static ToolCallForm free(String trigger, TextShape calls) {
        return new ToolCallForm("", List.of(trigger), false, calls);
    }

    /** Calls with the arguments in one JSON object. */
    private static Repeat calls(
            List<Tool> tools, String before, String between, String after, String separator, int most) {
        TextShape call = choice(
                tools,
                tool -> sequence(
                        new Literal(before + tool.name() + between), new Json(tool.parameters()), new Literal(after)));
        return new Repeat(call, separator, 1, most);
    }

    private static TextShape choice(List<Tool> tools, Function<Tool, TextShape> call) {
        return tools.size() == 1
                ? call.apply(tools.getFirst())
                : new Choice(tools.stream().map(call).toList());
    }

    private static ToolCallForm dsml(Tags tags, List<Tool> tools, int most) {
        String open = tags.open(tags.calls()) + ">";
        TextShape calls = new Repeat(choice(tools, tool -> dsmlCall(tags, tool)), "\n", 1, most);
        return new ToolCallForm(
                "\n\n",
                List.of(open),
                false,
                sequence(new Literal(open + "\n"), calls, new Literal("\n" + tags.close(tags.calls()))));
    }

    private static TextShape dsmlCall(Tags tags, Tool tool) {
        String open = tags.open(tags.parameter()) + " name=\"";
        String close = tags.close(tags.parameter()) + "\n";
        return sequence(
                new Literal(tags.open(tags.invoke()) + " name=\"" + tool.name() + "\">\n"),
                ParameterShapes.of(
                        tool, new ParameterShapes.Style(open, "\" string=\"true\">", "\" string=\"false\">", close)),
                new Literal(tags.close(tags.invoke())));
    }

    private static TextShape qwenCall(Tool tool) {
        return sequence(
                new Literal(TaggedCallParser.OPEN + "\n" + TaggedParameters.FUNCTION + tool.name() + ">\n"),
                ParameterShapes.of(tool, new ParameterShapes.Style("<parameter=", ">\n", ">\n", "\n</parameter>\n")),
                new Literal("</function>\n" + TaggedCallParser.CLOSE));
    }

    private static TextShape mistralCallWithId(Tool tool) {
        return sequence(
                new Literal(MistralCallParser.CALLS + tool.name() + MistralCallParser.CALL_ID),
                new Until(MistralCallParser.ARGUMENTS),
                new Literal(MistralCallParser.ARGUMENTS),
                new Json(tool.parameters()));
    }

    static Sequence sequence(TextShape... parts) {
        return new Sequence(List.of(parts));
    }
}
