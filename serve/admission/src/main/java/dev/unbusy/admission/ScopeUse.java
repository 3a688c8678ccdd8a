package dev.unbusy.admission;

/** The use of one scope: its buckets and its open reservations. Guarded by its {@link Quota}. */
final class ScopeUse {
    private final Scope scope;
    private final TokenBucket requests;
    private final TokenBucket tokens;
    private Limits limits;

    /** One that was not used for a while. */
    ScopeUse(ScopedLimits scoped, long nowNanos) {
        scope = scoped.scope();
        limits = scoped.limits();
        requests = new TokenBucket(limits.requestsPerMinute(), nowNanos);
        tokens = new TokenBucket(limits.tokensPerMinute(), nowNanos);
    }

    Scope scope() {
        return scope;
    }

    TokenBucket requests() {
        return requests;
    }

    TokenBucket tokens() {
        return tokens;
    }

    void advance(long nowNanos) {
        requests.advance(nowNanos);
        tokens.advance(nowNanos);
    }

    /** From the time last advanced to. */
    void change(Limits newLimits) {
        limits = newLimits;
        requests.changeRate(newLimits.requestsPerMinute());
        tokens.changeRate(newLimits.tokensPerMinute());
    }

    /** How many more requests may be under way; negative where the limit was lowered below those that are. */
    long free() {
        return limits.concurrency() == 0 ? Long.MAX_VALUE : limits.concurrency() - requests.held();
    }

    /** By which of its limits this scope keeps a request out longest; only asked where it does. */
    QuotaAnswer.Refused refusal(long askedTokens, long waitNanos, long nowNanos) {
        if (free() <= 0) {
            return new QuotaAnswer.Refused(scope, LimitKind.CONCURRENCY, limits.concurrency(), free(), 1, waitNanos);
        }
        return requests.waitNanos(1, nowNanos) >= tokens.waitNanos(askedTokens, nowNanos)
                ? new QuotaAnswer.Refused(
                        scope, LimitKind.REQUESTS, limits.requestsPerMinute(), requests.level(), 1, waitNanos)
                : new QuotaAnswer.Refused(
                        scope, LimitKind.TOKENS, limits.tokensPerMinute(), tokens.level(), askedTokens, waitNanos);
    }

    /** The longer of what both rates ask. */
    long waitNanos(long askedTokens, long nowNanos) {
        return Math.max(requests.waitNanos(1, nowNanos), tokens.waitNanos(askedTokens, nowNanos));
    }

    void take(long askedTokens) {
        requests.take(1);
        tokens.take(askedTokens);
    }

    void end(long takenTokens, long usedRequests, long usedTokens) {
        requests.end(1, usedRequests);
        tokens.end(takenTokens, usedTokens);
    }

    boolean isIdle() {
        return requests.isIdle() && tokens.isIdle();
    }
}
