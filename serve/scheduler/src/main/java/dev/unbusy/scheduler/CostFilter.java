package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * Learns what a step costs from steps that ran: a Kalman filter over the curve
 *
 * <pre>ln time(kind, tokens, depth) = θ(kind, tokens) + ln(1 + e^λ(kind, tokens) × depth)</pre>
 *
 * of each pass over the weights; a step takes as long as its passes together ({@link StepLoad}). θ (cost without attention)
 * and λ (how much dearer a token gets with each cell it attends over) are piecewise linear between {@linkplain #knots knots}
 * in ln tokens. Logarithms make costs positive and noise a matter of per cent.
 *
 * <p>What is not measured follows what is: all θ share a scale that drifts (a machine gets slower as a whole), neighbouring
 * knots and the three kinds deviate from each other by a random walk. Knots stand closely where kernels change: batched
 * decode of up to 8, and 63 and 64, from where llama.cpp's CPU attention works in tiles (half the cost at depth 3,000).
 *
 * <p>How far a cell's price λ may be off counts for as much as what it is: where attention is believed to cost nothing, a step would
 * otherwise say nothing about λ, and the belief would never be given up. So the curve is taken as the line through its ends one
 * deviation of λ to both sides (statistical linearization), and once more where the step has moved it, so that a step in
 * which λ could not explain what was measured does not move λ as if it could (García-Fernández et al., "Posterior
 * Linearization Filter", IEEE Transactions on Signal Processing, 2015).
 *
 * <p>One step out of line moves the curve little; two in a row mean that the machine has changed. Some ten thousands of
 * operations per step, no allocation.
 */
final class CostFilter {
    private static final int[] FINE = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 63, 64, 96, 128, 192, 256, 384, 512};

    /** Prior: a step of one token takes 10 ms, give or take a factor of 12; n tokens n^0.7 as long. */
    private static final double PRIOR_LN_NANOS = Math.log(10e6);

    private static final double PRIOR_EXPONENT = 0.7;
    private static final double SCALE_VARIANCE = 2.5 * 2.5;
    private static final double WALK_VARIANCE = 0.2;
    private static final double KIND_VARIANCE = 0.1;
    private static final double KNOT_VARIANCE = 0.02;
    /** Beyond a tile, of these two variances. */
    private static final double SMOOTHER = 0.5;

    /** Prior: a token costs twice as much at a depth of 2,000 as at 0, give or take a factor of 4; so does each kernel. */
    private static final double PRIOR_LN_DEPTH = Math.log(1 / 2000.0);

    private static final double DEPTH_SCALE_VARIANCE = 2;
    private static final double DEPTH_KERNEL_VARIANCE = 1;
    /** Passes of few tokens hide attention behind what each pass costs anyway. */
    private static final double DEPTH_WALK_VARIANCE = 0.4;

    private static final double DEPTH_KIND_VARIANCE = 0.1;
    private static final double DEPTH_KNOT_VARIANCE = 0.04;

    /** Drift per step of the whole machine and of a single knot, as variance of ln time. */
    private static final double SCALE_DRIFT = 1e-4;

    private static final double KNOT_DRIFT = 1e-5;
    /** The machine changed: how far it may have. */
    private static final double CHANGE_VARIANCE = 0.5;

    private static final double OUTLIER_DEVIATIONS = 3;
    /** Degrees of freedom of the noise: few, since what disturbs a step disturbs it much. */
    private static final double TAIL = 4;

    private static final double NOISE_RATE = 0.02;
    /** Of λ's variance: keeps a difference quotient from dividing by nothing. */
    private static final double LEAST_SPREAD = 1e-8;
    /** How often a step is linearized anew. */
    private static final int ROUNDS = 3;

    private final int[] knots;
    private final double[] lnKnots;
    private final int size;
    /** All θ, kind by kind, then all λ. */
    private final double[] state;
    /** Covariance of {@link #state}, symmetric, row by row. */
    private final double[] covariance;

    private final double[] gain;
    /** {@link #state} before the step that is being learned from. */
    private final double[] before;
    /** Variance of a single measurement, learned too. */
    private double noise = 0.01;

    private int lastOutlier;

    // The linearization at one step: four entries of the state for each pass, and their derivatives.
    private int entries;
    private int[] at = new int[16];
    private double[] slope = new double[16];
    private double[] lnTimes = new double[4];

    CostFilter(int mostTokens) {
        knots = knots(mostTokens);
        int count = knots.length;
        lnKnots = new double[count];
        for (int k = 0; k < count; k++) {
            lnKnots[k] = Math.log(knots[k]);
        }
        int kinds = StepLoad.Kind.COUNT;
        size = 2 * kinds * count;
        state = new double[size];
        covariance = new double[size * size];
        gain = new double[size];
        before = new double[size];
        for (int i = 0; i < size; i++) {
            boolean depth = i >= size / 2;
            int knot = i % count;
            state[i] = depth ? PRIOR_LN_DEPTH : PRIOR_LN_NANOS + PRIOR_EXPONENT * lnKnots[knot];
            for (int j = 0; j < size; j++) {
                if (depth == j >= size / 2) {
                    boolean sameKind = i / count == j / count;
                    covariance[i * size + j] = depth
                            ? depthPrior(sameKind, i == j, knot, j % count)
                            : prior(sameKind, i == j, knot, j % count);
                }
            }
        }
    }

    private static int[] knots(int most) {
        int[] all = Arrays.copyOf(FINE, FINE.length + 32);
        int count = FINE.length;
        while (all[count - 1] < most) {
            all[count] = all[count - 1] * 2;
            count++;
        }
        return Arrays.copyOf(all, count);
    }

    private double prior(boolean sameKind, boolean same, int knot, int other) {
        double walk = walk(Math.min(knot, other));
        return SCALE_VARIANCE
                + WALK_VARIANCE * walk
                + (sameKind ? KIND_VARIANCE * (1 + walk / 2) : 0)
                + (same ? knotVariance(knot) : 0);
    }

    /** How far the random walk has come: beyond a tile kernels no longer change, and costs rise more evenly. */
    private double walk(int knot) {
        double tile = Math.log(StepLoad.TILE);
        return Math.min(lnKnots[knot], tile) + SMOOTHER * Math.max(0, lnKnots[knot] - tile);
    }

    private double knotVariance(int knot) {
        return knots[knot] > StepLoad.TILE ? SMOOTHER * KNOT_VARIANCE : KNOT_VARIANCE;
    }

    private double depthPrior(boolean sameKind, boolean same, int knot, int other) {
        boolean sameKernel = knots[knot] >= StepLoad.TILE == knots[other] >= StepLoad.TILE;
        return DEPTH_SCALE_VARIANCE
                + (sameKernel ? DEPTH_KERNEL_VARIANCE + DEPTH_WALK_VARIANCE * walk(Math.min(knot, other)) : 0)
                + (sameKernel && sameKind ? DEPTH_KIND_VARIANCE : 0)
                + (same ? DEPTH_KNOT_VARIANCE : 0);
    }

    /** Token counts at which costs are kept, ascending. */
    int[] knots() {
        return knots;
    }

    /** Expected ln of nanoseconds. */
    double mean(StepLoad load) {
        return linearize(load);
    }

    /** Standard deviation of {@link #mean} itself: how little is known, not how much single steps scatter. */
    double deviation(StepLoad load) {
        linearize(load);
        return Math.sqrt(variance());
    }

    /** Learns from a step; returns ln of measured over expected time. */
    double observe(StepLoad load, double lnNanos) {
        double error = lnNanos - linearize(load);
        double spread = Math.sqrt(variance() + noise);
        double deviations = error / spread;
        int outlier = Math.abs(deviations) < OUTLIER_DEVIATIONS ? 0 : (int) Math.signum(error);
        if (outlier != 0 && outlier == lastOutlier) {
            addToScale(CHANGE_VARIANCE);
            correct(load, lnNanos, noise);
            outlier = 0;
        } else {
            // Student's t: the farther out of line, the less it says.
            double weight = (TAIL + 1) / (TAIL + deviations * deviations);
            noise = Math.clamp(noise + NOISE_RATE * (weight * error * error - variance() - noise), 4e-4, 0.05);
            correct(load, lnNanos, noise / weight);
        }
        lastOutlier = outlier;
        return error;
    }

    private void correct(StepLoad load, double lnNanos, double noise) {
        System.arraycopy(state, 0, before, 0, size);
        double total = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double error = lnNanos - linearize(load);
            for (int k = 0; k < entries; k++) {
                error -= slope[k] * (before[at[k]] - state[at[k]]);
            }
            for (int i = 0; i < size; i++) {
                double sum = 0;
                for (int k = 0; k < entries; k++) {
                    sum += covariance[at[k] * size + i] * slope[k]; // A row, as it is symmetric.
                }
                gain[i] = sum;
            }
            total = variance() + noise;
            for (int i = 0; i < size; i++) {
                state[i] = before[i] + gain[i] / total * error;
            }
        }
        for (int i = 0; i < size; i++) {
            double scaled = gain[i] / total;
            int row = i * size;
            for (int j = 0; j < size; j++) {
                covariance[row + j] -= scaled * gain[j];
            }
        }
        addToScale(SCALE_DRIFT);
        for (int i = 0; i < size; i++) {
            boolean depth = i >= size / 2;
            double most = depth ? DEPTH_KNOT_VARIANCE : knotVariance(i % knots.length);
            int diagonal = i * size + i;
            covariance[diagonal] = Math.max(covariance[diagonal], Math.min(most, covariance[diagonal] + KNOT_DRIFT));
        }
    }

    private void addToScale(double variance) {
        for (int i = 0; i < size / 2; i++) {
            for (int j = 0; j < size / 2; j++) {
                covariance[i * size + j] += variance;
            }
        }
    }

    private double variance() {
        double sum = 0;
        for (int i = 0; i < entries; i++) {
            for (int j = 0; j < entries; j++) {
                sum += slope[i] * slope[j] * covariance[at[i] * size + at[j]];
            }
        }
        return Math.max(0, sum);
    }

    /** Sets {@link #at} and {@link #slope}; returns the mean. */
    private double linearize(StepLoad load) {
        int passes = load.passes();
        entries = 4 * passes;
        if (entries > at.length) {
            at = new int[2 * entries];
            slope = new double[2 * entries];
            lnTimes = new double[2 * passes];
        }
        double longest = Double.NEGATIVE_INFINITY;
        for (int pass = 0; pass < passes; pass++) {
            lnTimes[pass] = linearize(load.kind(pass), load.tokens(pass), load.depth(pass), 4 * pass);
            longest = Math.max(longest, lnTimes[pass]);
        }
        if (passes == 1) {
            return longest;
        }
        double sum = 0;
        for (int pass = 0; pass < passes; pass++) {
            sum += Math.exp(lnTimes[pass] - longest);
        }
        double mean = longest + Math.log(sum);
        for (int i = 0; i < entries; i++) {
            slope[i] *= Math.exp(lnTimes[i / 4] - mean);
        }
        return mean;
    }

    /** Of one pass, whose entries begin at {@code entry}. */
    private double linearize(StepLoad.Kind kind, int passTokens, double depth, int entry) {
        int tokens = Math.clamp(passTokens, 1, knots[knots.length - 1]);
        int upper = Arrays.binarySearch(knots, tokens);
        upper = upper < 0 ? -upper - 1 : upper;
        int lower = Math.max(0, upper - 1);
        double share = upper == lower ? 1 : (Math.log(tokens) - lnKnots[lower]) / (lnKnots[upper] - lnKnots[lower]);
        int base = kind.index * knots.length;
        at[entry] = base + lower;
        at[entry + 1] = base + upper;
        at[entry + 2] = size / 2 + base + lower;
        at[entry + 3] = size / 2 + base + upper;
        double lambda = (1 - share) * state[at[entry + 2]] + share * state[at[entry + 3]];
        double spread = spread(at[entry + 2], at[entry + 3], share);
        double high = Math.log1p(depth * Math.exp(lambda + spread));
        double low = Math.log1p(depth * Math.exp(lambda - spread));
        double depthSlope = (high - low) / (2 * spread);
        slope[entry] = 1 - share;
        slope[entry + 1] = share;
        slope[entry + 2] = (1 - share) * depthSlope;
        slope[entry + 3] = share * depthSlope;
        return slope[entry] * state[at[entry]] + slope[entry + 1] * state[at[entry + 1]] + (high + low) / 2;
    }

    /** Standard deviation of what lies between two entries of the state. */
    private double spread(int lower, int upper, double share) {
        double variance = (1 - share) * (1 - share) * covariance[lower * size + lower]
                + 2 * share * (1 - share) * covariance[lower * size + upper]
                + share * share * covariance[upper * size + upper];
        return Math.sqrt(Math.max(LEAST_SPREAD, variance));
    }
}
