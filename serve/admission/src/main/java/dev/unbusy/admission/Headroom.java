package dev.unbusy.admission;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How whoever asks for little gets a slot under a flood. A fair queue alone decides who is next when a slot becomes free;
 * that is the time until some answer ends, which the quiet have to wait each time. Two ways, by what workers can do:
 *
 * <ol>
 *   <li>A worker that takes a slot back for another tenant, and goes on with the interrupted answer later, gets requests
 *       beyond its slots of those whom it would give one ({@link #overtaking}), up to {@link #beyond}. The flood may use all
 *       slots, so this costs nothing.
 *   <li>Elsewhere whoever has more than its share of what runs, and more than anybody else, leaves {@link #spare} slots free
 *       as long as others have been here of late ({@link #heldBack}).
 * </ol>
 *
 * <p>Invariants of the second: a tenant that is alone leaves nothing; of several with less than their shares none does; below
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

        private double perWeightLessOne() {
            return (running - 1) / weight;
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

    /**
     * For whose next request a worker that is full would take a slot back: somebody else has no less than they, per weight,
     * when that is done. The worker decides by the same rule over what has its slots, so no exchange is undone by the next.
     *
     * @return valid until something starts or ends; asked of many tenants in a row, so it looks at all of them once
     */
    public Predicate<String> overtaking() {
        Use most = null;
        Use next = null;
        for (Use use : uses.values()) {
            if (most == null || use.perWeightLessOne() > most.perWeightLessOne()) {
                next = most;
                most = use;
            } else if (next == null || use.perWeightLessOne() > next.perWeightLessOne()) {
                next = use;
            }
        }
        Use first = most;
        Use second = next;
        return tenant -> {
            Use own = uses.get(tenant);
            Use other = first != null && first.equals(own) ? second : first;
            double then = own == null ? 1 : (own.running + 1) / own.weight;
            return other != null && other.perWeightLessOne() >= then;
        };
    }

    /** Requests that a worker with so many slots gets beyond them, to take slots back for: as many as arrive in a burst. */
    public static int beyond(int capacity) {
        return (int) Math.ceil(Math.sqrt(capacity));
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
