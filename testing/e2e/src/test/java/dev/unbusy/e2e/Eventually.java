package dev.unbusy.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits for what other processes do, by looking again and again: the only place in the tests that polls. */
final class Eventually {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Eventually() {}

    /** Returns the first value that is neither null nor false; fails with {@code what} and the last failure after the limit. */
    static <T> T get(String what, Duration limit, Callable<@Nullable T> look) {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        Throwable last = null;
        while (System.nanoTime() < deadlineNanos) {
            try {
                T value = look.call();
                if (value != null && !Boolean.FALSE.equals(value)) {
                    return value;
                }
                last = null;
            } catch (Exception | AssertionError e) {
                last = e;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        throw new AssertionError(what + " did not happen within " + limit, last);
    }

    static void until(String what, Duration limit, Callable<Boolean> look) {
        get(what, limit, look);
    }
}
