package dev.unbusy.scheduler;

/**
 * How many prompt tokens the next step takes, and whether beside the decoding sequences or in a step of their own.
 *
 * <ol>
 *   <li>Prompts may take what decoding leaves of the stall bound, counted from the decoding sequences' last tokens. Where
 *       decoding alone takes most of the bound, they may take as long as decoding does, but never more than the bound: what
 *       a neighbour is to blame for never exceeds it.
 *   <li>While nobody decodes, a step may take {@value #ALONE_BOUNDS} bounds: so soon can a newcomer overtake.
 *   <li>Of the chunks that nearly surely fit, the largest. Chunks end where the library's blocks do ({@link #aligned}), since what is
 *       left of a block costs as much as a whole one.
 *   <li>Beside decodes or apart, where they share a pass over the weights: what is expected to do more work per time. Together the
 *       weights are read only once; apart, runs of one sequence stay in the kernels made for them.
 *   <li>Where chunks that fit cost more per token than large ones, prompts stand back at first and let the decoding sequences
 *       go on alone: if those end soon, the first prompt runs in large chunks (once it ends, somebody decodes again: the prompts behind
 *       it gain nothing). They wait for as long as it would lose in small chunks, so that guessing wrong costs that twice, and no more
 *       (ski rental).
 * </ol>
 *
 * <p>The decision is left in fields until the next one. Owned by one thread.
 */
final class PrefillBudget {
    static final int ALONE_BOUNDS = 16;
    /** Prompt tokens of a step without decodes at least, whatever they cost: a tile. */
    static final int LEAST_ALONE = StepLoad.TILE;
    /** Tokens that llama.cpp computes at once; a step of more is split by it (default of {@code n_ubatch}). */
    private static final int MICRO_BATCH = 512;
    /** The same beside decodes, as long as costs are not known well enough to say that anything fits. */
    static final int LEAST_BESIDE = 8;

    /** Steps apart must promise so much more, since the costs of what is not done are the less certain ones. */
    private static final double WORTH_PARTING = 1.05;
    /** Small chunks must cost so much more than large ones before prompts wait. */
    private static final double WORTH_WAITING = 1.05;
    /** Costs are known if ln of them deviates by less. */
    private static final double KNOWN = 0.2;
    /** Prompts wait no longer than so many stall bounds, however long the prompt is. */
    private static final int MOST_WAITING_BOUNDS = 20;
    /** Chunks of this size cost the least per token; what a smaller one loses is measured against them. */
    private static final int LARGE_CHUNK = 256;

    private final StepCosts costs;
    private final int batchTokens;
    private final long maxStallNanos;
    private final StepLoad trial;
    private final StepLoad nothing;

    // The decision.
    private int tokens;
    private boolean apart;
    /** What the step's prompts were found to fit into, with what decodes in it. */
    private double limitNanos;
    /** Tokens of a prompt even where nothing fits. */
    private int least;
    /** How long prompts have waited since nobody decoded. */
    private double stoodBackNanos;

    PrefillBudget(StepCosts costs, int batchTokens, long maxStallNanos) {
        this.costs = costs;
        trial = costs.load();
        nothing = costs.load();
        this.batchTokens = batchTokens;
        this.maxStallNanos = maxStallNanos;
    }

    /** Prompt tokens for the next step. */
    int tokens() {
        return tokens;
    }

    /** Whether the next step takes prompts only although sequences decode. */
    boolean isApart() {
        return apart;
    }

    /** There are no prompts. */
    void none() {
        tokens = 0;
        apart = false;
    }

    /**
     * @param decodes all tokens that decode
     * @param elapsedNanos since the decoding sequences' last tokens
     * @param depth where the first prompt goes on
     * @param first its tokens left
     * @param wanted tokens left of all prompts
     * @param mayPart whether the decoding sequences could stay out of this step
     */
    void decide(StepLoad decodes, long elapsedNanos, int depth, int first, int wanted, boolean mayPart) {
        apart = false;
        int middle = depth + first / 2;
        int most = Math.min(wanted, batchTokens - decodes.tokens());
        if (decodes.tokens() == 0) {
            stoodBackNanos = 0;
            least = LEAST_ALONE;
            limitNanos = Double.POSITIVE_INFINITY; // Nobody is kept waiting: however it is divided.
            int fits = largest(nothing, depth, most, (double) ALONE_BOUNDS * maxStallNanos); // 2
            tokens = Math.max(fits, Math.min(most, LEAST_ALONE));
            return;
        }
        least = mayPart ? LEAST_BESIDE : 0;
        double decode = costs.nanos(decodes);
        double share = share(decode) - elapsedNanos; // 1
        if (share <= 0) {
            tokens = 0;
            return;
        }
        // Taken for slow, decoding would be an excuse for prompts to be: what is not known for sure is none.
        double surely = costs.leastNanos(decodes);
        limitNanos = surely + share(surely) - elapsedNanos;
        tokens = largest(decodes, depth, most, limitNanos); // 3
        if (!costs.isSplit()) {
            part(decodes, decode, depth, share, wanted, mayPart); // 4
        }
        if (tokens == 0) {
            tokens = Math.min(most, least);
        }
        if (tokens > 0 && standsBack(decodes, decode, middle, first)) { // 5
            tokens = 0;
            apart = false;
        }
    }

