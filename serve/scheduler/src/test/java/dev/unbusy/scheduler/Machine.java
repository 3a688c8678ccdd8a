package dev.unbusy.scheduler;

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
 */
record Machine(String name, double fixed, double prompt, double decode, double cell, double tiledCell, int tile) {
    /** The starter model on two slow cores, as measured there: 190 tokens/s of prefill, 90 of decode. */
    static final Machine TWO_CORES = new Machine("two cores", 4, 4.6, 6.3, 0.0052, 0.0011, 64);
    /** The starter model on two cores with matrix units: 1,300 tokens/s of prefill, 300 of decode. */
    static final Machine MATRIX_CORES = new Machine("matrix cores", 2.2, 0.7, 1.1, 0.0008, 0.0002, 64);
    /** A 1.5B model on the same: 166 tokens/s of prefill, 16 of decode, 8 sequences in 150 ms. */
    static final Machine LARGER_MODEL = new Machine("larger model", 50, 5.5, 12, 0.004, 0.001, 64);
    /** A consumer GPU with a 7B model: 4,000 tokens/s of prefill, 80 of decode. */
    static final Machine GPU = new Machine("GPU", 11, 0.22, 0.3, 0.00002, 0.00002, 0);

    /** A step's runs in the order of the batch. */
    static final class Step {
        private int tokens;
        private int decodes;
        private double promptCells;
        private double decodeCells;

        void add(int count, int depth, boolean decoding) {
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
        double time = fixed + (step.tokens - step.decodes) * prompt + step.decodes * decode;
        if (tile == 0 || step.tokens < tile) {
            return time + cell * (step.promptCells + step.decodeCells);
        }
        // Decoding sequences lie in the first tiles, one row each.
        return time + tiledCell * (step.promptCells + Math.max(tile, step.decodes) * step.decodeCells);
    }

    /** Scatters costs: a few per cent always, and now and then half as much again. */
    static double noise(Random random) {
        return Math.exp(0.04 * random.nextGaussian()) * (random.nextInt(100) == 0 ? 1.5 : 1);
    }
}
