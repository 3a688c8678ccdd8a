package dev.unbusy.gateway;

import java.util.concurrent.TimeUnit;

/**
 * For how long nothing has come from a worker. An event only sets a flag, and the next tick turns it into a time, so that
 * events need no clock.
 */
final class Silence {
    private final long limitNanos;
    private boolean heard;
    private long heardNanos;

    Silence(long limitMillis) {
        limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMillis);
    }

    void broken() {
        heard = true;
    }

    /** @param excused the worker cannot be heard now, for reasons of our own */
    void tick(long nowNanos, boolean excused) {
        if (heard || excused || heardNanos == 0) {
            heard = false;
            heardNanos = nowNanos;
        }
    }

    boolean isTooLong(long nowNanos) {
        return nowNanos - heardNanos >= limitNanos;
    }
}
