package dev.unbusy.admission;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Token buckets of all scopes: who may use how much. A request passes all of its scopes at once or none of them.
 *
 * <p>Reserve on admission, settle at the end:
 * <ol>
 *   <li>Bring each scope up to now, with the limits that hold now.
 *   <li>Admit if in every scope a place is free, a request is left, and as many tokens as are asked for. Else refuse, and
 *       take nothing anywhere.
 *   <li>Take one request and the tokens in every scope.
 *   <li>At the end charge what was used instead.
 * </ol>
 *
 * <p>A bucket holds one minute's worth, so a scope may use that at once after a pause. A request of more tokens than a
 * bucket can ever hold is admitted when the bucket is full, and leaves it in debt: whoever sent it then waits for what it
 * used, and it is never refused for ever.
 *
 * <p>Threads: all may call; one lock guards all scopes, held for some additions per scope. Time: {@code nowNanos} is
 * {@link System#nanoTime} or a virtual clock; threads whose times are behind others' neither gain nor lose anything.
 *
 * <p>Memory: a scope that has its buckets full again and nothing reserved is as one never seen, and forgotten. That is
 * looked for whenever the number of scopes has doubled, so there are at most twice as many as were in use at the last
 * look, or {@value #FEW}.
 */
public final class Quota {
    /**
     * Most tokens that one request may count. Whoever counts more is mistaken, and sums of what is less do not overflow.
     */
    static final long MOST_TOKENS = 1_000_000_000_000L;

    private static final int FEW = 1024;

    private final Map<Scope, ScopeUse> uses = new HashMap<>();
    private int lookAt = FEW;

    /**
     * @param scopes no scope twice
     * @param tokens what the request is expected to use, prompt and answer; more than 10<sup>12</sup> count as that
     */
    public synchronized QuotaAnswer reserve(List<ScopedLimits> scopes, long tokens, long nowNanos) {
        long asked = checked(tokens);
        ScopeUse[] all = new ScopeUse[scopes.size()];
        ScopeUse strictest = null;
        long waitNanos = 0;
        boolean full = false;
        for (int i = 0; i < all.length; i++) {
            ScopeUse use = current(scopes.get(i), nowNanos); // 1
            for (int j = 0; j < i; j++) {
                if (all[j].scope().equals(use.scope())) {
                    throw new IllegalArgumentException("a request passes each scope once: " + use.scope());
                }
            }
            all[i] = use;
            long wait = use.waitNanos(asked, nowNanos); // 2
            boolean noPlace = use.free() <= 0;
            if (noPlace ? !full : !full && wait > waitNanos) {
                strictest = use;
            }
            full |= noPlace;
            waitNanos = Math.max(waitNanos, wait);
        }
        if (strictest != null) {
            return strictest.refusal(asked, waitNanos, nowNanos);
        }
        for (ScopeUse use : all) { // 3
            use.take(asked);
            uses.putIfAbsent(use.scope(), use);
        }
        forgetIdle(nowNanos);
        return new QuotaAnswer.Granted(new Reservation(this, all, asked));
    }

    /** What the tightest of these scopes leave, for the headers of a response. */
    public synchronized RateLimitState state(List<ScopedLimits> scopes, long nowNanos) {
        RateLimitState.Window requests = null;
        RateLimitState.Window tokens = null;
        for (ScopedLimits scoped : scopes) {
            ScopeUse use = current(scoped, nowNanos);
            Limits limits = scoped.limits();
            requests = RateLimitState.tighter(
                    requests, scoped.scope(), limits.requestsPerMinute(), use.requests(), nowNanos);
            tokens = RateLimitState.tighter(tokens, scoped.scope(), limits.tokensPerMinute(), use.tokens(), nowNanos);
        }
        return new RateLimitState(requests, tokens);
    }

    /** How many scopes are remembered, for a gauge. */
    public synchronized int scopes() {
        return uses.size();
    }

    synchronized boolean end(Reservation reservation, long usedRequests, long usedTokens, long nowNanos) {
        if (!reservation.endOnce()) {
            return false;
        }
        for (ScopeUse use : reservation.uses()) { // 4
            use.advance(nowNanos);
            use.end(reservation.tokens(), usedRequests, usedTokens);
            if (use.isIdle()) {
                uses.remove(use.scope());
            }
        }
        return true;
    }

    static long checked(long tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens must not be negative: " + tokens);
        }
        return Math.min(tokens, MOST_TOKENS);
    }

    /** Not yet remembered where it is new: what is refused leaves no trace. */
    private ScopeUse current(ScopedLimits scoped, long nowNanos) {
        ScopeUse use = uses.get(scoped.scope());
        if (use == null) {
            return new ScopeUse(scoped, nowNanos);
        }
        use.advance(nowNanos);
        use.change(scoped.limits());
        return use;
    }

    private void forgetIdle(long nowNanos) {
        if (uses.size() < lookAt) {
            return;
        }
        uses.values().removeIf(use -> {
            use.advance(nowNanos);
            return use.isIdle();
        });
        lookAt = Math.max(FEW, 2 * uses.size());
    }
}
