package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The templates of DeepSeek's families as published, and others that users bring most. */
class DeepSeekTemplatesTest {
    private static final String BOS = "<｜begin▁of▁sentence｜>";
    private static final String EOS = "<｜end▁of▁sentence｜>";
    private static final String CONVERSATION = """
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"},
             {"role": "assistant", "content": "Two.", "reasoning_content": "easy"}, {"role": "user", "content": "2+2?"}]""";

    private static ChatFormat format(String architecture, String template, String bos, String eos) {
        return ChatFormat.of(new ModelTexts(architecture, TestSetup.template(template), bos, eos, template));
    }

    private static PromptInput input(String messages) {
        return PromptInput.of(TestSetup.messages(messages), LocalDate.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "deepseek-ai-DeepSeek-R1-Distill-Llama-8B"})
    void r1Distill_opensReasoning_andForgetsEarlierReasoning(String template) {
        ChatFormat format = format("qwen2", template, BOS, EOS);
        String history = BOS + "Be brief.<｜User｜>1+1?<｜Assistant｜>Two." + EOS + "<｜User｜>2+2?<｜Assistant｜>";
        assertThat(format.render(input(CONVERSATION)))
                .isEqualTo(new RenderedPrompt(history + "<think>\n", true, OutputStart.REASONING));
        String inContent =
                CONVERSATION.replace("\"Two.\", \"reasoning_content\": \"easy\"", "\"<think>easy</think>Two.\"");
        assertThat(format.render(input(inContent)).text()).isEqualTo(history + "<think>\n");
        RenderedPrompt silent = format.render(input(CONVERSATION).withThinking(Thinking.DISABLED, null));
        assertThat(silent.text().strip()).startsWith(history + "<think>\n").endsWith("</think>");
        assertThat(silent.outputStart()).isEqualTo(OutputStart.CONTENT);
    }

    @Test
    void v31_switchesReasoning() {
        ChatFormat format = format("deepseek2", "deepseek-ai-DeepSeek-V3.1", BOS, EOS);
        RenderedPrompt thinking = format.render(input(CONVERSATION));
        assertThat(thinking.text())
                .isEqualTo(BOS + "Be brief.<｜User｜>1+1?<｜Assistant｜><think></think>Two." + EOS
                        + "<｜User｜>2+2?<｜Assistant｜><think>");
        assertThat(thinking.outputStart()).isEqualTo(OutputStart.REASONING);
        RenderedPrompt chat = format.render(input(CONVERSATION).withThinking(Thinking.DISABLED, null));
        assertThat(chat.text()).endsWith("<｜User｜>2+2?<｜Assistant｜><think></think>");
        assertThat(chat.outputStart()).isEqualTo(OutputStart.CONTENT);
    }

    @Test
    void v31_splitsReasoningOutOfContentOfSeveralTurns() {
        // The symptom of another evaluator: split(x, 1) gave the wrong half and the prompt said "null".
        ChatFormat format = format("deepseek2", "deepseek-ai-DeepSeek-V3.1", BOS, EOS);
        String inContent =
                CONVERSATION.replace("\"Two.\", \"reasoning_content\": \"easy\"", "\"<think>easy</think>Two.\"");
        assertThat(format.render(input(inContent)).text())
                .contains("</think>Two." + EOS)
                .doesNotContain("null", "easy");
    }

    @Test
    void v32AndV4_templatesThatImitateTheEncodings_areNotUsed() {
        assertThat(format("deepseek2", "deepseek-ai-DeepSeek-V3.2", BOS, EOS).name())
                .isEqualTo("deepseek-v3.2");
        assertThat(format("deepseek4", "deepseek-ai-DeepSeek-V4", BOS, EOS).name())
                .isEqualTo("deepseek-v4");
        assertThat(format("deepseek4", "deepseek-ai-DeepSeek-V4-Flash-0731", BOS, EOS)
                        .name())
                .isEqualTo("deepseek-v4-0731");
        // The template of V3.2 opens a user turn after the question.
        assertThat(format("deepseek2", "deepseek-ai-DeepSeek-V3.2", BOS, EOS)
                        .render(input(CONVERSATION))
                        .text())
                .endsWith("<｜User｜>2+2?<｜Assistant｜><think>");
    }

