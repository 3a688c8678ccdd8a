package dev.unbusy.admission;

/**
 * One request in a {@link FairQueue}. All times on one clock, in nanoseconds.
 *
 * @param who what is to be started; the queue hands it back and knows nothing of it
 * @param arrival unique; smaller for whoever came first
 * @param tenant whose share it takes
 * @param weight of the tenant's share against others'; above 0
 * @param level its class
 * @param deadlineNanos when it must have started
 * @param costNanos estimated time of a worker that it takes; at least 1
 * @param fingerprint the same for the same request sent again, 0 for none: how a client that was told to come back is
 *     known again
 * @param returning it had been started and lost its worker: it goes first and is never refused
 */
public record Job<T>(
        T who,
        long arrival,
        String tenant,
        double weight,
        Level level,
        long deadlineNanos,
        long costNanos,
        long fingerprint,
        boolean returning) {

    /** Classes of requests, the first to be served first within a tenant. */
    public enum Level {
        /** Somebody is looking at the screen. */
        INTERACTIVE,
        NORMAL,
        /** May wait as long as any tenant has other work, but for a small share. */
        BATCH
    }

    public Job {
        if (!(weight > 0) || weight > 1e6) {
            throw new IllegalArgumentException("weight " + weight + " of " + tenant + " must be above 0, at most 1e6");
        }
        if (costNanos < 1) {
            throw new IllegalArgumentException("cost of a job must be at least 1 ns, not " + costNanos);
        }
    }
}
