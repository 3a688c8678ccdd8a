package dev.unbusy.api;

import java.util.concurrent.TimeUnit;

/**
 * The time during which somebody was awake to look at a worker: two looks further apart than {@value #LONGEST_TICK_MILLIS} ms
 * mean that whoever looks (or the whole machine) stood still, and nobody is to blame for silence that nobody listened to. No
 * clock: its time comes in. Owned by one thread.
 */
public final class AwakeTime {
    public static final long LONGEST_TICK_MILLIS = 1_000;

    private boolean begun;
    private long lastNanos;
    private long awakeNanos;

    /**
     * A look; the first one is at 0.
     *
     * @param nowNanos any monotonic clock
     * @return nanoseconds awake since the first look
     */
    public long at(long nowNanos) {
        if (begun) {
            awakeNanos += Math.clamp(nowNanos - lastNanos, 0, TimeUnit.MILLISECONDS.toNanos(LONGEST_TICK_MILLIS));
        }
        begun = true;
        lastNanos = nowNanos;
        return awakeNanos;
    }
}
