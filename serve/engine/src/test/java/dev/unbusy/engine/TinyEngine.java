package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.catalog.HostProbe;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.llama.KvType;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import dev.unbusy.scheduler.Speculation;
import dev.unbusy.text.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** The whole engine on a tiny model, and its answers held to the plain loop's, token by token. */
final class TinyEngine implements AutoCloseable {
    /**
     * Batches of other sizes add in another order, and the cache rounds to F16: log-probabilities differ in the fourth digit.
     * A wrong or missing token in the cache moves them by 0.003 and more ({@link TinyModelTest}).
     */
    private static final float ROUNDING = 2e-3f;

    /** Small, so that most prompts take several steps. */
    static final int BATCH = 64;

    final LoadedModel model;
    final Metrics metrics = new Metrics();
    final Engine engine;
    private final PlainLoop loop;

    TinyEngine(Path file, WorkerConfig config) {
        loop = new PlainLoop(file);
        model = load(file, config);
        engine = RealModel.engine(model, metrics);
    }

    static LoadedModel load(Path file, WorkerConfig config) {
        return LoadedModel.load(
                RealModel.natives(), Map.of(), file, "tiny", config, HostProbe.read(), Progress.NONE);
    }

    /** @param cells of one pool, or 0 for a whole context for each of the sequences */
    static WorkerConfig config(int sequences, int cells, Speculation speculation) {
        KvLayoutChoice layout = cells == 0 ? KvLayoutChoice.SPLIT : KvLayoutChoice.SHARED;
        return new WorkerConfig(
                sequences, 0, cells, layout, 1, 1, BATCH, 250, speculation, KvType.F16, 0, 1024, 5, 10);
    }

    /** Printable text that has no meaning. */
    static int[] prompt(int length, long seed) {
        return new Random(seed).ints(length, 0, 256).toArray();
    }

    static int[] joined(int[] first, int[] second) {
        return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
    }

    /** Answers all at the same time, and checks each. */
    List<Recording> check(List<int[]> prompts, int count) {
        List<Recording> answers = prompts.stream().map(prompt -> new Recording()).toList();
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(engine.submit(List.of(request(prompts.get(i), count)), List.of(answers.get(i))))
                    .isNotNull();
        }
        answers.forEach(Recording::join);
        for (int i = 0; i < prompts.size(); i++) {
            PlainLoop.Answer expected = loop.answer(prompts.get(i), count, true);
            List<Integer> tokens = tokens(answers.get(i));
            for (int at = 0; at < count; at++) {
                float logprob = answers.get(i).logprobs.get(at).logprob();
                assertThat(tokens.get(at))
                        .as("token %d of answer %d: %s, in place of\n%s", at, i, tokens, boxed(expected.tokens()))
                        .isEqualTo(expected.tokens()[at]);
                assertThat(Math.abs(logprob - expected.logprobs()[at]))
                        .as("log-probability of token %d of answer %d", at, i)
                        .isLessThan(ROUNDING);
            }
        }
        return answers;
    }

    static List<Integer> tokens(Recording answer) {
        return answer.logprobs.stream().map(logprobs -> logprobs.token()).toList();
    }

    private static List<Integer> boxed(int[] tokens) {
        return IntStream.of(tokens).boxed().toList();
    }

    private static GenerationRequest request(int[] prompt, int count) {
        return new GenerationRequest(
                prompt.clone(),
                count,
                SamplingParameters.GREEDY.withTopLogprobs(1),
                SamplerState.start(0, 0),
                List.of(),
                true,
                AnswerShape.free(OutputStart.PLAIN),
                null,
                "");
    }

    @Override
    public void close() {
        engine.close();
        model.close();
        loop.close();
        metrics.close();
    }
}
