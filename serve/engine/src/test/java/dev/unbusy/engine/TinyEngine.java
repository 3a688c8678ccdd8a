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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The whole engine on a tiny model, and its answers held to the plain loop's along the same text.
 *
 * <p>Token-exact equality cannot be had of the library: batches of other sizes add in another order. With a Q8_0 cache, whose
 * attention computes row by row, log-probabilities differ by less than 0.0001 nearly always; with F16 by 0.003. Now and then
 * a difference as small turns the choice of an expert or of an indexer, and then one token of an answer is another: with
 * Q8_0 less than one in twenty, with F16 three of 24 were seen where models choose. So as many may be off, the others must be the plain loop's.
 * What a wrong or missing token in the cache does is far more: {@link TinyModelTest}.
 */
final class TinyEngine implements AutoCloseable {
    /** Small, so that most prompts take several steps. */
    static final int BATCH = 64;

    final LoadedModel model;
    final Metrics metrics = new Metrics();
    final Engine engine;
    private final PlainLoop loop;
    private final TinyModel tiny;
    private final KvType cache;

    TinyEngine(TinyModel tiny, Path directory, WorkerConfig config) throws IOException {
        Path file = tiny.write(directory);
        this.tiny = tiny;
        cache = config.kvType();
        loop = new PlainLoop(file, cache);
        model = load(file, config);
        engine = RealModel.engine(model, metrics);
    }

    static LoadedModel load(Path file, WorkerConfig config) {
        return LoadedModel.load(RealModel.natives(), Map.of(), file, "tiny", config, HostProbe.read(), Progress.NONE);
    }

    /** @param cells of one pool, or 0 for a whole context for each of the sequences */
    static WorkerConfig config(int sequences, int cells, Speculation speculation, KvType cache) {
        KvLayoutChoice layout = cells == 0 ? KvLayoutChoice.SPLIT : KvLayoutChoice.SHARED;
        return new WorkerConfig(sequences, 0, cells, layout, 16, 1, BATCH, 250, speculation, cache, 0, 1024, 5, 10);
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
        List<Recording> answers =
                prompts.stream().map(prompt -> new Recording()).toList();
        // In one message, so that how many run beside each other does not depend on the machine's speed.
        List<GenerationRequest> requests =
                prompts.stream().map(prompt -> request(prompt, count)).toList();
        assertThat(engine.submit(requests, answers)).isNotNull();
        answers.forEach(Recording::join);
        for (int i = 0; i < prompts.size(); i++) {
            compare(i, prompts.get(i), answers.get(i));
        }
        return answers;
    }

    /** Begins an answer that nobody waits for, and lets some of its prompt be computed. */
    Engine.Handle begin(int[] prompt) {
        long steps = engine.status().steps();
        Engine.Handle handle =
                Objects.requireNonNull(engine.submit(List.of(request(prompt, 100)), List.of(new Recording())));
        RealModel.await(() -> engine.status().steps() > steps);
        return handle;
    }

    private void compare(int index, int[] prompt, Recording answer) {
        int[] tokens = tokens(answer).stream().mapToInt(Integer::intValue).toArray();
        PlainLoop.Verdict verdict = loop.verdict(prompt, tokens);
        List<String> off = new ArrayList<>();
        float rounding = tiny.rounding(cache);
        for (int at = 0; at < tokens.length; at++) {
            float found = answer.logprobs.get(at).logprob();
            float expected = verdict.logprobs()[at];
            float gap = verdict.bestLogprobs()[at] - expected;
            if (gap > rounding || !(Math.abs(found - expected) <= rounding)) {
                off.add("%d: %d (%.4f) for %d (%.4f)".formatted(at, tokens[at], found, verdict.best()[at], expected));
            }
        }
        assertThat(off)
                .as("%s, %s, answer %d to a prompt of %d tokens", tiny, engine.options(), index, prompt.length)
                .hasSizeLessThanOrEqualTo(tiny.off(cache, tokens.length));
    }

    /** @param right whether of those that came true, else of all that were checked */
    double guesses(boolean right) {
        double sum = 0;
        for (String line : metrics.scrape().lines().toList()) {
            if (line.startsWith("unbusy_worker_guesses_total{") && (!right || line.contains("accepted"))) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

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
                Claims.NONE);
    }

    @Override
    public void close() {
        engine.close();
        model.close();
        loop.close();
        metrics.close();
    }
}
