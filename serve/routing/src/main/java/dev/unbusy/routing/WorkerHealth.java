package dev.unbusy.routing;

import dev.unbusy.routing.Standing.Reason;
import dev.unbusy.routing.Standing.State;

/**
 * What the requests sent to one worker say about it: a circuit breaker, the place of {@link OutlierDetector}'s ejections,
 * and the slow start of a new or returning worker. No I/O, no thread, no clock; time may come from any clock that does not
 * go back. Not thread-safe.
 *
 * <p>Only requests change the breaker. That a health check was answered says that a process answers health checks; it never
 * reaches this class, and a worker that comes back by it ({@link #returned}) keeps everything held against it.
 *
 * <ol>
 *   <li>Closed: it opens after so many failures in a row, or when so large a share of the requests in the window failed.
 *   <li>Open: no request for a pause, which doubles each time up to a bound.
 *   <li>Half open: one request at a time. Its first token, or its success, closes the breaker; its failure opens it again; if
 *       the client leaves first, the next one tries.
 *   <li>Closed again: what was counted is forgotten, and the worker gets its usual load little by little. After the longest
 *       pause without opening, pauses start short again.
 *   <li>An outcome counts only in the state in which its request was sent: answers that were under way when the breaker
 *       opened neither prolong the pause nor end it.
 * </ol>
 */
public final class WorkerHealth {
    /** Share of the usual load that the slow start begins with. */
    static final double LEAST_WARMTH = 0.1;

    private final String workerId;
    private final BreakerRules rules;
    private final OutcomeWindow window;
    private State state = State.CLOSED;
    private Reason reason = Reason.HEALTHY;
    /** Changes with the state; a ticket is the term in which its request was sent. */
    private long term;

    private int failuresInARow;
    /** Times that it has opened without being closed for long in between. */
    private int openings;

    private int ejections;
    private long closedAt;
    private long pauseEndsAt;
    private boolean probeUnderWay;
    private long warmingSince;

    public WorkerHealth(String workerId, BreakerRules rules, long nowNanos) {
        this.workerId = workerId;
        this.rules = rules;
        this.window = new OutcomeWindow(rules.windowNanos(), nowNanos);
        this.closedAt = nowNanos;
        this.warmingSince = nowNanos;
    }

    public String workerId() {
        return workerId;
    }

    public Standing standing(long nowNanos) {
        advance(nowNanos);
        double warmth = warmth(nowNanos);
        return switch (state) {
            case CLOSED ->
                new Standing(
                        state,
                        warmth < 1 ? Reason.WARMING_UP : Reason.HEALTHY,
                        true,
                        warmth,
                        warmth < 1 ? warmingSince + rules.warmUpNanos() - nowNanos : 0);
            case HALF_OPEN -> new Standing(state, reason, !probeUnderWay, 1, 0); // as warm as any, or no probe comes
            case OPEN, EJECTED -> new Standing(state, reason, false, LEAST_WARMTH, pauseEndsAt - nowNanos);
        };
    }

    /**
     * A request is sent to it.
     *
     * @return the ticket with which the request's end is reported, exactly once
     * @throws IllegalStateException where its standing says that it takes none
     */
    public long sent(long nowNanos) {
        if (!standing(nowNanos).takesRequests()) {
            throw new IllegalStateException("worker " + workerId + " takes no request: " + state + ", " + reason);
        }
        probeUnderWay = state == State.HALF_OPEN;
        return term;
    }

    /** The first output of a request has come back. */
    public void firstToken(long ticket, long tookNanos, long nowNanos) {
        if (isCurrent(ticket, nowNanos)) {
            window.firstToken(tookNanos, nowNanos);
            closeAfterProbe(nowNanos);
        }
    }

    public void succeeded(long ticket, long nowNanos) {
        if (isCurrent(ticket, nowNanos)) {
            failuresInARow = 0;
            window.success(nowNanos);
            closeAfterProbe(nowNanos);
        }
    }