    private void part(StepLoad decodes, double decode, int depth, double share, int wanted, boolean mayPart) {
        int alone = largest(nothing, depth, Math.min(wanted, batchTokens), share);
        double together = value(decodes, decode, depth, tokens);
        if (value(nothing, 0, depth, alone) > together * WORTH_PARTING) {
            apart = mayPart;
            tokens = mayPart ? alone : 0;
            limitNanos = share;
        }
    }

    /**
     * Where a prompt's chunk ends if the prompt does not end in it: so that what is left is whole blocks, of those that the library
     * computes at once, or of its attention's tiles. The rest that is none comes first, where it attends over the least.
     *
     * @param fits most tokens of each chunk
     * @param remaining tokens of the prompt, more than fit
     * @param joining tokens of each chunk that are computed together with others', outside of its blocks
     */
    static int aligned(int fits, int remaining, int joining) {
        int block = fits - joining >= MICRO_BATCH ? MICRO_BATCH : StepLoad.TILE;
        int perChunk = (fits - joining) / block;
        if (perChunk == 0) {
            return fits;
        }
        int blocks = (remaining - fits) / (block + joining);
        int chunk;
        do {
            chunk = remaining - block * blocks - joining * Math.ceilDiv(blocks, perChunk);
            blocks++;
        } while (chunk > fits);
        return Math.max(1, chunk);
    }

    /** 5: as a skier rents skis: never longer than what is lost by not waiting. */
    private boolean standsBack(StepLoad decodes, double decodeNanos, int depth, int first) {
        double large = costs.nanos(trial.clear().prefill(StepLoad.NO_SLOT, LARGE_CHUNK, depth)) / LARGE_CHUNK;
        double share = share(decodeNanos);
        StepLoad base = apart ? nothing : decodes;
        double baseNanos = apart ? 0 : decodeNanos;
        int size = Math.max(1, largest(base, depth, batchTokens - base.tokens(), baseNanos + share));
        double small = (costs.nanos(trial.set(base).prefill(StepLoad.NO_SLOT, size, depth)) - baseNanos) / size;
        if (costs.deviation(trial) > KNOWN) {
            return false; // Who always waited would never get to know.
        }
        double lost = first * (small - WORTH_WAITING * large);
        double most = Math.min(lost, (double) MOST_WAITING_BOUNDS * maxStallNanos);
        if (stoodBackNanos + decodeNanos > most) {
            return false;
        }
        stoodBackNanos += decodeNanos;
        return true;
    }

    /** What prompts may take of the stall bound. */
    private double share(double decodeNanos) {
        double bound = maxStallNanos;
        return Math.max(bound - decodeNanos, Math.min(bound, decodeNanos));
    }

    /**
     * Most tokens of a prompt, up to so many, that the decision has room for behind what the step holds by now. The decision was
     * made for as many tokens as {@link #tokens} says: fewer of them, or another prompt's, can cost more.
     */
    int fitting(StepLoad step, int depth, int wanted) {
        int fits = largest(step, depth, wanted, limitNanos);
        return fits == 0 && step.prefillTokens() == 0 ? Math.min(wanted, least) : fits;
    }

    /** Most tokens of a prompt that may join a step without making it longer than this, as far as can be told. */
    int joining(StepLoad step, int depth, int wanted, double untilNanos) {
        int fits = 0;
        int tooMany = wanted + 1;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) >>> 1;
            if (costs.nanos(trial.set(step).prefill(StepLoad.NO_SLOT, middle, depth)) <= untilNanos) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    /** The largest chunk that fits. */
    private int largest(StepLoad base, int depth, int wanted, double limitNanos) {
        int[] knots = costs.knots();
        int above = wanted;
        if (wanted <= 0 || fits(base, depth, wanted, limitNanos)) {
            return Math.max(0, wanted);
        }
        // Costs need not rise with the tokens, so a size that does not fit says nothing about smaller and larger ones.
        for (int k = knots.length - 1; k >= 0; k--) {
            int size = costs.isSplit() ? knots[k] : knots[k] - base.tokens();
            if (size > 0 && size < wanted) {
                if (fits(base, depth, size, limitNanos)) {
                    return grow(base, depth, size, above, limitNanos);
                }
                above = size;
            }
        }
        return 0;
    }

    /** What a large chunk by itself would take for these prompt tokens over what they add to a step. */
    private double value(StepLoad base, double baseNanos, int depth, int size) {
        if (size == 0) {
            return 0;
        }
        double large = costs.nanos(trial.clear().prefill(StepLoad.NO_SLOT, LARGE_CHUNK, depth)) * size / LARGE_CHUNK;
        trial.set(base).prefill(StepLoad.NO_SLOT, size, depth);
        // The difference of two estimates is believed only so far. What was not tried for long is given the benefit of
        // the
        // doubt, else it never would be.
        double added = Math.max(costs.nanos(trial) - baseNanos, large / 4);
        return large / added * Math.exp(costs.deviation(trial));
    }

    /** The largest size that fits between one that does and one that may not. */
    private int grow(StepLoad base, int depth, int fitting, int above, double limitNanos) {
        int fits = fitting;
        int tooMany = above;
        while (tooMany - fits > 1 + fits / 32) {
            int middle = (fits + tooMany) >>> 1;
            if (fits(base, depth, middle, limitNanos)) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    private boolean fits(StepLoad base, int depth, int size, double limitNanos) {
        return costs.mostNanos(trial.set(base).prefill(StepLoad.NO_SLOT, size, depth)) <= limitNanos;
    }
}
