package dev.unbusy.admission;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * Who has to leave the last free slots to others. A fair queue alone decides who is next when a slot becomes free; under a
 * flood that is the time until some answer ends, which whoever asks for little has to wait each time. So whoever has more
 * than its share of what runs, and more than anybody else, leaves {@link #spare} slots free as long as others have been here
 * of late.
 *
 * <p>Invariants: a tenant that is alone leaves nothing; of several with less than their shares none does; below
 * {@value #LEAST_CAPACITY} slots nobody does, since one of them would be too large a part of the work.
 *
 * <p>Units: requests at workers, per weight. Not thread-safe; pure: time comes in.
 */
public final class Headroom {
    /** Fewer slots than this are given to whoever comes. */
    static final int LEAST_CAPACITY = 4;
    /** Whoever has been silent for so long is not waited for. */
    static final long RECENT_NANOS = 10_000_000_000L;

    private static final int FEW = 1024;

    /** What one tenant has running. */
    private static final class Use {
        private double weight;
        private int running;
        private long seenNanos;

        private Use(long nowNanos) {
            this.seenNanos = nowNanos;
        }

        private double perWeight() {
            return running / weight;
        }
    }

    private final Map<String, Use> uses = new HashMap<>();
    private int lookAt = FEW;

    /** A request of the tenant has come, whatever becomes of it. */
    public void came(String tenant, double weight, long nowNanos) {
        arrived(tenant, weight, nowNanos);
    }

    private Use arrived(String tenant, double weight, long nowNanos) {
        Use use = uses.get(tenant);
        if (use == null) {
            forgetOld(nowNanos);
            use = new Use(nowNanos);
            uses.put(tenant, use);
        }
        use.weight = weight;
        use.seenNanos = nowNanos;
        return use;
    }

    /** One of its requests has got a slot. */
    public void started(String tenant, double weight, long nowNanos) {
        arrived(tenant, weight, nowNanos).running++;
    }

    /** One of its requests has given its slot back. */
    public void ended(String tenant) {
        Use use = uses.get(tenant);
        if (use != null && use.running > 0) {
            use.running--;
        }
    }

    /**
     * The tenants that get no further slot now, whatever waits of them. Empty while more slots are free than are left to
     * others; else whoever has most per weight, where that is more than its share.
     *
     * @param capacity what the workers compute at once
     * @param taken of these
     */
    public Set<String> heldBack(int capacity, int taken, long nowNanos) {
        if (capacity < LEAST_CAPACITY || capacity - taken > spare(capacity)) {
            return Set.of();
        }
        double weights = 0;
        double most = 0;
        int present = 0;
        for (Use use : uses.values()) {
            if (use.running > 0 || nowNanos - use.seenNanos <= RECENT_NANOS) {
                present++;
                weights += use.weight;
                most = Math.max(most, use.perWeight());
            }
        }
        if (present < 2) {
            return Set.of();
        }
        Set<String> held = new HashSet<>();
        for (Map.Entry<String, Use> entry : uses.entrySet()) {
            Use use = entry.getValue();
            if (use.running > 0 && use.perWeight() >= most && use.running * weights > capacity * use.weight) {
                held.add(entry.getKey());
            }
        }
        return held;
    }

    /** Grows with the root, as random arrivals scatter (square-root staffing: Halfin, Whitt 1981): 2 of 8, 3 of 32, 8 of 256. */
    static int spare(int capacity) {
        return (int) Math.ceil(Math.sqrt(capacity) / 2);
    }

    /** Tenants that are remembered, for a gauge. */
    public int tenants() {
        return uses.size();
    }

    private void forgetOld(long nowNanos) {
        if (uses.size() < lookAt) {
            return;
        }
        Iterator<Use> all = uses.values().iterator();
        while (all.hasNext()) {
            Use use = all.next();
            if (use.running == 0 && nowNanos - use.seenNanos > RECENT_NANOS) {
                all.remove();
            }
        }
        lookAt = Math.max(FEW, 2 * uses.size());
    }
}
