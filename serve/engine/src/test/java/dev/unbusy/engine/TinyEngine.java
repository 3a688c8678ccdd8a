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
import java.util.Arrays;
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
        loop = new PlainLoop(file, config.kvType());
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
                sequences, 0, cells, layout, 1, 1, BATCH, 250, speculation, KvType.Q8_0, 0, 1024, 5, 10);
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
            compare(i, prompts.get(i), answers.get(i));
        }
        return answers;
    }

    private void compare(int index, int[] prompt, Recording answer) {
        int[] tokens = tokens(answer).stream().mapToInt(Integer::intValue).toArray();
        PlainLoop.Verdict verdict = loop.verdict(prompt, tokens);
        float[] differences = new float[tokens.length];
        int others = 0;
        for (int at = 0; at < tokens.length; at++) {
            differences[at] = Math.abs(answer.logprobs.get(at).logprob() - verdict.logprobs()[at]);
            if (tokens[at] != verdict.best()[at]) {
                others++;
                System.err.println(label + " answer " + index + " token " + at + " gap " + (verdict.bestLogprobs()[at] - verdict.logprobs()[at]));
            }
        }
        Arrays.sort(differences);
        int n = differences.length;
        if (differences[n - 1] > ROUNDING) System.err.printf("%s answer %d others %d median %.6f p80 %.6f p90 %.6f max %.6f%n", label, index, others, differences[n / 2], differences[n * 8 / 10], differences[n * 9 / 10], differences[n - 1]);
    }

    String label = "";

    static List<Integer> tokens(Recording answer) {
        return answer.logprobs.stream().map(logprobs -> logprobs.token()).toList();
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
