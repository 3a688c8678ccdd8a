package dev.unbusy.admission;

import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One tenant in a {@link FairQueue}: its waiting jobs in their order, its tag in the queue's virtual time, what it has asked
 * for of late, and what it has been promised. Owned by its queue.
 */
final class TenantLane<T> {
    /** What was asked for counts as demand for about so long. */
    static final double DEMAND_NANOS = 60e9;

    private static final double LEAST_AGE_NANOS = 10e9;
    private static final long SWEEP_NANOS = 1_000_000_000L;

    /** One waiting job; its place as of the last sweep. */
    static final class Entry<T> {
        final Job<T> job;
        final TenantLane<T> lane;
        private long aheadNanos;
        private int index;

        Entry(Job<T> job, TenantLane<T> lane) {
            this.job = job;
            this.lane = lane;
        }
    }

    /** The jobs of one band: class, then deadline, then arrival. */
    static final class Band<T> {
        private final TreeSet<Entry<T>> jobs =
                new TreeSet<>(Comparator.<Entry<T>, Job.Level>comparing(entry -> entry.job.level())
                        .thenComparingLong(entry -> entry.job.deadlineNanos())
                        .thenComparingLong(entry -> entry.job.arrival()));
        private long costNanos;
        private long sweptNanos;
        private boolean swept;

        long costNanos() {
            return costNanos;
        }

        int size() {
            return jobs.size();
        }

        void add(Entry<T> entry, long nowNanos) {
            entry.aheadNanos = costBefore(entry);
            entry.index = jobs.size();
            jobs.add(entry);
            costNanos += entry.job.costNanos();
            if (!swept) {
                swept = true;
                sweptNanos = nowNanos;
            }
        }

        void remove(Entry<T> entry) {
            if (jobs.remove(entry)) {
                costNanos -= entry.job.costNanos();
            }
        }

        @Nullable
        Entry<T> first(Predicate<Job<T>> fits) {
            for (Entry<T> entry : jobs) {
                if (fits.test(entry.job)) {
                    return entry;
                }
            }
            return null;
        }

        /** Cost of what comes before it; cheap for one that would be the last, as nearly all are. */
        long costBefore(Entry<T> entry) {
            SortedSet<Entry<T>> behind = jobs.tailSet(entry);
            if (behind.isEmpty()) {
                return costNanos;
            }
            long sum = 0;
            for (Entry<T> before : jobs.headSet(entry)) {
                sum += before.job.costNanos();
            }
            return sum;
        }

        /** As of at most a second ago: exact places for everyone would cost too much. */
        long aheadOf(Entry<T> entry, long nowNanos) {
            sweep(nowNanos);
            return Math.min(entry.aheadNanos, costNanos - entry.job.costNanos());
        }

        int indexOf(Entry<T> entry, long nowNanos) {
            sweep(nowNanos);
            return Math.min(entry.index, jobs.size() - 1);
        }

        private void sweep(long nowNanos) {
            if (nowNanos - sweptNanos < SWEEP_NANOS) {
                return;
            }
            sweptNanos = nowNanos;
            long ahead = 0;
            int index = 0;
            for (Entry<T> entry : jobs) {
                entry.aheadNanos = ahead;
                entry.index = index++;
                ahead += entry.job.costNanos();
            }
        }
    }

    final Band<T> prompt = new Band<>();
    final Band<T> batch = new Band<>();
    final PromiseBook promises = new PromiseBook();
    double weight = 1;
    /** Where its next job starts in virtual time, unless the queue's own time has passed that. */
    double tag;

    private double demand;
    private long demandAt;
    private long firstAskedAt;
    private boolean askedBefore;

    boolean waits() {
        return prompt.size() + batch.size() > 0;
    }

    /** Nothing waits, nothing is promised, and nothing has been asked for so long. */
    boolean isIdle(long nowNanos, long idleNanos) {
        return !waits() && promises.isEmpty() && nowNanos - demandAt > idleNanos;
    }

    Band<T> band(Job.Level level) {
        return level == Job.Level.BATCH ? batch : prompt;
    }

    /** Cost that it will ask for per nanosecond, if it goes on as of late; of one that is new, as of since it came. */
    double demand(long nowNanos) {
        double age = Math.max(LEAST_AGE_NANOS, (double) nowNanos - firstAskedAt);
        return decayed(nowNanos) / (DEMAND_NANOS * -Math.expm1(-age / DEMAND_NANOS));
    }

    void asked(long costNanos, long nowNanos) {
        if (!askedBefore) {
            askedBefore = true;
            firstAskedAt = nowNanos;
            demandAt = nowNanos;
        }
        demand = decayed(nowNanos) + costNanos;
        demandAt = nowNanos;
    }

    private double decayed(long nowNanos) {
        return demand * Math.exp(-Math.max(0.0, (double) nowNanos - demandAt) / DEMAND_NANOS);
    }
}
