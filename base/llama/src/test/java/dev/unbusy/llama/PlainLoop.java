package dev.unbusy.llama;

import dev.unbusy.text.Progress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The baseline that the server is measured against: one sequence, prefill, then greedy decode, in a plain loop over this
 * binding. Prints one JSON document.
 *
 * <p>Arguments: natives directory, model file, prompt tokens, new tokens, threads, runs.
 */
final class PlainLoop {
    private PlainLoop() {}

    /** Best of several runs, because the machine is shared. */
    record Result(double prefillTokensPerSecond, double decodeTokensPerSecond) {
        String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"prefillTokensPerSecond\":%.1f,\"decodeTokensPerSecond\":%.1f}",
                    prefillTokensPerSecond,
                    decodeTokensPerSecond);
        }
    }

    public static void main(String[] arguments) {
        LlamaLibrary library = LlamaLibrary.load(Path.of(arguments[0]));
        int prompt = Integer.parseInt(arguments[2]);
        int fresh = Integer.parseInt(arguments[3]);
        int threads = Integer.parseInt(arguments[4]);
        int runs = Integer.parseInt(arguments[5]);
        try (Model model = library.loadModel(Path.of(arguments[1]), ModelOptions.DEFAULT, Progress.NONE)) {
            System.out.println(measure(model, prompt, fresh, threads, runs).json());
        }
    }

    static Result measure(Model model, int promptTokens, int newTokens, int threads, int runs) {
        double prefill = 0;
        double decode = 0;
        try (Context context = model.newContext(ContextOptions.single(promptTokens + newTokens + 1, threads));
                Batch batch = new Batch(context.batchTokens())) {
            for (int run = 0; run <= runs; run++) {
                context.clear();
                long start = System.nanoTime();
                int next = prefill(context, batch, promptTokens);
                long prefilled = System.nanoTime();
                for (int i = 0; i < newTokens; i++) {
                    batch.clear();
                    batch.add(next, promptTokens + i, 0, true);
                    require(context.decode(batch));
                    next = greedy(context.logits(0));
                }
                long end = System.nanoTime();
                // The first run only warms up.
                if (run > 0) {
                    prefill = Math.max(prefill, promptTokens * 1e9 / (prefilled - start));
                    decode = Math.max(decode, newTokens * 1e9 / (end - prefilled));
                }
            }
        }
        return new Result(prefill, decode);
    }

    private static int prefill(Context context, Batch batch, int promptTokens) {
        int vocabSize = context.vocabSize();
        int last = -1;
        for (int at = 0; at < promptTokens; ) {
            batch.clear();
            while (at < promptTokens && batch.size() < batch.capacity()) {
                // Any tokens do: the time does not depend on which.
                last = batch.add((at * 31 + 7) % vocabSize, at, 0, at == promptTokens - 1);
                at++;
            }
            require(context.decode(batch));
        }
        return greedy(context.logits(last));
    }

    static int greedy(MemorySegment logits) {
        int best = 0;
        float highest = Float.NEGATIVE_INFINITY;
        int size = (int) (logits.byteSize() / Float.BYTES);
        for (int i = 0; i < size; i++) {
            float value = logits.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (value > highest) {
                highest = value;
                best = i;
            }
        }
        return best;
    }

    private static void require(DecodeOutcome outcome) {
        if (outcome != DecodeOutcome.OK) {
            throw new IllegalStateException("decode: " + outcome);
        }
    }
}
