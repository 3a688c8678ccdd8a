package dev.unbusy.admission;

/**
 * What one admitted request holds in each of its scopes: one request, its tokens, and a place among those under way. It
 * ends exactly once, by {@link #settle} or {@link #cancel}; whatever comes after changes nothing. Thread-safe.
 */
public final class Reservation {
    private final Quota quota;
    private final ScopeUse[] uses;
    private final long tokens;
    /** Guarded by the quota. */
    private boolean ended;

    Reservation(Quota quota, ScopeUse[] uses, long tokens) {
        this.quota = quota;
        this.uses = uses;
        this.tokens = tokens;
    }

    /** What was reserved. */
    public long tokens() {
        return tokens;
    }

    /**
     * The request ran, to its end or a part of the way: the difference to what was reserved goes back, or is charged, into
     * debt if need be.
     *
     * @param actualTokens of prompt and answer
     * @return true for the one call that ended it
     */
    public boolean settle(long actualTokens, long nowNanos) {
        return quota.end(this, 1, Quota.checked(actualTokens), nowNanos);
    }

    /**
     * The request never ran: all of it goes back, the request itself too.
     *
     * @return true for the one call that ended it
     */
    public boolean cancel(long nowNanos) {
        return quota.end(this, 0, 0, nowNanos);
    }

    /** Under the quota's lock. */
    boolean endOnce() {
        boolean first = !ended;
        ended = true;
        return first;
    }

    ScopeUse[] uses() {
        return uses;
    }
}
