package dev.unbusy.engine;

import dev.unbusy.gguf.GgufFile;
import dev.unbusy.llama.Batch;
import dev.unbusy.llama.Context;
import dev.unbusy.llama.ContextOptions;
import dev.unbusy.llama.DecodeOutcome;
import dev.unbusy.llama.LlamaLibrary;
import dev.unbusy.llama.Model;
import dev.unbusy.llama.ModelOptions;
import dev.unbusy.text.Progress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * What the engine is held to: greedy tokens of a plain loop over the binding, one sequence in a fresh context, no scheduler
 * and no sampler of ours.
 */
final class PlainLoop implements AutoCloseable {
    private static final int BATCH = 512;

    private final Model model;

    PlainLoop(Path file) {
        model = LlamaLibrary.load(RealModel.natives())
                .loadModel(
                        file,
                        ModelOptions.DEFAULT
                                .withGpuLayers(0)
                                .withMlaTensors(GgufFile.read(file).hasLatentAttention()),
                        Progress.NONE);
    }

    /**
     * @param tokens until an end token, which is the last
     * @param logprobs their log-probabilities
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared element by element.
    record Answer(int[] tokens, float[] logprobs) {}

    Answer answer(int[] prompt, int count, boolean ignoreEnd) {
        int[] tokens = new int[count];
        float[] logprobs = new float[count];
        int chosen = 0;
        try (Context context = model.newContext(ContextOptions.single(prompt.length + count, 1)
                        .withBatch(Math.min(BATCH, prompt.length + count), Math.min(BATCH, prompt.length + count)));
                Batch batch = new Batch(context.batchTokens())) {
            int index = -1;
            for (int position = 0; position < prompt.length; position++) {
                if (batch.size() == batch.capacity()) {
                    decode(context, batch);
                }
                index = batch.add(prompt[position], position, 0, position == prompt.length - 1);
            }
            decode(context, batch);
            while (chosen < count) {
                MemorySegment logits = context.logits(index);
                tokens[chosen] = likeliest(logits);
                logprobs[chosen] = (float) logprob(logits, tokens[chosen]);
                chosen++;
                if (chosen == count || (!ignoreEnd && model.vocab().isEndOfGeneration(tokens[chosen - 1]))) {
                    break;
                }
                index = batch.add(tokens[chosen - 1], prompt.length + chosen - 1, 0, true);
                decode(context, batch);
            }
        }
        return new Answer(java.util.Arrays.copyOf(tokens, chosen), java.util.Arrays.copyOf(logprobs, chosen));
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
