package dev.unbusy.admission;

/** What a {@link FairQueue} says to a job that would wait. */
public sealed interface Offer {
    /** It waits. */
    record Queued(Place place) implements Offer {}

    /**
     * It could not start before its deadline, so it does not wait.
     *
     * @param expectedWaitNanos how long it would have waited
     * @param retryNanos when to come again: a place is kept for the same request from then on for a while
     */
    record Refused(long expectedWaitNanos, long retryNanos) implements Offer {}
}
