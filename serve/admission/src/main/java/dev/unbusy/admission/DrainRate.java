package dev.unbusy.admission;

/**
 * How fast a queue drains: cost that leaves it per time in which something waited and a worker was there. Measured, decayed
 * over {@value #WINDOW_SECONDS} s of such time; per worker, so that it follows the number of workers at once.
 *
 * <p>A cost is an estimate of worker time, so before anything is known a worker is taken to drain one second a second. Owned
 * by its queue.
 */
final class DrainRate {
    private static final int WINDOW_SECONDS = 30;
    private static final double WINDOW_NANOS = WINDOW_SECONDS * 1e9;
    /** So much measured time outweighs what was assumed. */
    private static final double PRIOR_NANOS = 2e9;

    private double cost = PRIOR_NANOS;
    private double workerNanos = PRIOR_NANOS;
    private double jobs;
    private double jobCost;

    /** Time has passed in which something waited. */
    void waited(long nanos, int workers) {
        if (nanos <= 0 || workers == 0) {
            return;
        }
        double keep = Math.exp(-nanos / WINDOW_NANOS);
        cost *= keep;
        workerNanos = workerNanos * keep + (double) nanos * workers;
    }

    /** A job has left the queue for a worker. */
    void left(long costNanos) {
        cost += costNanos;
        jobs = 0.95 * jobs + 1;
        jobCost = 0.95 * jobCost + costNanos;
    }

    /** Cost per nanosecond; 0 without workers. */
    double rate(int workers) {
        return workers * cost / workerNanos;
    }

    /** What a job costs, of late. */
    double usualCost(long unknown) {
        return jobs == 0 ? unknown : jobCost / jobs;
    }
}
