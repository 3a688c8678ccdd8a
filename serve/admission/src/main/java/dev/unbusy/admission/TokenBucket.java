package dev.unbusy.admission;

/**
 * A token bucket that counts exactly: it holds at most a minute's worth, refills evenly, and may go into debt. Units are
 * requests or tokens; a rate of 0 is no limit, and then only what is held is counted. Not thread-safe.
 *
 * <p>The level is a whole number and a fraction of 1/60,000,000, and time passes in ticks of a microsecond, so that a refill
 * is a whole number of fractions: however often and by whichever threads the bucket is looked at, nothing is lost to
 * rounding. A time earlier than one seen before counts as that one; what it is behind comes in when the clock gets there.
 *
 * <p>Bound: over any time, what is taken less what is given back is at most one minute's worth plus the refill of that time,
 * apart from debt. Debt has two causes: more was used than had been taken, and requests larger than the whole bucket.
 */
final class TokenBucket {
    private static final long TICK_NANOS = 1_000;
    private static final long TICKS_PER_MINUTE = 60_000_000;
    /** Longest wait that is told, 190 years: beyond it, nanoseconds do not fit into a {@code long}. */
    private static final long MOST_MINUTES = 100_000_000;

    private long perMinute;
    private long level;
    /** In 1/{@value #TICKS_PER_MINUTE} of a unit, added to the level also where that is negative. */
    private long fraction;
    /** Up to when the refill is in the level. */
    private long filledNanos;
    /** Taken and not ended. */
    private long held;

    TokenBucket(long perMinute, long nowNanos) {
        this.perMinute = perMinute;
        this.level = perMinute;
        this.filledNanos = nowNanos;
    }

    void advance(long nowNanos) {
        long elapsedNanos = nowNanos - filledNanos;
        if (elapsedNanos <= 0) {
            return;
        }
        long ticks = elapsedNanos / TICK_NANOS;
        if (perMinute == 0 || ticks >= ticksUntil(perMinute)) {
            level = perMinute;
            fraction = 0;
            filledNanos = nowNanos;
            return;
        }
        long gained = ticks % TICKS_PER_MINUTE * perMinute + fraction; // at most 6e18, by the largest rate
        level += ticks / TICKS_PER_MINUTE * perMinute + gained / TICKS_PER_MINUTE;
        fraction = gained % TICKS_PER_MINUTE;
        filledNanos += ticks * TICK_NANOS;
    }

    /**
     * Another rate, from the time last advanced to. What was used stays used: the level moves by the difference. A lower
     * rate leaves no more debt than there was or open reservations hold, else a scope that used its former minute in full
     * would stand still for as many minutes as the rate was divided by.
     */
    void changeRate(long newPerMinute) {
        if (newPerMinute == perMinute) {
            return;
        }
        if (perMinute == 0) {
            level = newPerMinute - held;
        } else if (newPerMinute == 0) {
            level = 0;
            fraction = 0;
        } else {
            level = Math.max(level + newPerMinute - perMinute, Math.min(level, -held));
        }
        perMinute = newPerMinute;
        limitToFull();
    }

    /** For {@code amount} more, or for all the bucket can hold where that is less: it must not wait for ever. */
    long waitNanos(long amount, long nowNanos) {
        long ticks = ticksUntil(amount);
        return ticks == 0 ? 0 : Math.max(0, ticks * TICK_NANOS - (nowNanos - filledNanos));
    }

    void take(long amount) {
        held += amount;
        if (perMinute > 0) {
            level -= amount;
        }
    }

    /** Ends what was taken: the difference to what was used goes back, or is charged. */
    void end(long taken, long used) {
        held -= taken;
        if (perMinute > 0) {
            level += taken - used;
            limitToFull();
        }
    }

    /** Whole units; negative in debt, 0 without a limit. */
    long level() {
        return level;
    }

    long held() {
        return held;
    }

    /** Nothing would change if it were made anew. */
    boolean isIdle() {
        return held == 0 && level == perMinute;
    }

    private long ticksUntil(long amount) {
        long missing = Math.min(amount, perMinute) - level;
        if (perMinute == 0 || missing <= 0) {
            return 0;
        }
        long minutes = missing / perMinute;
        if (minutes >= MOST_MINUTES) {
            return MOST_MINUTES * TICKS_PER_MINUTE;
        }
        return minutes * TICKS_PER_MINUTE + Math.ceilDiv(missing % perMinute * TICKS_PER_MINUTE - fraction, perMinute);
    }

    private void limitToFull() {
        if (level >= perMinute) {
            level = perMinute;
            fraction = 0;
        }
    }
}
