package dev.unbusy.sampling;

import java.lang.foreign.MemorySegment;

/**
 * The arrays that sampling works in: one for a thread that samples, shared by all its requests, so that a token costs no
 * allocation. About 28 bytes per token of the vocabulary. Owned by one thread.
 */
public final class SamplerScratch {
    final LogitRow row;
    final Candidates candidates;
    final float[] weights;
    final double[] blockSums;
    private final MemorySegment weightsSegment;

    /** @param vocabulary tokens in the largest row */
    public SamplerScratch(int vocabulary) {
        row = new LogitRow(vocabulary);
        candidates = new Candidates(vocabulary);
        weights = new float[vocabulary];
        weightsSegment = MemorySegment.ofArray(weights);
        blockSums = new double[(vocabulary + LogitRow.BLOCK - 1) / LogitRow.BLOCK];
    }

    /**
     * Fills {@link #weights} and {@link #blockSums} for the indexed row.
     *
     * @return the sum of all weights, at least 1
     */
    double weighAll(float inverseTemperature) {
        int size = row.size();
        row.copyTo(weightsSegment);
        FastExp.weights(weights, size, row.max(), inverseTemperature);
        double total = 0;
        for (int block = 0; block < row.blocks(); block++) {
            int from = block * LogitRow.BLOCK;
            blockSums[block] = sum(weights, from, Math.min(size, from + LogitRow.BLOCK));
            total += blockSums[block];
        }
        return total;
    }

    /** Collects the tokens that weigh at least {@code threshold}; returns their sum. */
    double collectWeighted(float threshold) {
        candidates.clear();
        double sum = 0;
        int size = row.size();
        for (int block = 0; block < row.blocks(); block++) {
            if (blockSums[block] >= threshold) {
                int to = Math.min(size, (block + 1) * LogitRow.BLOCK);
                for (int token = block * LogitRow.BLOCK; token < to; token++) {
                    if (weights[token] >= threshold) {
                        candidates.addWeighted(token, weights[token]);
                        sum += weights[token];
                    }
                }
            }
        }
        return sum;
    }

    /** The token at {@code point} of all weights laid end to end. */
    int pickWeighted(double point) {
        double passed = 0;
        int block = 0;
        while (block < row.blocks() - 1 && point >= passed + blockSums[block]) {
            passed += blockSums[block++];
        }
        int to = Math.min(row.size(), (block + 1) * LogitRow.BLOCK);
        for (int token = block * LogitRow.BLOCK; token < to; token++) {
            passed += weights[token];
            if (point < passed && weights[token] > 0) {
                return token;
            }
        }
        // Rounding left the point behind the block's end: the likeliest token is always a legal draw.
        return row.argmax();
    }

    /** Four partial sums: one would serialize on the latency of an addition. */
    private static double sum(float[] values, int from, int to) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = from;
        for (; i + 3 < to; i += 4) {
            a += values[i];
            b += values[i + 1];
            c += values[i + 2];
            d += values[i + 3];
        }
        double sum = (double) a + b + c + d;
        for (; i < to; i++) {
            sum += values[i];
        }
        return sum;
    }
}
