package dev.unbusy.routing;

/**
 * One worker as a policy sees it at the moment of the choice. The outstanding numbers are the chooser's own count of what it
 * has dispatched and not yet seen finished, never a scrape: a scraped load is older than the last few dispatches. What the
 * worker publishes ({@code kvFreeShare}, {@code waiting}) is old when it is read, so a policy may be warned by it and never
 * attracted. Unknown is not zero, except where a line says so.
 *
 * @param id the worker's name
 * @param ready true where the worker takes new requests now
 * @param outstandingNanos work dispatched to it and not finished, in time of a fully loaded worker
 * @param outstandingRequests requests dispatched to it and not finished
 * @param capacity requests that it runs at once; 0 where unknown
 * @param matchedPrefixTokens tokens of this request's prompt that it is expected not to compute
 * @param kvFreeShare share of its KV cells, from 0 to 1, that no running request holds, as published; NaN where unknown
 * @param waiting requests of anybody that it has taken in and not begun, as published; −1 where unknown
 * @param warmth share of the usual load that it should get, above 0 to 1: less than 1 for a while after it started
 */
public record WorkerView(
        String id,
        boolean ready,
        long outstandingNanos,
        int outstandingRequests,
        int capacity,
        long matchedPrefixTokens,
        double kvFreeShare,
        int waiting,
        double warmth) {
    public WorkerView {
        if (outstandingNanos < 0 || outstandingRequests < 0) {
            throw new IllegalArgumentException("worker " + id + " has negative outstanding work: " + outstandingNanos
                    + " ns in " + outstandingRequests + " requests");
        }
        if (capacity < 0 || matchedPrefixTokens < 0 || waiting < -1) {
            throw new IllegalArgumentException("worker " + id + " has a negative count: capacity " + capacity
                    + ", matched prefix tokens " + matchedPrefixTokens + ", waiting " + waiting);
        }
        if (kvFreeShare < 0 || kvFreeShare > 1) {
            throw new IllegalArgumentException(
                    "worker " + id + ": free KV share must be from 0 to 1 or NaN: " + kvFreeShare);
        }
        if (!(warmth > 0 && warmth <= 1)) {
            throw new IllegalArgumentException("worker " + id + ": warmth must be above 0 and at most 1: " + warmth);
        }
    }

    /** A worker of which nothing but the chooser's own count is known. */
    public WorkerView(String id, boolean ready, long outstandingNanos, int outstandingRequests) {
        this(id, ready, outstandingNanos, outstandingRequests, 0, 0, Double.NaN, -1, 1);
    }

    public WorkerView withCapacity(int requests) {
        return new WorkerView(
                id,
                ready,
                outstandingNanos,
                outstandingRequests,
                requests,
                matchedPrefixTokens,
                kvFreeShare,
                waiting,
                warmth);
    }

    public WorkerView withMatchedPrefix(long tokens) {
        return new WorkerView(
                id, ready, outstandingNanos, outstandingRequests, capacity, tokens, kvFreeShare, waiting, warmth);
    }

    public WorkerView withPublished(double freeShare, int waitingRequests) {
        return new WorkerView(
                id,
                ready,
                outstandingNanos,
                outstandingRequests,
                capacity,
                matchedPrefixTokens,
                freeShare,
                waitingRequests,
                warmth);
    }

    public WorkerView withWarmth(double share) {
        return new WorkerView(
                id,
                ready,
                outstandingNanos,
                outstandingRequests,
                capacity,
                matchedPrefixTokens,
                kvFreeShare,
                waiting,
                share);
    }
}
