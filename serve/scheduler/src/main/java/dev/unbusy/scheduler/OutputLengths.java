package dev.unbusy.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * How long answers get, learned from those that ended: a histogram in which older answers fade. While there are few, the
 * wider record (of all tenants) speaks, and before that a first guess.
 *
 * <p>A quarter of an octave wide buckets: predictions are at most 19 % too long for that.
 */
final class OutputLengths {
    private static final int PER_OCTAVE = 4;
    private static final int BUCKETS = 24 * PER_OCTAVE;
    /** Answers before a record speaks for itself. */
    private static final int ENOUGH = 8;
    /** An answer counts this much more than the one before, so that about 200 count. */
    private static final double GROWTH = 1.005;

    private final double[] weights = new double[BUCKETS];
    private final @Nullable OutputLengths wider;
    private final int firstGuess;
    private double next = 1;
    private int answers;

    OutputLengths(int firstGuess) {
        this(firstGuess, null);
    }

    private OutputLengths(int firstGuess, @Nullable OutputLengths wider) {
        this.firstGuess = firstGuess;
        this.wider = wider;
    }

    /** A record of some of this one's answers. */
    OutputLengths narrowed() {
        return new OutputLengths(firstGuess, this);
    }

    void record(int tokens) {
        weights[bucket(tokens)] += next;
        answers++;
        next *= GROWTH;
        if (next > 1e12) {
            for (int i = 0; i < BUCKETS; i++) {
                weights[i] /= next;
            }
            next = 1;
        }
    }

    /**
     * Tokens that an answer will still get, at most, in this share of all cases.
     *
     * @param generated what it has already; only answers longer than that count
     */
    int remaining(int generated, double share) {
        if (answers < ENOUGH) {
            return wider == null ? Math.max(1, firstGuess - generated) : wider.remaining(generated, share);
        }
        int from = bucket(generated + 1);
        double total = 0;
        for (int i = from; i < BUCKETS; i++) {
            total += weights[i];
        }
        if (total < 1e-3 * next) {
            // Longer than all others: half as much again is as good a guess as any.
            return Math.max(firstGuess, generated / 2);
        }
        double left = total * Math.min(share, 1 - 1e-9); // Sums round.
        int bucket = from;
        while (bucket < BUCKETS - 1 && left > weights[bucket]) {
            left -= weights[bucket++];
        }
        return Math.max(1, end(bucket) - generated);
    }

    /** 1, 2, 3, 4, 5, 6, 7, 8–9, 10–11, … */
    private static int bucket(int tokens) {
        if (tokens < PER_OCTAVE) {
            return Math.max(0, tokens);
        }
        int octave = 31 - Integer.numberOfLeadingZeros(tokens);
        return Math.min(BUCKETS - 1, PER_OCTAVE * (octave - 1) + (tokens >>> (octave - 2) & 3));
    }

    /** The most tokens that fall into a bucket. */
    private static int end(int bucket) {
        if (bucket < PER_OCTAVE) {
            return bucket;
        }
        int octave = bucket / PER_OCTAVE + 1;
        return (int) Math.min(Integer.MAX_VALUE, ((long) (5 + bucket % PER_OCTAVE) << (octave - 2)) - 1);
    }
}
