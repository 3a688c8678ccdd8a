package dev.unbusy.llama;

import dev.unbusy.text.Progress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Scanner;

/**
 * The baseline that the server is measured against: one sequence, prefill, then greedy decode, in a plain loop over this
 * binding. For every line {@code PROMPT_TOKENS NEW_TOKENS} on standard input it prints one JSON document, so that whoever
 * measures can take turns with other servers on a machine that changes its speed.
 *
 * <p>Arguments: natives directory, model file, threads, context in tokens.
 */
final class PlainLoop {
    private PlainLoop() {}

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
        ContextOptions options = ContextOptions.single(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[2]));
        Scanner turns = new Scanner(System.in, StandardCharsets.UTF_8);
        try (Model model = library.loadModel(Path.of(arguments[1]), ModelOptions.DEFAULT, Progress.NONE);
                Context context = model.newContext(options);
                Batch batch = new Batch(context.batchTokens())) {
            while (turns.hasNextInt()) {
                System.out.println(
                        run(context, batch, turns.nextInt(), turns.nextInt()).json());
            }
        }
    }

    static Result run(Context context, Batch batch, int promptTokens, int newTokens) {
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
        return new Result(promptTokens * 1e9 / (prefilled - start), newTokens * 1e9 / (end - prefilled));
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

    static void require(DecodeOutcome outcome) {
        if (outcome != DecodeOutcome.OK) {
            throw new IllegalStateException("decode: " + outcome);
        }
    }
}
