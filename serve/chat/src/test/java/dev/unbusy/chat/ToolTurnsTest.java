package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations with tools, for templates that need help with them. */
class ToolTurnsTest {
    private static final String BOS = "<｜begin▁of▁sentence｜>";
    private static final String EOS = "<｜end▁of▁sentence｜>";
    private static final String TOOLS = """
            [{"type": "function", "function": {"name": "look", "description": "looks", "parameters":
               {"type": "object", "properties": {"where": {"type": "string"}}}}}]""";
    private static final String ASK = "{\"role\": \"user\", \"content\": \"What is it?\"}";

    private static String calls(String content, String... ids) {
        StringBuilder calls = new StringBuilder();
        for (String id : ids) {
            calls.append(calls.isEmpty() ? "" : ", ")
                    .append("{\"id\": \"")
                    .append(id)
                    .append(
                            "\", \"type\": \"function\", \"function\": {\"name\": \"look\", \"arguments\": \"{\\\"where\\\": \\\"")
                    .append(id)
                    .append("\\\"}\"}}");
        }
        return "{\"role\": \"assistant\", \"content\": " + content + ", \"tool_calls\": [" + calls + "]}";
    }

    private static String result(String id) {
        return "{\"role\": \"tool\", \"tool_call_id\": \"" + id + "\", \"content\": \"seen " + id + "\"}";
    }

    private static JinjaFormat format(String template) {
        boolean deepSeek = template.contains("DeepSeek");
        String source = TestSetup.template(template);
        return JinjaFormat.of(
                new ModelTexts("llama", source, deepSeek ? BOS : "<s>", deepSeek ? EOS : "</s>", template), source);
    }

    private static RenderedPrompt render(JinjaFormat format, boolean tools, String... messages) {
        PromptInput input =
                PromptInput.of(TestSetup.messages("[" + String.join(", ", messages) + "]"), LocalDate.EPOCH);
        return format.render(tools ? input.withTools(TestSetup.messages(TOOLS)) : input);
    }

    @Test
    void v31_showsToolsAsItsModelCardSays_behindTheSystemText() {
        String section = """
                ## Tools
                You have access to the following tools:

                ### look
                Description: looks

                Parameters: {"type": "object", "properties": {"where": {"type": "string"}}}

                IMPORTANT: ALWAYS adhere to this exact format for tool use:
                <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments<｜tool▁call▁end｜>{{additional_tool_calls}}<｜tool▁calls▁end｜>

                Where:

                - `tool_call_name` must be an exact match to one of the available tools
                - `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema
                - For multiple tool calls, chain them directly without separators or spaces
                """;
        JinjaFormat format = format("deepseek-ai-DeepSeek-V3.1");
        String system = "{\"role\": \"system\", \"content\": \"Be brief.\"}";
        assertThat(render(format, true, system, ASK).text())
                .isEqualTo(BOS + "Be brief.\n\n" + section + "<｜User｜>What is it?<｜Assistant｜><think>");
        assertThat(render(format, true, ASK).text()).startsWith(BOS + section + "<｜User｜>");
        assertThat(render(format, false, ASK).text()).doesNotContain("## Tools");
    }

    @Test
    void v31_callsAndResultsOfSeveralRounds() {
        String prompt = render(
                        format("deepseek-ai-DeepSeek-V3.1"),
                        false,
                        ASK,
                        calls("null", "a", "b"),
                        result("a"),
                        result("b"),
                        calls("\"\"", "c"),
                        result("c"))
                .text();
        assertThat(prompt)
                .isEqualTo(BOS + "<｜User｜>What is it?<｜Assistant｜><think></think><｜tool▁calls▁begin｜>"
                        + "<｜tool▁call▁begin｜>look<｜tool▁sep｜>{\"where\": \"a\"}<｜tool▁call▁end｜>"
                        + "<｜tool▁call▁begin｜>look<｜tool▁sep｜>{\"where\": \"b\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
                        + EOS
                        + "<｜tool▁output▁begin｜>seen a<｜tool▁output▁end｜><｜tool▁output▁begin｜>seen b<｜tool▁output▁end｜>"
                        + "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>look<｜tool▁sep｜>{\"where\": \"c\"}<｜tool▁call▁end｜>"
                        + "<｜tool▁calls▁end｜>" + EOS + "<｜tool▁output▁begin｜>seen c<｜tool▁output▁end｜>");
    }

