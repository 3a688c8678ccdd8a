package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * What steps cost on a simulated machine, in milliseconds: a fixed part (reading the weights, starting threads), a part for
 * each token, and a part for each KV cell that a token attends over. From {@code tile} tokens on, attention runs in tiles of
 * as many rows: far cheaper per cell, but a tile that holds decoding sequences attends over all their cells for each row.
 * That is what llama.cpp's CPU backend was measured to do (docs/decisions/0010-prefill-chunks.md).
 *
 * @param fixed per step
 * @param prompt per prompt token
 * @param decode per decoded token, logits included
 * @param cell per token and cell it attends over
 * @param tiledCell the same in steps of {@code tile} tokens or more
 * @param tile 0 for none
 * @param split whether each sequence has cells of its own: a step is then computed in parts in which every sequence has
 *     equally many tokens, and nobody attends over the cells of others
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

        void add(int count, int depth, boolean decoding) {
            runs.add(new int[] {count, depth});
            tokens += count;
            double cells = (double) count * depth + count * (count + 1) / 2.0;
            if (decoding) {
                decodes += count;
                decodeCells += cells;
            } else {
                promptCells += cells;
            }
        }

        int tokens() {
            return tokens;
        }
    }

    double millis(Step step) {
        if (split) {
            return fixed + (step.tokens - step.decodes) * prompt + step.decodes * decode + splitAttention(step.runs);
        }
        double time = fixed + (step.tokens - step.decodes) * prompt + step.decodes * decode;
        if (tile == 0 || step.tokens < tile) {
            return time + cell * (step.promptCells + step.decodeCells);
        }
        // Decoding sequences lie in the first tiles, one row each.
        return time + tiledCell * (step.promptCells + Math.max(tile, step.decodes) * step.decodeCells);
    }

    /** Equally many tokens of every run that has some left, until none has. */
    private double splitAttention(List<int[]> runs) {
        double time = 0;
        int done = 0;
        for (int[] shortest :
                runs.stream().sorted(Comparator.comparingInt(run -> run[0])).toList()) {
            int count = shortest[0] - done;
            for (int[] run : runs) {
                if (count > 0 && run[0] > done) {
                    double cells = count * (run[1] + done + count / 2.0);
                    time += cells * (tile > 0 && count >= tile ? tiledCell : cell);
                }
            }
            done += count;
        }
        return time;
    }

    /** Scatters costs: a few per cent always, and now and then half as much again. */
    static double noise(Random random) {
        return Math.exp(0.04 * random.nextGaussian()) * (random.nextInt(100) == 0 ? 1.5 : 1);
    }
}
