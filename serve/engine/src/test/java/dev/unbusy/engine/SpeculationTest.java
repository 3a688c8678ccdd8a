package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.chat.OutputStart;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guesses on the real model: they come true where a text repeats itself, and change no answer. */
class SpeculationTest {
    private static final String LIST = "alpha beta gamma delta epsilon zeta eta theta iota kappa. "
            .repeat(4)
            .strip();

    @ParameterizedTest
    @ValueSource(ints = {0, 8192})
    void guesses_comeTrueAndLeaveTheAnswerAsItIs(int cells) {
        LoadedModel plain = cells == 0 ? RealModel.shared() : RealModel.pooled();
        for (SamplingParameters sampling : List.of(SamplingParameters.GREEDY, SamplingParameters.ofTemperature(0.4f))) {
            Metrics metrics = new Metrics();
            String expected = answer(plain, sampling, new Metrics());
            assertThat(answer(RealModel.speculating(cells), sampling, metrics)).isEqualTo(expected);
            assertThat(accepted(metrics)).isGreaterThan(10);
        }
    }

    private static String answer(LoadedModel model, SamplingParameters sampling, Metrics metrics) {
        try (Engine engine = RealModel.engine(model, metrics)) {
            int[] prompt = model.vocab().tokenize(LIST + " alpha beta", true, false);
            Recording answer = new Recording();
            Objects.requireNonNull(engine.submit(
                    List.of(new GenerationRequest(
                            prompt,
                            60,
                            sampling,
                            SamplerState.start(7, 0),
                            List.of(),
                            true,
                            AnswerShape.free(OutputStart.PLAIN),
                            null,
                            Claims.NONE)),
                    List.of(answer)));
            answer.join();
            assertThat(answer.usage().completionTokens()).isEqualTo(60);
            return answer.text();
        }
    }

    private static double accepted(Metrics metrics) {
        Matcher line = Pattern.compile("unbusy_worker_guesses_total\\{.*accepted.*} (\\S+)")
                .matcher(metrics.scrape());
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }
}
