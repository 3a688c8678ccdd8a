package dev.unbusy.routing;

import java.util.Arrays;

/**
 * How the requests of one worker ended in the last while, and how long the first tokens of the last {@value #SAMPLES} took.
 * Outcomes are counted in {@value #PARTS} parts of the window, so what is forgotten is forgotten a part at a time. Time may
 * come from any clock that does not go back. Not thread-safe.
 */
final class OutcomeWindow {
    static final int PARTS = 10;
    static final int SAMPLES = 64;

    private final long partNanos;
    private final int[] succeeded = new int[PARTS];
    private final int[] failed = new int[PARTS];
    private final long[] ttftNanos = new long[SAMPLES];
    private final long[] ttftAt = new long[SAMPLES];
    private int ttfts;
    private int current;
    private long currentSince;

    OutcomeWindow(long windowNanos, long nowNanos) {
        this.partNanos = windowNanos / PARTS;
        this.currentSince = nowNanos;
    }

    void clear(long nowNanos) {
        Arrays.fill(succeeded, 0);
        Arrays.fill(failed, 0);
        ttfts = 0;
        currentSince = nowNanos;
    }

    void success(long nowNanos) {
        advance(nowNanos);
        succeeded[current]++;
    }

    void failure(long nowNanos) {
        advance(nowNanos);
        failed[current]++;
    }

    void firstToken(long tookNanos, long nowNanos) {
        int at = ttfts++ % SAMPLES;
        ttftNanos[at] = tookNanos;
        ttftAt[at] = nowNanos;
    }

    int outcomes(long nowNanos) {
        advance(nowNanos);
        return Arrays.stream(succeeded).sum() + Arrays.stream(failed).sum();
    }

    /** NaN where nothing has ended in the window. */
    double failureShare(long nowNanos) {
        int all = outcomes(nowNanos);
        return all == 0 ? Double.NaN : (double) Arrays.stream(failed).sum() / all;
    }

    /** Median time to first token in the window; NaN where fewer than {@code least} are known. */
    double typicalTtftNanos(int least, long nowNanos) {
        double[] recent = new double[Math.min(ttfts, SAMPLES)];
        int count = 0;
        for (int i = 0; i < recent.length; i++) {
            if (nowNanos - ttftAt[i] <= partNanos * PARTS) {
                recent[count++] = ttftNanos[i];
            }
        }
        return count < Math.min(least, SAMPLES) ? Double.NaN : median(Arrays.copyOf(recent, count));
    }

    /** NaN of nothing. Sorts its argument. */
    static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private void advance(long nowNanos) {
        long parts = Math.min(PARTS, (nowNanos - currentSince) / partNanos);
        for (int i = 0; i < parts; i++) {
            current = (current + 1) % PARTS;
            succeeded[current] = 0;
            failed[current] = 0;
        }
        if (parts > 0) {
            currentSince = nowNanos - (nowNanos - currentSince) % partNanos;
        }
    }
}
