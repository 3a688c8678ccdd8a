package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageScannerTest {

    private static @Nullable Usage find(String json) {
        return UsageScanner.find(json.getBytes(UTF_8));
    }

    @Property
    void ourOwnAnswers_areReadBackExactly(
            @ForAll @LongRange(min = 0, max = 1L << 40) long prompt,
            @ForAll @LongRange(min = 0, max = 1L << 40) long cached,
            @ForAll @LongRange(min = 0, max = 1L << 40) long completion,
            @ForAll @LongRange(min = 0, max = 1L << 40) long reasoning,
            @ForAll String text) {
        Usage usage = new Usage(prompt, Math.min(cached, prompt), completion, Math.min(reasoning, completion));
        byte[] answer = new ChatCompletionWriter("chatcmpl-1", 1, "m", "fp", StreamUsage.ON_LAST_CHUNK)
                .whole(List.of(new ChatChoice(0, ChatDelta.content(text), AnswerEnd.of(FinishReason.STOP))), usage);
        assertThat(UsageScanner.find(answer)).isEqualTo(usage);
    }

    @Test
    void otherServers_areUnderstood() {
        // vLLM and OpenAI in their own words.
        assertThat(find("{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"total_tokens\":21,\"completion_tokens\":12,"
                        + "\"prompt_tokens_details\":null}}"))
                .isEqualTo(new Usage(9, 0, 12, 0));
        assertThat(
                        find(
                                "{\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10,\"total_tokens\":29,"
                                        + "\"prompt_tokens_details\":{\"cached_tokens\":8,\"audio_tokens\":0},"
                                        + "\"completion_tokens_details\":{\"reasoning_tokens\":4,\"accepted_prediction_tokens\":0}},\"x\":1}"))
                .isEqualTo(new Usage(19, 8, 10, 4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[DONE]",
                "{\"usage\":null}",
                "{\"usage\":5}",
                "{\"usage\":{\"prompt_tokens\":1",
                "\"usage\"",
                "{\"choices\":[{\"usage\":{\"prompt_tokens\":1}}]}",
                "{\"usage\":{\"prompt_tokens\":1}",
                "{\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":5}\"}}]}",
                "{\"usage\":{\"prompt_tokens\":-5}}"
            })
    void whatIsNotUsage_isNotFound(String json) {
        assertThat(find(json)).isNull();
    }

    @Property
    void garbage_neverThrows(@ForAll String garbage) {
        find(garbage + "\"usage\"" + garbage);
        find("{\"usage\":{" + garbage);
    }
}
