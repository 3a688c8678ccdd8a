package dev.unbusy.scheduler;

/**
 * What steps cost on this machine, learned from those that ran: {@code time = decode(n sequences) + prefill tokens × each}.
 * Two moving averages; costs that rise are believed at once and those that fall slowly, since a chunk too small costs a few
 * per cent of throughput and one too large breaks the stall bound.
 *
 * <p>The cost of a prefill token holds for chunks like the last ones: small chunks cost more a token (the weights are read
 * for fewer tokens), long contexts too (attention). Both only make the next chunk smaller than it could be, and the step
 * after that corrects it.
 */
final class StepCosts {
    private static final double RISE = 0.5;
    private static final double FALL = 0.15;
    /** Measurements over fewer prefill tokens count proportionally less. */
    private static final int FULL_WEIGHT_TOKENS = 32;
    /** Part of the bound that chunks are sized for; the rest absorbs what the model does not know. */
    private static final double TARGET = 0.8;
    /** Prefill never stops entirely, even where decoding alone takes the whole bound. */
    static final int MIN_CHUNK = 16;
    /** Chunk beside decoding sequences before anything was measured. */
    private static final int FIRST_CHUNK = 32;

    /** By log2 of the number of decoding sequences, in nanoseconds; 0 is not measured yet. */
    private final double[] decodeNanos = new double[32];

    private double prefillTokenNanos;

    /** Learns from a step. */
    void observe(int decodes, int prefillTokens, long nanos) {
        if (prefillTokens == 0) {
            int bucket = bucket(decodes);
            decodeNanos[bucket] = average(decodeNanos[bucket], (double) nanos, 1);
        } else {
            double each = (nanos - decodeNanos(decodes)) / prefillTokens;
            // A mixed step can take less than decoding alone was believed to: then the share of prefill is unknown.
            each = Math.max(each, nanos * 0.1 / prefillTokens);
            prefillTokenNanos =
                    average(prefillTokenNanos, each, Math.min(1, (double) prefillTokens / FULL_WEIGHT_TOKENS));
        }
    }

    /** Prefill tokens that fit a step beside so many decoding sequences without breaking the stall bound. */
    int prefillTokens(int decodes, long maxStallNanos) {
        if (prefillTokenNanos == 0) {
            return FIRST_CHUNK;
        }
        double left = maxStallNanos * TARGET - decodeNanos(decodes);
        return (int) Math.max(MIN_CHUNK, Math.min(Integer.MAX_VALUE, left / prefillTokenNanos));
    }

    /** Expected time of a step that only decodes; 0 if nothing like it was measured. */
    double decodeNanos(int decodes) {
        if (decodes == 0) {
            return 0;
        }
        int wanted = bucket(decodes);
        for (int bucket = wanted; bucket >= 0; bucket--) {
            if (decodeNanos[bucket] > 0) {
                // Unmeasured batch sizes: half as much again for each doubling, above what memory-bound decoding costs.
                return decodeNanos[bucket] * Math.pow(1.5, wanted - bucket);
            }
        }
        for (int bucket = wanted + 1; bucket < decodeNanos.length; bucket++) {
            if (decodeNanos[bucket] > 0) {
                return decodeNanos[bucket];
            }
        }
        return 0;
    }

    double prefillTokenNanos() {
        return prefillTokenNanos;
    }

    private static double average(double old, double measured, double weight) {
        if (old == 0) {
            return measured;
        }
        return old + (measured - old) * weight * (measured > old ? RISE : FALL);
    }

    private static int bucket(int decodes) {
        return 31 - Integer.numberOfLeadingZeros(Math.max(1, decodes));
    }
}
