package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.chat.DeepSeekV4Format.Release;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the references do not say: where the output begins, continued messages, refusals. */
class DeepSeekFormatTest {
    private static final String USER = "{\"role\": \"user\", \"content\": \"2+2?\"}";

    static Stream<ChatFormat> formats() {
        return Stream.of(
                new DeepSeekV32Format(),
                new DeepSeekV4Format(Release.FIRST),
                new DeepSeekV4Format(Release.SECOND),
                new DeepSeekV41Format());
    }

    private static PromptInput input(String... messages) {
        return PromptInput.of(TestSetup.messages("[" + String.join(",", messages) + "]"), LocalDate.EPOCH);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_question_opensReasoningByDefault(ChatFormat format) {
        RenderedPrompt prompt = format.render(input(USER));
        assertThat(prompt.text()).startsWith("<｜begin▁of▁sentence｜>").endsWith("<｜User｜>2+2?<｜Assistant｜><think>");
        assertThat(prompt.outputStart()).isEqualTo(OutputStart.REASONING);
        assertThat(prompt.startsWithBos()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_thinkingDisabledOrEffortNone_closesReasoning(ChatFormat format) {
        for (PromptInput input : List.of(
                input(USER).withThinking(Thinking.DISABLED, "max"),
                input(USER).withThinking(Thinking.DEFAULT, "none"))) {
            RenderedPrompt prompt = format.render(input);
            assertThat(prompt.text()).isEqualTo("<｜begin▁of▁sentence｜><｜User｜>2+2?<｜Assistant｜></think>");
            assertThat(prompt.outputStart()).isEqualTo(OutputStart.CONTENT);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_continuedContent_followsItsReasoning(ChatFormat format) {
        String last =
                "{\"role\": \"assistant\", \"content\": \"Fo\", \"reasoning_content\": \"2+2=4\", \"prefix\": true}";
        RenderedPrompt prompt = format.render(input(USER, last));
        assertThat(prompt.text()).endsWith("<｜User｜>2+2?<｜Assistant｜><think>2+2=4</think>Fo");
        assertThat(prompt.outputStart()).isEqualTo(OutputStart.CONTENT_CONTINUED);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_continuedReasoning_staysOpen(ChatFormat format) {
        String last = "{\"role\": \"assistant\", \"content\": null, \"reasoning_content\": \"2+2=\", \"prefix\": true}";
        RenderedPrompt prompt = format.render(input(USER, last));
        assertThat(prompt.text()).endsWith("<｜User｜>2+2?<｜Assistant｜><think>2+2=");
        assertThat(prompt.outputStart()).isEqualTo(OutputStart.REASONING_CONTINUED);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_continuedWithoutThinking_hasNoReasoning(ChatFormat format) {
        String last = "{\"role\": \"assistant\", \"content\": \"Fo\", \"reasoning_content\": \"r\"}";
        RenderedPrompt prompt =
                format.render(input(USER, last).withContinueFinalMessage(true).withThinking(Thinking.DISABLED, null));
        assertThat(prompt.text()).endsWith("<｜User｜>2+2?<｜Assistant｜></think>Fo");
        assertThat(prompt.outputStart()).isEqualTo(OutputStart.CONTENT_CONTINUED);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_lastMessageIsAssistants_opensAnotherTurn(ChatFormat format) {
        RenderedPrompt prompt = format.render(input(USER, "{\"role\": \"assistant\", \"content\": \"Four.\"}"));
        assertThat(prompt.text()).endsWith("Four.<｜end▁of▁sentence｜><｜Assistant｜><think>");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_withoutGenerationPrompt_endsWithTheLastMessage(ChatFormat format) {
        RenderedPrompt prompt = format.render(input(USER).withAddGenerationPrompt(false));
        assertThat(prompt.text()).endsWith("<｜User｜>2+2?");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void render_toolResultsThatDoNotFitTheCalls_areRefused(ChatFormat format) {
        String call = "{\"id\": \"a\", \"function\": {\"name\": \"f\", \"arguments\": \"{}\"}}";
        String calls = "{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [" + call + "]}";
        String result = "{\"role\": \"tool\", \"tool_call_id\": \"a\", \"content\": \"1\"}";
        assertThat(format.render(input(USER, calls, result)).text()).contains("1</");
        assertThatThrownBy(() -> format.render(input(USER, result))).hasMessageContaining("messages[1] has role tool");
        assertThatThrownBy(() -> format.render(input(USER, calls)))
                .hasMessageContaining("messages lacks 1 tool results before messages[2]");
        assertThatThrownBy(() -> format.render(input(USER, calls, result, result)))
                .hasMessageContaining("messages[3] has role tool");
    }

    @Test
    void render_unknownEffort_isRefusedByName() {
        assertThatThrownBy(() -> new DeepSeekV41Format().render(input(USER).withThinking(Thinking.ENABLED, "huge")))
                .isInstanceOfSatisfying(ChatException.class, e -> {
                    assertThat(e.param()).isEqualTo("reasoning_effort");
                    assertThat(e.getMessage()).contains("huge");
                });
    }

    @Test
    void render_developerMessage_isTheSystemMessage() {
        RenderedPrompt prompt = new DeepSeekV4Format(Release.FIRST)
                .render(input("{\"role\": \"developer\", \"content\": \"Be brief.\"}", USER));
        assertThat(prompt.text()).startsWith("<｜begin▁of▁sentence｜>Be brief.<｜User｜>");
    }

    @Test
    void render_v32AssistantWithoutReasoningAfterLastUser_getsAnEmptyOne() {
        RenderedPrompt prompt = new DeepSeekV32Format()
                .render(input(USER, "{\"role\": \"assistant\", \"content\": \"Four.\"}")
                        .withAddGenerationPrompt(false));
        assertThat(prompt.text()).endsWith("<｜Assistant｜><think></think>Four.<｜end▁of▁sentence｜>");
    }

    @Test
    void render_toolWithoutFunction_isRefusedByName() {
        PromptInput input = input(USER).withTools(TestSetup.messages("[{\"type\": \"web_search\"}]"));
        assertThatThrownBy(() -> new DeepSeekV41Format().render(input))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.param()).isEqualTo("tools[0].function"));
    }
}