    @Test
    void qwen3_opensNoReasoningButClosesItWhenTold() {
        ChatFormat format = format("qwen3", "Qwen-Qwen3-0.6B", "", "<|im_end|>");
        RenderedPrompt thinking = format.render(input(CONVERSATION));
        assertThat(thinking.text()).endsWith("<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n");
        assertThat(thinking.text()).contains("Two.").doesNotContain("easy");
        assertThat(thinking.outputStart()).isEqualTo(OutputStart.DETECT);
        assertThat(thinking.startsWithBos()).isFalse();
        RenderedPrompt chat = format.render(input(CONVERSATION).withThinking(Thinking.DISABLED, null));
        assertThat(chat.text()).endsWith("assistant\n<think>\n\n</think>\n\n");
        assertThat(chat.outputStart()).isEqualTo(OutputStart.CONTENT);
    }

    @Test
    void qwq_opensReasoning() {
        RenderedPrompt prompt =
                format("qwen2", "Qwen-QwQ-32B", "", "<|im_end|>").render(input(CONVERSATION));
        assertThat(prompt.text()).endsWith("<|im_start|>assistant\n<think>\n");
        assertThat(prompt.outputStart()).isEqualTo(OutputStart.REASONING);
    }

    @Test
    void gemma_refusesSystemMessage_inItsOwnWords() {
        ChatFormat format = format("gemma2", "google-gemma-2-2b-it", "<bos>", "<eos>");
        assertThatThrownBy(() -> format.render(input(CONVERSATION)))
                .isInstanceOf(ChatException.class)
                .hasMessageContaining("System role not supported");
    }

    static List<String> allTemplates() throws IOException {
        try (Stream<Path> files = Files.list(TestSetup.required("unbusy.test.templates"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jinja"))
                    .map(name -> name.substring(0, name.length() - ".jinja".length()))
                    .sorted()
                    .toList();
        }
    }

    /** Templates that fail on these conversations in Python's jinja2 too; firefunction on any. */
    private static final Set<String> REFUSE_TOOLS = Set.of("Kimi-K2-Instruct", "Kimi-K2-Thinking");

    private static final Set<String> REFUSE_ALL = Set.of("fireworks-ai-llama-3-firefunction-v2");

    @ParameterizedTest
    @MethodSource("allTemplates")
    void anyTemplate_rendersAQuestionAndAToolLoop(String template) {
        ChatFormat format = format("llama", template, "<s>", "</s>");
        assertThat(format.name()).isEqualTo("template");
        String parts = "[{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"What is it?\"}]}]";
        if (REFUSE_ALL.contains(template)) {
            assertThatThrownBy(() -> format.render(input(parts))).isInstanceOf(ChatException.class);
            return;
        }
        assertThat(format.render(input(parts)).text()).contains("What is it?");
        String loop = """
                [{"role": "user", "content": "What is it?"}, {"role": "assistant", "content": null, "tool_calls":
                  [{"id": "call00001", "type": "function", "function": {"name": "look", "arguments": "{\\"where\\": \\"there\\"}"}}]},
                 {"role": "tool", "tool_call_id": "call00001", "name": "look", "content": "a bird"}]""";
        PromptInput withTools = input(loop).withTools(TestSetup.messages("""
                                [{"type": "function", "function": {"name": "look", "description": "looks", "parameters":
                                  {"type": "object", "properties": {"where": {"type": "string", "description": "a place"}}}}}]"""));
        if (REFUSE_TOOLS.contains(template)) {
            assertThatThrownBy(() -> format.render(withTools)).isInstanceOf(ChatException.class);
            return;
        }
        assertThat(format.render(withTools).text()).contains("What is it?");
    }
}
