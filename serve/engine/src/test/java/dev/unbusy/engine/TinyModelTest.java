package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.llama.KvType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the tiny models are worth comparing on. */
class TinyModelTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void theAnswer_dependsOnEveryPartOfThePrompt_andVaries(TinyModel tiny) throws IOException {
        try (PlainLoop loop = new PlainLoop(tiny.write(directory), KvType.Q8_0)) {
            int[] prompt = TinyEngine.prompt(200, 1);
            int[] answer = loop.answer(prompt, 24);
            assertThat(Arrays.stream(answer).distinct().count()).isGreaterThan(5);
            float[] expected = loop.verdict(prompt, answer).logprobs();
            for (int changed : new int[] {0, 100, 199}) {
                int[] other = prompt.clone();
                other[changed] = (other[changed] + 1) % 256;
                float[] logprobs = loop.verdict(other, answer).logprobs();
                System.err.println(tiny + " " + changed + " " + outliers(expected, logprobs));
            }
        }
    }

    private static String outliers(float[] a, float[] b) {
        float[] d = new float[a.length];
        for (int i = 0; i < a.length; i++) d[i] = Math.abs(a[i] - b[i]);
        Arrays.sort(d);
        return Arrays.toString(d);
    }
}
