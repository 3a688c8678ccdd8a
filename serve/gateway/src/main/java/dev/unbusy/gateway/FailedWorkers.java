package dev.unbusy.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which workers have failed one request, in which state, and when they may be asked again. A worker that has changed since
 * is asked at once; one of which nothing new is known, after a pause that doubles from 100 ms to 2 s. Written on the
 * request's event loop, read on any thread.
 */
final class FailedWorkers {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Id → version when it failed. volatile and immutable: the dispatcher reads it on the thread that reports a change. */
    private volatile Map<String, Long> versions = Map.of();

    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long askAgainNanos;

    void add(String backendId, long version) {
        Map<String, Long> more = new HashMap<>(versions);
        more.put(backendId, version);
        versions = Map.copyOf(more);
    }

    boolean contains(Backends.Entry entry) {
        Long version = versions.get(entry.backend().id());
        return version != null && version == entry.version();
    }

    /** The request waits from now on. */
    void waiting(long nowNanos) {
        askAgainNanos = nowNanos + pauseNanos;
    }

    /**
     * Forgets the failures where the pause has passed.
     *
     * @return whether there was something to forget
     */
    boolean forgiven(long nowNanos) {
        if (versions.isEmpty() || nowNanos - askAgainNanos < 0) {
            return false;
        }
        versions = Map.of();
        pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
        return true;
    }
}