    /** It failed for a reason that lies with the worker: no connection, an error of its own, a broken answer, silence. */
    public void failed(long ticket, long nowNanos) {
        if (!isCurrent(ticket, nowNanos)) {
            return;
        }
        // 3
        if (state == State.HALF_OPEN) {
            open(Reason.PROBE_FAILED, nowNanos);
            return;
        }
        // 1
        failuresInARow++;
        window.failure(nowNanos);
        if (failuresInARow >= rules.consecutiveFailures()) {
            open(Reason.CONSECUTIVE_FAILURES, nowNanos);
        } else if (window.outcomes(nowNanos) >= rules.leastOutcomes()
                && window.failureShare(nowNanos) >= rules.failureShare()) {
            open(Reason.FAILURE_SHARE, nowNanos);
        }
    }

    /** It ended for a reason that says nothing about the worker: the client left, the gateway stops. */
    public void abandoned(long ticket, long nowNanos) {
        if (isCurrent(ticket, nowNanos)) {
            probeUnderWay = false;
        }
    }

    /** The same process takes requests again after it did not for a while: it warms up, and nothing is forgiven. */
    public void returned(long nowNanos) {
        warmingSince = nowNanos;
    }

    /** Another process serves: nothing that the one before did is held against it. */
    public void restarted(long nowNanos) {
        openings = 0;
        ejections = 0;
        close(nowNanos);
    }

    /** For {@link OutlierDetector}: what to compare. */
    OutcomeWindow window() {
        return window;
    }

    /** For {@link OutlierDetector}. @return how long it gets nothing */
    long eject(Reason why, OutlierRules outliers, long nowNanos) {
        ejections++;
        long nanos = Math.min(outliers.longestEjectionNanos(), saturatedProduct(outliers.ejectionNanos(), ejections));
        pause(State.EJECTED, why, nanos, nowNanos);
        return nanos;
    }

    /** For {@link OutlierDetector}: one more look at which it was like its peers. */
    void inLine() {
        ejections = Math.max(0, ejections - 1);
    }

    private void advance(long nowNanos) {
        boolean over = nowNanos - pauseEndsAt >= 0;
        if (state == State.OPEN && over) {
            state = State.HALF_OPEN;
            reason = Reason.PROBING;
            probeUnderWay = false;
            term++;
        } else if (state == State.EJECTED && over) {
            close(nowNanos);
        }
    }

    // 5
    private boolean isCurrent(long ticket, long nowNanos) {
        advance(nowNanos);
        return ticket == term;
    }

    // 3, 4
    private void closeAfterProbe(long nowNanos) {
        if (state == State.HALF_OPEN) {
            close(nowNanos);
        }
    }

    private void close(long nowNanos) {
        state = State.CLOSED;
        reason = Reason.HEALTHY;
        term++;
        failuresInARow = 0;
        probeUnderWay = false;
        window.clear(nowNanos);
        closedAt = nowNanos;
        warmingSince = nowNanos;
    }

    // 2
    private void open(Reason why, long nowNanos) {
        if (state == State.CLOSED && nowNanos - closedAt >= rules.longestPauseNanos()) {
            openings = 0; // 4
        }
        long nanos = saturatedProduct(rules.firstPauseNanos(), 1L << Math.min(openings, 62));
        openings++;
        pause(State.OPEN, why, Math.min(rules.longestPauseNanos(), nanos), nowNanos);
    }

    private void pause(State next, Reason why, long nanos, long nowNanos) {
        state = next;
        reason = why;
        term++;
        pauseEndsAt = nowNanos + nanos;
    }

    private double warmth(long nowNanos) {
        long since = nowNanos - warmingSince;
        return since >= rules.warmUpNanos()
                ? 1
                : LEAST_WARMTH + (1 - LEAST_WARMTH) * Math.max(0, since) / rules.warmUpNanos();
    }

    private static long saturatedProduct(long a, long b) {
        return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
    }
}
