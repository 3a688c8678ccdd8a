package dev.unbusy.scheduler;

/**
 * What steps cost on this machine, learned from those that ran: a {@link CostFilter} for the expected time, and the margin
 * above it that nearly all steps stay within (the machine is shared, the model incomplete), tracked as a quantile.
 */
final class StepCosts {
    /** Share of steps that may take longer than {@link #mostNanos} says. */
    private static final double EXCEEDING = 0.02;

    private static final double FIRST_MARGIN = 0.1;
    private static final double LEAST_MARGIN = 0.03;
    private static final double MOST_MARGIN = 0.35;
    private static final double MARGIN_STEP = 0.04;
    /** Deviation of the costs of steps that are taken often is below. */
    private static final double WELL_KNOWN = 0.1;

    private final CostFilter filter;
    /** ln of the quantile of measured over expected time, for steps with prefill. */
    private double margin = FIRST_MARGIN;

    private final boolean split;
    private final int mostTokens;

    /**
     * @param split whether each slot has cells of its own, so that a step takes several passes
     * @param mostTokens most tokens of a step, all of which a pass can take
     */
    StepCosts(boolean split, int mostTokens) {
        this.split = split;
        this.mostTokens = mostTokens;
        filter = new CostFilter(mostTokens);
    }

    /** To be filled with a step of this machine's. */
    StepLoad load() {
        return new StepLoad(split, mostTokens);
    }

    /** Whether prompts and decoding sequences in one step are computed one after the other anyway. */
    boolean isSplit() {
        return split;
    }

    /** Learns from a step. */
    void observe(StepLoad load, long nanos) {
        boolean surprising = filter.deviation(load) > margin;
        double error = filter.observe(load, Math.log(Math.max(1.0, (double) nanos)));
        if (load.prefillTokens() > 0 && !surprising) {
            double step = error > margin ? MARGIN_STEP * (1 - EXCEEDING) : -MARGIN_STEP * EXCEEDING;
            margin = Math.clamp(margin + step, LEAST_MARGIN, MOST_MARGIN);
        }
    }

    /** Expected time of a step. */
    double nanos(StepLoad load) {
        return load.tokens() == 0 ? 0 : Math.exp(filter.mean(load));
    }

    /** Time that nearly all such steps stay within; far above {@link #nanos} where little is known. */
    double mostNanos(StepLoad load) {
        double deviation = filter.deviation(load);
        // Who is sure to stay within never gets to know more than he does: what is known nearly well enough is tried.
        double caution = Math.clamp(deviation / WELL_KNOWN, 1, 2);
        return Math.exp(filter.mean(load) + Math.hypot(margin, caution * deviation));
    }

    /** Expected time, given the benefit of the doubt where little is known. */
    double leastNanos(StepLoad load) {
        return Math.exp(filter.mean(load) - filter.deviation(load));
    }

    /** How little is known about such steps: standard deviation of ln of {@link #nanos}. */
    double deviation(StepLoad load) {
        return filter.deviation(load);
    }

    /** Token counts at which costs are known best, ascending. */
    int[] knots() {
        return filter.knots();
    }
}
