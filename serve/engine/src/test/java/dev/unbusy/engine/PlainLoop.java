package dev.unbusy.engine;

import dev.unbusy.gguf.GgufFile;
import dev.unbusy.llama.Batch;
import dev.unbusy.llama.Context;
import dev.unbusy.llama.ContextOptions;
import dev.unbusy.llama.DecodeOutcome;
import dev.unbusy.llama.KvType;
import dev.unbusy.llama.LlamaLibrary;
import dev.unbusy.llama.Model;
import dev.unbusy.llama.ModelOptions;
import dev.unbusy.text.Progress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the engine is held to: greedy tokens of a plain loop over the binding, one sequence in a fresh context, no scheduler
 * and no sampler of ours.
 */
final class PlainLoop implements AutoCloseable {
    private static final int BATCH = 512;

    private final Model model;
    private final KvType cache;

    PlainLoop(Path file, KvType cache) {
        this.cache = cache;
        model = LlamaLibrary.load(RealModel.natives())
                .loadModel(
                        file,
                        ModelOptions.DEFAULT
                                .withGpuLayers(0)
                                .withMlaTensors(GgufFile.read(file).hasLatentAttention()),
                        Progress.NONE);
    }

    /**
     * What the model says along a text.
     *
     * @param best the likeliest token at each position of the answer
     * @param bestLogprobs their log-probabilities
     * @param logprobs log-probabilities of the answer's own tokens
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared element by element.
    record Verdict(int[] best, float[] bestLogprobs, float[] logprobs) {}

    /** Greedy tokens, whatever end tokens are among them. */
    int[] answer(int[] prompt, int count) {
        return along(prompt, null, count).best;
    }

    Verdict verdict(int[] prompt, int[] answer) {
        return along(prompt, answer, answer.length);
    }

    /** @param answer to follow, or null to follow the likeliest */
    private Verdict along(int[] prompt, int @Nullable [] answer, int count) {
        Verdict verdict = new Verdict(new int[count], new float[count], new float[count]);
        int length = prompt.length + count;
        ContextOptions options = ContextOptions.single(length, 1)
                .withBatch(Math.min(BATCH, length), Math.min(BATCH, length))
                .withKv(cache, cache);
        try (Context context = model.newContext(options);
                Batch batch = new Batch(context.batchTokens())) {
            int index = -1;
            for (int position = 0; position < prompt.length; position++) {
                if (batch.size() == batch.capacity()) {
                    decode(context, batch);
                }
                index = batch.add(prompt[position], position, 0, position == prompt.length - 1);
            }
            for (int i = 0; i < count; i++) {
                decode(context, batch);
                MemorySegment logits = context.logits(index);
                int best = likeliest(logits);
                int next = answer == null ? best : answer[i];
                verdict.best[i] = best;
                verdict.bestLogprobs[i] = (float) logprob(logits, best);
                verdict.logprobs[i] = (float) logprob(logits, next);
                index = batch.add(next, prompt.length + i, 0, true);
            }
        }
        return verdict;
    }

    private static void decode(Context context, Batch batch) {
        DecodeOutcome outcome = context.decode(batch);
        if (outcome != DecodeOutcome.OK) {
            throw new AssertionError("decode: " + outcome);
        }
        batch.clear();
    }

    private static int likeliest(MemorySegment logits) {
        int best = 0;
        for (int i = 1; i < size(logits); i++) {
            if (at(logits, i) > at(logits, best)) {
                best = i;
            }
        }
        return best;
    }

    private static double logprob(MemorySegment logits, int token) {
        double highest = at(logits, likeliest(logits));
        double sum = 0;
        for (int i = 0; i < size(logits); i++) {
            sum += Math.exp(at(logits, i) - highest);
        }
        return at(logits, token) - highest - Math.log(sum);
    }

    private static int size(MemorySegment logits) {
        return (int) (logits.byteSize() / Float.BYTES);
    }

    private static float at(MemorySegment logits, int index) {
        return logits.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    @Override
    public void close() {
        model.close();
    }
}
