package dev.unbusy.gateway;

import java.util.concurrent.TimeUnit;

/**
 * How long a request may still be without an answer. Its deadline bounds the time to the first token, which only a stream
 * shows: an answer that comes as a whole may take longer once a worker has the request, up to {@value #WHOLE_HOURS} h, since
 * to give up then would throw away what is nearly done. Whether that worker still computes is its health's business. Used on
 * one event loop.
 */
final class Patience {
    private static final int WHOLE_HOURS = 1;

    private final long deadlineNanos;
    private final boolean stream;
    private long untilNanos;

    Patience(long deadlineMillis, boolean stream, long nowNanos) {
        this.deadlineNanos = TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
        this.stream = stream;
        this.untilNanos = nowNanos + deadlineNanos;
    }

    /** A worker has the request. */
    void sent(long nowNanos) {
        if (!stream) {
            untilNanos = Math.max(untilNanos, nowNanos + TimeUnit.HOURS.toNanos(WHOLE_HOURS));
        }
    }

    /** Its worker is lost. */
    void lost(long nowNanos) {
        if (!stream) {
            untilNanos = Math.min(untilNanos, nowNanos + deadlineNanos);
        }
    }

    /** Its worker is lost in the middle of the answer: the rest has a time of its own to begin. */
    void again(long nowNanos) {
        untilNanos = nowNanos + deadlineNanos;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - untilNanos >= 0;
    }

    long untilNanos() {
        return untilNanos;
    }

    /** At least 1. */
    long remainingMillis(long nowNanos) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNanos - nowNanos));
    }
}
