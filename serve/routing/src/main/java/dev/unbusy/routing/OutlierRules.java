package dev.unbusy.routing;

/**
 * When a worker is so unlike its peers that it gets no requests for a while ({@link OutlierDetector}).
 *
 * @param leastOutcomes outcomes, or times to first token, of a worker before it is compared
 * @param failureShare share of failures below which no worker is ejected for them, above 0 to 1
 * @param failureTimes how many times its peers' share of failures a worker's must be
 * @param ttftTimes how many times its peers' time to first token a worker's must be; above what different hardware explains
 * @param ttftMarginNanos how much longer it must be besides
 * @param ejectionNanos how long the first ejection lasts; the n-th in short order n times as long
 * @param longestEjectionNanos the most that leads to
 */
public record OutlierRules(
        int leastOutcomes,
        double failureShare,
        double failureTimes,
        double ttftTimes,
        long ttftMarginNanos,
        long ejectionNanos,
        long longestEjectionNanos) {
    private static final long SECOND = 1_000_000_000;

    public OutlierRules {
        if (leastOutcomes < 1 || !(failureShare > 0 && failureShare <= 1)) {
            throw new IllegalArgumentException("leastOutcomes must be at least 1, failureShare above 0 and at most 1: "
                    + leastOutcomes + ", " + failureShare);
        }
        if (!(failureTimes > 1 && ttftTimes > 1)) {
            throw new IllegalArgumentException(
                    "failureTimes and ttftTimes must be above 1: " + failureTimes + ", " + ttftTimes);
        }
        if (ttftMarginNanos < 0 || ejectionNanos < 1 || longestEjectionNanos < ejectionNanos) {
            throw new IllegalArgumentException(
                    "ttftMarginNanos must not be negative, ejections positive, the longest no"
                            + " shorter than the first: " + ttftMarginNanos + ", " + ejectionNanos + ", "
                            + longestEjectionNanos);
        }
    }

    /** Ten outcomes; a fifth failed and three times the peers' share; TTFT five times theirs and a second more; 30 s to 5 min. */
    public static OutlierRules usual() {
        return new OutlierRules(10, 0.2, 3, 5, SECOND, 30 * SECOND, 300 * SECOND);
    }
}
