package dev.unbusy.admission;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * How fast a queue drains: cost served per time in which something waited and a worker was there. Measured, decayed over
 * {@value #WINDOW_SECONDS} s of such time; per worker, so that it follows the number of workers at once.
 *
 * <ol>
 *   <li>A cost is an estimate of worker time, so before anything is known a worker is taken to serve one second a second.
 *   <li>A running job is credited bit by bit, as if all that run shared the workers evenly, up to its cost; the rest is
 *       credited when it ends. In the long run that is what jobs cost; meanwhile one long answer on a worker with one slot
 *       does not look like a worker that does nothing. A job that outlasts its cost does: then costs are too low here, and
 *       the rate says so.
 *   <li>What a job was served while nothing waited does not count.
 * </ol>
 *
 * Owned by its queue. Costs and times in nanoseconds.
 */
final class DrainRate {
    private static final int WINDOW_SECONDS = 30;
    private static final double WINDOW_NANOS = WINDOW_SECONDS * 1e9;
    /** So much measured time outweighs what was assumed. */
    private static final double PRIOR_NANOS = 2e9;

    /**
     * A job that runs. Service is what a job would have been credited that has always run.
     *
     * @param startService when it was started
     * @param endService when it will have been credited with its cost
     * @param startWaited service so far while something waited
     */
    private record Running(long job, double startService, double endService, double startWaited) {}

    private final Map<Long, Running> running = new HashMap<>();
    /** Those that have not been credited with all they cost. */
    private final TreeSet<Running> unserved =
            new TreeSet<>(Comparator.comparingDouble(Running::endService).thenComparingLong(Running::job));

    private double cost = PRIOR_NANOS;
    private double workerNanos = PRIOR_NANOS;
    private double service;
    /** Service while something waited. */
    private double waitedService;
    /** Sum over {@link #unserved}. */
    private double endServices;

    private double jobs;
    private double jobCost;

    /** @param waited whether something waited in that time */
    void passed(long nanos, int workers, boolean waited) {
        if (nanos <= 0 || workers == 0) {
            return;
        }
        if (waited) {
            double keep = Math.exp(-nanos / WINDOW_NANOS);
            cost *= keep;
            workerNanos = workerNanos * keep + (double) nanos * workers;
        }
        double each = running.isEmpty() ? 0 : (double) nanos * workers / running.size();
        while (each > 0) {
            Running first = unserved.isEmpty() ? null : unserved.first();
            double step = first == null ? each : Math.min(each, Math.max(0, first.endService() - service));
            if (waited) {
                cost += step * unserved.size();
                waitedService += step;
            }
            service += step;
            each -= step;
            if (first != null && first.endService() <= service) {
                unserved.remove(first);
                endServices -= first.endService();
            } else if (step <= 0) {
                break; // rounding
            }
        }
    }

    /** A job has a worker. */
    void started(long job, long costNanos) {
        jobs = 0.95 * jobs + 1;
        jobCost = 0.95 * jobCost + costNanos;
        resumed(job, costNanos);
    }

    /** A job has a worker again. */
    void resumed(long job, long costNanos) {
        ended(job);
        Running one = new Running(job, service, service + costNanos, waitedService);
        running.put(job, one);
        unserved.add(one);
        endServices += one.endService();
    }

    /** It has none any more. */
    void ended(long job) {
        Running one = running.remove(job);
        if (one == null || !unserved.remove(one)) {
            return;
        }
        endServices -= one.endService();
        double lived = service - one.startService();
        double waited = lived <= 0 ? 1 : (waitedService - one.startWaited()) / lived;
        cost += (one.endService() - service) * waited; // 3
    }

    /** Cost per nanosecond; 0 without workers. */
    double rate(int workers) {
        return workers * cost / workerNanos;
    }

    /** What a job costs, of late. */
    double usualCost(long unknown) {
        return jobs == 0 ? unknown : jobCost / jobs;
    }

    /**
     * What is served until the next of those that run has ended: of one job what it has left; of many, whose ends are
     * spread, what they have left in the mean and a margin for their estimates.
     */
    double costToNextEnd(long unknown) {
        double usual = usualCost(unknown);
        if (running.isEmpty()) {
            return usual;
        }
        double count = running.size();
        double left = Math.max(0, endServices - unserved.size() * service) / count;
        return left + usual / 2 * (1 - 1 / count);
    }
}
