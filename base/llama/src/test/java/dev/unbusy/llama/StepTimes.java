package dev.unbusy.llama;

import dev.unbusy.text.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Scanner;

/**
 * What single steps cost on this machine: the ground that scheduling stands on (docs/decisions/0010). For every line
 * {@code DECODES DEPTH PROMPT POSITION} on standard input it prints milliseconds: median and best of {@value #TIMES} steps in which so
 * many sequences, each with so many tokens before, compute one token, and one more sequence computes so many tokens of a prompt from a
 * position on.
 *
 * <p>Arguments: natives directory, model file, threads, {@code split} or {@code shared} cells.
 */
final class StepTimes {
    private static final int TIMES = 7;
    private static final int SEQUENCES = 9;
    private static final int CONTEXT = 4096;
    private static final int BATCH = 512;

    private final Context context;
    private final Batch batch;

    private StepTimes(Context context, Batch batch) {
        this.context = context;
        this.batch = batch;
    }

    public static void main(String[] arguments) {
        LlamaLibrary library = LlamaLibrary.load(Path.of(arguments[0]));
        int threads = Integer.parseInt(arguments[2]);
        ContextOptions options = ContextOptions.single(SEQUENCES * CONTEXT, threads)
                .withBatch(BATCH, BATCH)
                .withSequences(SEQUENCES, SEQUENCES);
        if (arguments[3].equals("split")) {
            options = options.withCellsOfTheirOwn();
        }
        Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8);
        try (Model model = library.loadModel(Path.of(arguments[1]), ModelOptions.DEFAULT, Progress.NONE);
                Context context = model.newContext(options);
                Batch batch = new Batch(context.batchTokens())) {
            StepTimes times = new StepTimes(context, batch);
            while (lines.hasNextInt()) {
                int decodes = lines.nextInt();
                int depth = lines.nextInt();
                int prompt = lines.nextInt();
                int position = lines.nextInt();
                double[] millis = times.measure(decodes, depth, prompt, position);
                System.out.println(String.format(
                        Locale.ROOT,
                        "%d at %d, prompt %d at %d: median %.1f ms, best %.1f ms",
                        decodes,
                        depth,
                        prompt,
                        position,
                        millis[TIMES / 2],
                        millis[0]));
            }
        }
    }

    private double[] measure(int decodes, int depth, int prompt, int position) {
        context.clear();
        for (int sequence = 0; sequence < decodes; sequence++) {
            fill(sequence, depth);
        }
        if (prompt > 0) {
            fill(SEQUENCES - 1, position);
        }
        double[] millis = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            batch.clear();
            for (int sequence = 0; sequence < decodes; sequence++) {
                batch.add(7, depth, sequence, true);
            }
            for (int at = 0; at < prompt; at++) {
                batch.add((at * 31 + 7) % context.vocabSize(), position + at, SEQUENCES - 1, at == prompt - 1);
            }
            long start = System.nanoTime();
            PlainLoop.require(context.decode(batch));
            millis[i] = (System.nanoTime() - start) * 1e-6;
            for (int sequence = 0; sequence < decodes; sequence++) {
                context.removeTokens(sequence, depth, depth + 1);
            }
            if (prompt > 0) {
                context.removeTokens(SEQUENCES - 1, position, position + prompt);
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    private void fill(int sequence, int tokens) {
        for (int at = 0; at < tokens; ) {
            batch.clear();
            while (at < tokens && batch.size() < batch.capacity()) {
                batch.add((at * 31 + sequence) % context.vocabSize(), at, sequence, false);
                at++;
            }
            PlainLoop.require(context.decode(batch));
        }
    }
}
