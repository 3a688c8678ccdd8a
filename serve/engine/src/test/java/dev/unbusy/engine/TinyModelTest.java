package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.llama.KvType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the tiny models are worth comparing on: their answers vary, and one wrong token anywhere would show. */
class TinyModelTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void theAnswer_dependsOnEveryPartOfThePrompt_andVaries(TinyModel tiny) throws IOException {
        checked(tiny, KvType.Q8_0);
    }

    /** Two are left out: F16's rounding hides a single token from Qwen 3.5's states and from quantized weights. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"QWEN35", "DEEPSEEK2_LITE", "DEEPSEEK2_V3_Q8"})
    void withTheUsualCacheType_too(TinyModel tiny) throws IOException {
        checked(tiny, KvType.F16);
    }

    private void checked(TinyModel tiny, KvType cache) throws IOException {
        try (PlainLoop loop = new PlainLoop(tiny.write(directory), cache)) {
            int[] prompt = TinyEngine.prompt(200, 1);
            int[] answer = loop.answer(prompt, 24);
            assertThat(Arrays.stream(answer).distinct().count()).isGreaterThan(5);
            float[] expected = loop.verdict(prompt, answer).logprobs();
            for (int changed : new int[] {0, 100, 199}) {
                int[] other = prompt.clone();
                other[changed] = (other[changed] + 1) % 256;
                float[] logprobs = loop.verdict(other, answer).logprobs();
                int off = 0;
                for (int at = 0; at < answer.length; at++) {
                    off += Math.abs(logprobs[at] - expected[at]) > tiny.rounding(cache) ? 1 : 0;
                }
                // More than what the engine's answers may be off.
                assertThat(off).as("%s, token %d changed", tiny, changed).isGreaterThan(tiny.off(cache, answer.length));
            }
        }
    }
}
