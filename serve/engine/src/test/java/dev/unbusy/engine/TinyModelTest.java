package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
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
        try (PlainLoop loop = new PlainLoop(tiny.write(directory))) {
            int[] prompt = new Random(1).ints(200, 0, 256).toArray();
            PlainLoop.Answer answer = loop.answer(prompt, 24, true);
            System.err.println(tiny + " " + Arrays.toString(answer.tokens()) + Arrays.toString(answer.logprobs()));
            assertThat(Arrays.stream(answer.tokens()).distinct().count()).isGreaterThan(5);
            for (int changed : new int[] {0, 100, 199}) {
                int[] other = prompt.clone();
                other[changed] = (other[changed] + 1) % 256;
                float difference = loop.answer(other, 1, true).logprobs()[0] - answer.logprobs()[0];
                System.err.println(tiny + " " + changed + " " + difference);
                assertThat(Math.abs(difference)).isGreaterThan(1e-4f);
            }
        }
    }
}
