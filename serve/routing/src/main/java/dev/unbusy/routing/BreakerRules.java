package dev.unbusy.routing;

/**
 * When a worker's circuit breaker opens, and for how long ({@link WorkerHealth}).
 *
 * @param consecutiveFailures failures in a row that open it
 * @param leastOutcomes outcomes in the window before their share of failures means anything
 * @param failureShare share of failures in the window that opens it, above 0 to 1
 * @param windowNanos how far back outcomes count
 * @param firstPauseNanos how long it stays open the first time; each further time twice as long
 * @param longestPauseNanos the most that doubling leads to; closed for this long, it starts with the first pause again
 * @param warmUpNanos how long a new or returning worker gets less than its usual load
 */
public record BreakerRules(
        int consecutiveFailures,
        int leastOutcomes,
        double failureShare,
        long windowNanos,
        long firstPauseNanos,
        long longestPauseNanos,
        long warmUpNanos) {
    private static final long SECOND = 1_000_000_000;

    public BreakerRules {
        if (consecutiveFailures < 1 || leastOutcomes < 1) {
            throw new IllegalArgumentException("consecutiveFailures and leastOutcomes must be at least 1: "
                    + consecutiveFailures + ", " + leastOutcomes);
        }
        if (!(failureShare > 0 && failureShare <= 1)) {
            throw new IllegalArgumentException("failureShare must be above 0 and at most 1: " + failureShare);
        }
        if (windowNanos < OutcomeWindow.PARTS) {
            throw new IllegalArgumentException(
                    "windowNanos must be at least " + OutcomeWindow.PARTS + ": " + windowNanos);
        }
        if (firstPauseNanos < 1 || longestPauseNanos < firstPauseNanos || warmUpNanos < 0) {
            throw new IllegalArgumentException("pauses must be positive, the longest no shorter than the first, warm-up"
                    + " not negative: " + firstPauseNanos + ", " + longestPauseNanos + ", " + warmUpNanos);
        }
    }

    /** Five failures in a row, or half of at least 20 in 30 s; pauses from 2 s to 60 s; 30 s of warm-up. */
    public static BreakerRules usual() {
        return new BreakerRules(5, 20, 0.5, 30 * SECOND, 2 * SECOND, 60 * SECOND, 30 * SECOND);
    }
}