    private static String r1Call(String where) {
        return "<｜tool▁call▁begin｜>function<｜tool▁sep｜>look\n```json\n{\"where\": \"" + where
                + "\"}\n```<｜tool▁call▁end｜>";
    }

    @ParameterizedTest
    @ValueSource(strings = {"deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "deepseek-ai-DeepSeek-R1-Distill-Llama-8B"})
    void r1_opensAndClosesEveryRound_whichItsTemplateForgets(String template) {
        JinjaFormat format = format(template);
        RenderedPrompt prompt = render(
                format,
                false,
                "{\"role\": \"system\", \"content\": \"Be brief.\"}",
                ASK,
                calls("\"\"", "a", "b"),
                result("a"),
                result("b"),
                calls("\"Once more.\"", "c"),
                result("c"));
        assertThat(prompt.text())
                .isEqualTo(BOS + "Be brief.<｜User｜>What is it?<｜Assistant｜><｜tool▁calls▁begin｜>" + r1Call("a") + "\n"
                        + r1Call("b") + "<｜tool▁calls▁end｜>" + EOS
                        + "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>seen a<｜tool▁output▁end｜>"
                        + "\n<｜tool▁output▁begin｜>seen b<｜tool▁output▁end｜><｜tool▁outputs▁end｜>"
                        + "Once more.<｜tool▁calls▁begin｜>" + r1Call("c") + "<｜tool▁calls▁end｜>" + EOS
                        + "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>seen c<｜tool▁output▁end｜><｜tool▁outputs▁end｜>");
        assertThat(prompt.startsWithBos()).isTrue();
        assertThat(prompt.outputStart()).isEqualTo(OutputStart.DETECT);
        RenderedPrompt next = render(
                format,
                false,
                ASK,
                calls("null", "a"),
                result("a"),
                "{\"role\": \"assistant\", \"content\": \"A bird.\"}",
                ASK);
        assertThat(next.text())
                .isEqualTo(BOS + "<｜User｜>What is it?<｜Assistant｜><｜tool▁calls▁begin｜>" + r1Call("a")
                        + "<｜tool▁calls▁end｜>"
                        + EOS
                        + "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>seen a<｜tool▁output▁end｜><｜tool▁outputs▁end｜>A bird."
                        + EOS + "<｜User｜>What is it?<｜Assistant｜><think>\n");
        assertThat(next.outputStart()).isEqualTo(OutputStart.REASONING);
    }

    /** Where the published template is well formed, in a first round of two calls and their results, it says the same. */
    @Test
    void r1_firstRound_equalsThePublishedTemplate() {
        String template = "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B";
        String[] messages = {
            ASK, calls("null", "a", "b"), result("a"), result("b"), "{\"role\": \"assistant\", \"content\": \"x\"}"
        };
        String source = TestSetup.template(template).replace("<｜User｜>", "<｜User｜>~");
        // With another text around the question the template is not known, and renders by itself.
        String byTemplate = render(
                        JinjaFormat.of(new ModelTexts("qwen2", source, BOS, EOS, template), source), false, messages)
                .text()
                .replace("~", "");
        assertThat(render(format(template), false, messages).text()).isEqualTo(byTemplate);
    }

    @Test
    void r1_isToldOfToolsInTheFormOfItsTemplate() {
        String prompt = render(format("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B"), true, ASK)
                .text();
        assertThat(prompt)
                .startsWith(BOS + "## Tools\n")
                .contains(
                        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>FUNCTION_NAME\n```json\n",
                        "\n{\"name\": \"look\", \"description\": \"looks\", \"parameters\": {\"type\": \"object\"")
                .endsWith("}}}}<｜User｜>What is it?<｜Assistant｜><think>\n");
    }

    @Test
    void templateWithoutTools_getsThemInTheSystemText_andCallsAndResultsAsText() {
        String template =
                "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
        JinjaFormat format = JinjaFormat.of(new ModelTexts("llama", template, "<s>", "</s>", "x"), template);
        assertThat(format.toolCalls()).isEqualTo(ToolCallSyntax.HERMES);
        String call = "<tool_call>\n{\"name\": \"look\", \"arguments\": {\"where\": \"a\"}}\n</tool_call>";
        String prompt = render(format, true, ASK, calls("\"Hm.\"", "a", "b"), result("a"), result("b"), ASK)
                .text();
        assertThat(prompt)
                .startsWith("[system]# Tools\n")
                .contains("<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"look\"")
                .endsWith("[user]What is it?[assistant]Hm.\n" + call + "\n" + call.replace("\"a\"", "\"b\"")
                        + "[user]<tool_response>\nseen a\n</tool_response>\n<tool_response>\nseen b\n</tool_response>"
                        + "\n\nWhat is it?[assistant]");
        // What the prompt shows as a call is read as one.
        assertThat(ParsedOutput.of(ToolCallSyntax.HERMES, ParsedOutput.TOOLS, call)
                        .calls())
                .hasSize(1);
    }

    @Test
    void templateWithoutSystemRole_getsToolsInTheFirstQuestion() {
        String prompt = render(format("google-gemma-2-2b-it"), true, ASK, calls("null", "a"), result("a"))
                .text();
        assertThat(prompt)
                .startsWith("<s><start_of_turn>user\n# Tools\n")
                .contains(
                        "</tool_call>\n\nThe results come back to you between <tool_response> tags.\n\nWhat is it?<end_of_turn>")
                .endsWith(
                        "<start_of_turn>user\n<tool_response>\nseen a\n</tool_response><end_of_turn>\n<start_of_turn>model\n");
    }

    @Test
    void argumentsThatAreNoJson_arePassedOnAsAString() {
        String call = calls("null", "a").replace("{\\\"where\\\": \\\"a\\\"}", "not json");
        assertThat(render(format("google-gemma-2-2b-it"), false, ASK, call, result("a"))
                        .text())
                .contains("{\"name\": \"look\", \"arguments\": \"not json\"}");
    }

    @Test
    void mistral_idsOfAnyLength_becomeNineLettersAndDigits_theSameOnBothSides() {
        String prompt = render(
                        format("mistralai-Mistral-Nemo-Instruct-2407"),
                        true,
                        ASK,
                        calls("null", "call_0123456789abcdef01234567"),
                        result("call_0123456789abcdef01234567"))
                .text();
        String id = ShortIds.of("call_0123456789abcdef01234567");
        assertThat(id).matches("[0-9A-Za-z]{9}").isNotEqualTo(ShortIds.of("call_0123456789abcdef01234568"));
        assertThat(prompt).contains("\"id\": \"" + id + "\"}]", "\"call_id\": \"" + id + "\"");
        assertThat(ShortIds.of("abc012XYZ")).isEqualTo("abc012XYZ");
    }

    @Test
    void qwen_getsToolsAndArgumentsAsObjects() {
        String prompt = render(format("Qwen-Qwen2.5-7B-Instruct"), true, ASK, calls("\"\"", "a"), result("a"))
                .text();
        assertThat(prompt)
                .contains(
                        "<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"look\"",
                        "<tool_call>\n{\"name\": \"look\", \"arguments\": {\"where\": \"a\"}}\n</tool_call><|im_end|>",
                        "<tool_response>\nseen a\n</tool_response>");
    }
}
