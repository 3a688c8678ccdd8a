package dev.unbusy.admission;

/**
 * How long it takes from the moment a worker gets a request until its answer begins: what a request that waits must keep of
 * its time. The usual time and three times its deviation, as TCP computes its time-outs (RFC 6298), so that it follows the load
 * within some twenty answers. Times in nanoseconds. Not thread-safe.
 */
public final class StartTime {
    private static final double NEWEST = 1.0 / 16;
    private static final double DEVIATIONS = 3;

    private double usual;
    private double deviation;
    private long count;

    /** An answer has begun so long after its worker got the request. */
    public void took(long nanos) {
        count++;
        double weight = Math.max(NEWEST, 1.0 / count);
        deviation += (Math.abs(nanos - usual) - deviation) * (count == 1 ? 0.5 : NEWEST);
        usual += (nanos - usual) * weight;
    }

    /** What nearly all need; 0 before the first. */
    public long nanos() {
        return (long) (usual + DEVIATIONS * deviation);
    }
}
