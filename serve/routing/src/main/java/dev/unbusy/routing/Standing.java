package dev.unbusy.routing;

/**
 * Whether a worker gets requests as far as its past answers tell, and why.
 *
 * @param takesRequests true where one more may be sent now
 * @param warmth share of the usual load, above 0 to 1, as in {@link WorkerView}
 * @param remainingNanos until its state changes by itself; 0 where it does not
 */
public record Standing(State state, Reason reason, boolean takesRequests, double warmth, long remainingNanos) {

    /** Of the circuit breaker, ejection included. */
    public enum State {
        /** Gets requests. */
        CLOSED,
        /** Gets none for a pause. */
        OPEN,
        /** Gets one at a time, to see whether it answers again. */
        HALF_OPEN,
        /** Gets none for a while because it is unlike its peers. */
        EJECTED
    }

    /** Why it is in its state. */
    public enum Reason {
        /** Nothing speaks against it. */
        HEALTHY,
        /** It has started, or come back, a short time ago. */
        WARMING_UP,
        /** Several requests in a row failed. */
        CONSECUTIVE_FAILURES,
        /** A large share of the last requests failed. */
        FAILURE_SHARE,
        /** The pause is over; a single request tries it. */
        PROBING,
        /** The single request failed as well. */
        PROBE_FAILED,
        /** Far more of its requests fail than of its peers'. */
        OUTLIER_FAILURES,
        /** Its first tokens take far longer than its peers'. */
        OUTLIER_SLOW
    }
}
