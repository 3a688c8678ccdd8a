package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * How often guesses came true, by {@linkplain Drafter#confidence class}. Older outcomes fade; while a class has few of its
 * own, a wider record (all requests) stands in for them.
 */
final class Acceptance {
    /** Outcomes that count about fully. */
    private static final double MEMORY = 40;

    private static final double WIDER_WEIGHT = 3;

    private final double[] trials = new double[Drafter.CONFIDENCES];
    private final double[] hits = new double[Drafter.CONFIDENCES];
    /** Taken over, and how much of it still counts. */
    private final double[] wider;

    private final double[] widerWeight = new double[Drafter.CONFIDENCES];

    private Acceptance(double[] wider) {
        this.wider = wider;
        Arrays.fill(widerWeight, WIDER_WEIGHT);
    }

    /** The record of all requests, which starts with a guess of its own. */
    static Acceptance ofAll() {
        double[] first = new double[Drafter.CONFIDENCES];
        for (int i = 0; i < first.length; i++) {
            first[i] = 0.3 + 0.6 * i / (first.length - 1);
        }
        return new Acceptance(first);
    }

    /** The record of one request. */
    Acceptance ofOne() {
        double[] shares = new double[Drafter.CONFIDENCES];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = share(i);
        }
        return new Acceptance(shares);
    }

    void record(int confidence, boolean hit) {
        double keep = 1 - 1 / MEMORY;
        trials[confidence] = trials[confidence] * keep + 1;
        widerWeight[confidence] *= keep;
        hits[confidence] = hits[confidence] * keep + (hit ? 1 : 0);
    }

    /** Probability that a guess of this class comes true. */
    double share(int confidence) {
        double weight = widerWeight[confidence];
        return (hits[confidence] + weight * wider[confidence]) / (trials[confidence] + weight);
    }
}
