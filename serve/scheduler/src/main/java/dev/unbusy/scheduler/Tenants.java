package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Accounts of all tenants, in measured work times price (virtual token counters: Sheng et al., "Fairness in serving large
 * language models", OSDI 2024, with seconds of this machine for tokens).
 *
 * <p>Virtual time is the least any active tenant was served, and never goes back. Who comes back after a while starts there:
 * having asked for nothing earns nothing, and having been served while nobody else asked costs nothing.
 */
final class Tenants {
    /** Idle accounts kept: those that were served more than their share, and as many others. */
    private static final int KEPT = 1024;

    private final Map<String, Tenant> all = new HashMap<>();
    private final List<Tenant> active = new ArrayList<>();
    private final OutputLengths lengths;
    private double virtualTime;

    /** @param firstGuess tokens of an answer, before any has ended */
    Tenants(int firstGuess) {
        lengths = new OutputLengths(firstGuess);
    }

    /** A sequence of this tenant was taken in. */
    Tenant join(String name) {
        Tenant tenant = all.computeIfAbsent(name, n -> new Tenant(lengths.narrowed()));
        if (tenant.live++ == 0) {
            tenant.served = Math.max(tenant.served, virtualTime);
            active.add(tenant);
        }
        return tenant;
    }

    /** A sequence of this tenant has ended. */
    void leave(Tenant tenant) {
        if (--tenant.live == 0) {
            active.remove(tenant);
            if (all.size() > KEPT) {
                all.values().removeIf(other -> other.live == 0 && other.served <= virtualTime);
            }
        }
    }

    /** Work that was done for a tenant, times price; {@link #settle} follows. */
    void charge(Tenant tenant, double pricedNanos) {
        tenant.served += pricedNanos;
    }

    /** Moves virtual time on after charges. */
    void settle() {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < active.size(); i++) {
            least = Math.min(least, active.get(i).served);
        }
        if (least < Double.POSITIVE_INFINITY) {
            virtualTime = Math.max(virtualTime, least);
        }
    }

    /** Priced nanoseconds that a tenant was served beyond the one served least. */
    double lead(Tenant tenant) {
        return tenant.served - virtualTime;
    }

    /** An answer ended by itself after so many tokens. */
    void ended(Tenant tenant, int tokens) {
        tenant.lengths.record(tokens);
        lengths.record(tokens);
    }
}
