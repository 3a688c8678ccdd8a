package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * How long decoding sequences were kept from their next token by neighbours: for each token, the time since the one before,
 * less what the steps in between would have taken without prompts and drafts. Worst and quantiles over the last one to two
 * windows. Owned by one thread.
 *
 * <p>Durations are counted in buckets 5 % wide from 0.1 ms to 17 minutes; quantiles are upper ends of buckets.
 */
final class StallMeter {
    private static final double LEAST_NANOS = 1e5;
    private static final double LN_WIDTH = Math.log(1.05);
    private static final int BUCKETS = 331;

    private final long windowNanos;
    private int[] counts = new int[BUCKETS];
    private int[] earlier = new int[BUCKETS];
    private long worst;
    private long earlierWorst;
    private long windowStart;
    private boolean started;

    /** @param windowNanos what is older than two of these is forgotten, and what is younger than one is not */
    StallMeter(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** A sequence got a token that neighbours had delayed by so much; 0 counts too. */
    void record(long nowNanos, long stallNanos) {
        rotate(nowNanos);
        long stall = Math.max(0, stallNanos);
        counts[bucket(stall)]++;
        worst = Math.max(worst, stall);
    }

    /** The longest stall, exactly. */
    long worstNanos(long nowNanos) {
        rotate(nowNanos);
        return Math.max(worst, earlierWorst);
    }

    /** What this share of all tokens was not delayed by more than, rounded up by at most 5 %; 0 without tokens. */
    long quantileNanos(long nowNanos, double share) {
        rotate(nowNanos);
        long total = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            total += counts[bucket] + earlier[bucket];
        }
        long left = (long) Math.ceil(total * share);
        for (int bucket = 0; bucket < BUCKETS && left > 0; bucket++) {
            left -= counts[bucket] + earlier[bucket];
            if (left <= 0) {
                return bucket == 0
                        ? 0
                        : Math.min((long) (LEAST_NANOS * Math.exp(bucket * LN_WIDTH)), worstNanos(nowNanos));
            }
        }
        return 0;
    }

    private void rotate(long nowNanos) {
        if (!started) {
            started = true;
            windowStart = nowNanos;
        }
        long age = nowNanos - windowStart;
        if (age < windowNanos) {
            return;
        }
        int[] reused = earlier;
        boolean recent = age < 2 * windowNanos;
        earlier = counts;
        earlierWorst = recent ? worst : 0;
        if (!recent) {
            Arrays.fill(earlier, 0);
        }
        counts = reused;
        Arrays.fill(counts, 0);
        worst = 0;
        windowStart = recent ? windowStart + windowNanos : nowNanos;
    }

    /** 0 for what is below the least, then each bucket up to 5 % above the one before. */
    private static int bucket(long nanos) {
        if (nanos < LEAST_NANOS) {
            return 0;
        }
        return Math.min(BUCKETS - 1, 1 + (int) (Math.log(nanos / LEAST_NANOS) / LN_WIDTH));
    }
}
