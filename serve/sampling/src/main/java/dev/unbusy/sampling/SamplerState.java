package dev.unbusy.sampling;

/**
 * All that a draw depends on besides logits and parameters, so that another worker can go on with the next token: the
 * random number of token {@code i} is a function of seed and {@code i} alone (counter-based, as in Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the mixer is SplitMix64's finalizer).
 *
 * @param seed the request's seed, one per choice
 * @param accepted tokens generated so far
 */
public record SamplerState(long seed, long accepted) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    public SamplerState {
        if (accepted < 0) {
            throw new IllegalArgumentException("accepted must not be negative, got " + accepted);
        }
    }

    /** The start of choice {@code index} of a request; choices are independent, choice 0 uses the seed itself. */
    public static SamplerState start(long seed, int index) {
        return new SamplerState(index == 0 ? seed : mix(seed + index * GOLDEN), 0);
    }

    /** Uniform in [0, 1), 53 bits, for the token after {@code accepted} others. */
    static double uniform(long seed, long accepted) {
        // Seed and counter are mixed one after the other: added, seed s at token 1 would equal seed s + GOLDEN at 0.
        return (mix(mix(seed) + (accepted + 1) * GOLDEN) >>> 11) * 0x1.0p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
