package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.chat.ParsedOutput.Call;
import dev.unbusy.chat.ToolConvention.Who;
import dev.unbusy.text.Lang;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is found out about the published templates, and that what they write is read. */
class ToolConventionTest {
    private static JinjaFormat format(String template) {
        String source = TestSetup.template(template);
        return JinjaFormat.of(new ModelTexts("llama", source, "<s>", "</s>", template), source);
    }

    @Test
    void publishedTemplates_areKnownByWhatTheyWrite() throws IOException {
        Map<String, List<String>> found = new TreeMap<>();
        for (String template : DeepSeekTemplatesTest.allTemplates()) {
            ToolConvention tools = format(template).tools();
            String what = tools.who() == Who.TEMPLATE
                    ? (tools.syntax() == null ? "unknown" : tools.syntax().word())
                    : tools.who() == Who.NOBODY ? "none" : tools.syntax() + " without definitions";
            found.computeIfAbsent(what + (tools.shortIds() ? ", short ids" : ""), key -> new ArrayList<>())
                    .add(template);
        }
        assertThat(found.get("hermes"))
                .contains(
                        "Qwen-QwQ-32B",
                        "Qwen-Qwen2.5-7B-Instruct",
                        "Qwen-Qwen3-0.6B",
                        "NousResearch-Hermes-3-Llama-3.1-8B-tool_use",
                        "ibm-granite-granite-4.0");
        assertThat(found.get("qwen-tags")).contains("Qwen3-Coder", "Qwen3.5-4B");
        assertThat(found.get("llama3"))
                .containsExactly(
                        "meta-llama-Llama-3.1-8B-Instruct",
                        "meta-llama-Llama-3.2-3B-Instruct",
                        "meta-llama-Llama-3.3-70B-Instruct");
        assertThat(found.get("mistral-list, short ids")).containsExactly("mistralai-Mistral-Nemo-Instruct-2407");
        assertThat(found.get("mistral-id, short ids")).containsExactly("Mistral-Small-3.2-24B-Instruct-2506");
        assertThat(found.get("mistral"))
                .containsExactly("mistralai-Ministral-3-14B-Reasoning-2512", "unsloth-mistral-Devstral-Small-2507");
        assertThat(found.get("dsml-v3.2")).containsExactly("deepseek-ai-DeepSeek-V3.2");
        assertThat(found.get("dsml-v4"))
                .containsExactly("deepseek-ai-DeepSeek-V4", "deepseek-ai-DeepSeek-V4-Flash-0731");
        assertThat(found.get("DEEPSEEK_V3 without definitions"))
                .containsExactly(
                        "deepseek-ai-DeepSeek-R1-Distill-Llama-8B",
                        "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B",
                        "llama-cpp-deepseek-r1");
        assertThat(found.get("DEEPSEEK_V31 without definitions")).containsExactly("deepseek-ai-DeepSeek-V3.1");
        assertThat(found.get("none"))
                .containsExactly(
                        "HuggingFaceTB-SmolLM3-3B",
                        "fireworks-ai-llama-3-firefunction-v2",
                        "google-gemma-2-2b-it",
                        "llama-cpp-rwkv-world",
                        "microsoft-Phi-3.5-mini-instruct");
        assertThat(found.get("unknown")).contains("GLM-4.6", "moonshotai-Kimi-K2", "openai-gpt-oss-120b");
    }

    @Test
    void toolCalls_ofAnUnknownConvention_areRefusedByNameInBothLanguages() {
        assertThatThrownBy(() -> format("GLM-4.6").toolCalls()).isInstanceOfSatisfying(ChatException.class, e -> {
            assertThat(e.code()).isEqualTo("chat-tools-unsupported");
            assertThat(e.param()).isEqualTo("tools");
            assertThat(e.getMessage()).contains("tool calls in a form that is not known");
            assertThat(e.text().in(Lang.ZH)).contains("工具调用");
            assertThat(e.remedy().in(Lang.EN)).contains("Leave tools out");
        });
    }

    static List<String> templatesWithCalls() throws IOException {
        List<String> names = new ArrayList<>();
        for (String template : DeepSeekTemplatesTest.allTemplates()) {
            if (format(template).tools().isKnown() && !template.contains("firefunction")) {
                names.add(template);
            }
        }
        return names;
    }

    /** The model reads its earlier calls as the template writes them; it will write new ones likewise. */
    @ParameterizedTest
    @MethodSource("templatesWithCalls")
    void whatATemplateWritesOfACall_isReadAsThatCall(String template) throws Exception {
        JinjaFormat format = format(template);
        String arguments = "{\"where\": \"there\\n\\\"é\\\"\", \"times\": 3, \"tags\": [1, \"a\"]}";
        String history = """
                [{"role": "user", "content": "QUESTION"}, {"role": "assistant", "content": "", "tool_calls":
                  [{"id": "call00001", "type": "function", "function": {"name": "look", "arguments": %s}}]},
                 {"role": "tool", "tool_call_id": "call00001", "name": "look", "content": "a bird"}]""".formatted(TestSetup.JSON.writeValueAsString(arguments));
        List<Map<String, @org.jspecify.annotations.Nullable Object>> tools = TestSetup.messages(RandomCalls.TOOLS
                .replace("\"type\": \"string\"", "\"type\": \"string\", \"description\": \"place\"")
                .replace(
                        "\"parameters\": {\"type\": \"object\", \"properties\": {}}",
                        "\"description\": \"x\", \"parameters\": {\"type\": \"object\", \"properties\": {}}"));
        PromptInput input = PromptInput.of(TestSetup.messages(history), LocalDate.EPOCH)
                .withTools(tools)
                .withThinking(Thinking.DISABLED, null);
        String prompt = format.render(input).text();
        String answer = prompt.substring(prompt.lastIndexOf("QUESTION") + "QUESTION".length());
        String header = "<|end_header_id|>\n\n";
        if (format.toolCalls() == ToolCallSyntax.LLAMA3) {
            answer = answer.substring(answer.indexOf(header) + header.length());
        }
        ParsedOutput parsed = ParsedOutput.of(format.toolCalls(), Tool.listOf(tools), answer);
        assertThat(parsed.calls()).as(answer).extracting(Call::name).containsExactly("look");
        assertThat(TestSetup.JSON.readTree(parsed.calls().getFirst().arguments()))
                .isEqualTo(TestSetup.JSON.readTree(arguments));
        assertThat(parsed.content()).as(answer).contains("a bird");
    }
}
