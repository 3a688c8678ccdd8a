package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What steps cost on a simulated machine, in milliseconds: a fixed part (reading the weights, starting threads), a part for
 * each token, and a part for each KV cell that a token attends over. From {@code tile} tokens on, attention runs in tiles of
 * as many rows: far cheaper per cell, but a tile that holds decoding sequences attends over all their cells for each row.
 * That is what llama.cpp's CPU backend was measured to do (docs/decisions/0010-prefill-chunks.md).
 *
 * @param fixed per pass over the weights
 * @param prompt per prompt token
 * @param decode per decoded token, logits included
 * @param cell per token and cell it attends over
 * @param tiledCell the same in steps of {@code tile} tokens or more
 * @param tile 0 for none; a tile with fewer rows costs as much as a whole one
 * @param split whether each sequence has cells of its own: a step is then computed in passes, as llama.cpp's split_equal makes them:
 *     neighbours in the batch whose ids follow one another, equally many tokens of each, at most 512
 */
record Machine(
        String name,
        double fixed,
        double prompt,
        double decode,
        double cell,
        double tiledCell,
        int tile,
        boolean split) {
    /** The starter model on two slow cores, KV cells shared: 190 tokens/s of prefill, 90 of decode. */
    static final Machine TWO_CORES = new Machine("two cores", 4, 4.6, 6.3, 0.0052, 0.0011, 64);
    /** The same with cells of their own: 240 tokens/s of prefill, 95 of decode, 7 sequences in 66 ms. */
    static final Machine TWO_CORES_SPLIT = new Machine("two cores, split", 1, 3.85, 6.8, 0.0052, 0.0012, 64, true);
    /** The starter model on two cores with matrix units: 1,300 tokens/s of prefill, 300 of decode. */
    static final Machine MATRIX_CORES = new Machine("matrix cores", 2.2, 0.7, 1.1, 0.0008, 0.0002, 64);
    /** The same with cells of their own: 8 sequences in 30 ms at a depth of 480, 128 tokens of a prompt in 97 ms. */
    static final Machine MATRIX_CORES_SPLIT = new Machine("matrix cores, split", 5, 0.7, 1, 0.0044, 0.001, 64, true);
    /** The same on a busier machine: 1 sequence in 9 ms and 8 in 34 at a depth of 450, 64 tokens of a prompt in 98 ms at 320, 32 in 80. */
    static final Machine BUSY_MATRIX_CORES_SPLIT =
            new Machine("busy matrix cores, split", 5.5, 0.85, 1.5, 0.0044, 0.0017, 64, true);
    /** A 1.5B model on the same: 166 tokens/s of prefill, 16 of decode, 8 sequences in 150 ms. */
    static final Machine LARGER_MODEL = new Machine("larger model", 50, 5.5, 12, 0.004, 0.001, 64);
    /** A consumer GPU with a 7B model: 4,000 tokens/s of prefill, 80 of decode. */
    static final Machine GPU = new Machine("GPU", 11, 0.22, 0.3, 0.00002, 0.00002, 0);

    Machine(String name, double fixed, double prompt, double decode, double cell, double tiledCell, int tile) {
        this(name, fixed, prompt, decode, cell, tiledCell, tile, false);
    }

    /** A step's runs in the order of the batch. */
    static final class Step {
        private final List<int[]> runs = new ArrayList<>();
        private int tokens;
        private int decodes;
        private double promptCells;
        private double decodeCells;

        static Step of(StepPlan<?> plan) {
            Step step = new Step();
            for (int run = 0; run < plan.runs(); run++) {
                step.add(plan.sequence(run).slot, plan.count(run), plan.firstPosition(run), plan.isDecode(run));
            }
            for (int i = 0; i < plan.fillers(); i++) {
                step.fill(plan.fillerSlot(i), plan.fillerPosition(i));
            }
            return step;
        }

        void add(int slot, int count, int depth, boolean decoding) {
            runs.add(new int[] {slot, count, depth, decoding ? 1 : 0});
            tokens += count;
            double cells = (double) count * depth + count * (count + 1) / 2.0;
            if (decoding) {
                decodes += count;
                decodeCells += cells;
            } else {
                promptCells += cells;
            }
        }

        /** A row that nobody wants. */
        private void fill(int slot, int depth) {
            int at = 0;
            while (at < runs.size() && runs.get(at)[0] < slot) {
                at++;
            }
            runs.add(at, new int[] {slot, 1, depth, 1});
        }

        int tokens() {
            return tokens;
        }
    }

    double millis(Step step) {
        if (split) {
            return passes(step.runs);
        }
        double time = fixed + (step.tokens - step.decodes) * prompt + step.decodes * decode;
        if (tile == 0 || step.tokens < tile) {
            return time + cell * (step.promptCells + step.decodeCells);
        }
        // Decoding sequences lie in the first tiles, one row each.
        return time + tiledCell * (step.promptCells + Math.max(tile, step.decodes) * step.decodeCells);
    }

    private double passes(List<int[]> runs) {
        List<int[]> left = new ArrayList<>();
        runs.forEach(run -> left.add(run.clone()));
        double time = 0;
        while (!left.isEmpty()) {
            List<int[]> pass = new ArrayList<>();
            for (int[] run : left) {
                if (pass.isEmpty() || run[0] == pass.getLast()[0] + 1) {
                    pass.add(run);
                }
            }
            int rows = pass.stream().mapToInt(run -> run[1]).min().orElseThrow();
            rows = Math.min(rows, 512 / pass.size());
            time += fixed;
            for (int[] run : pass) {
                time += rows * (run[3] == 1 ? decode : prompt);
                double cells = run[2] + rows / 2.0;
                time += cells * (tile > 0 && rows >= tile ? tiledCell * Math.ceilDiv(rows, tile) * tile : cell * rows);
                run[1] -= rows;
                run[2] += rows;
            }
            left.removeIf(run -> run[1] == 0);
        }
        return time;
    }

    /** Scatters costs: a few per cent always, and now and then half as much again. */
    static double noise(Random random) {
        return Math.exp(0.04 * random.nextGaussian()) * (random.nextInt(100) == 0 ? 1.5 : 1);
    }
}
