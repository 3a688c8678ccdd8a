package dev.unbusy.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Who comes first.
 *
 * <ol>
 *   <li>The higher class. A class of which nobody has started for a while moves up by one every {@value #AGING_SECONDS} s
 *       until somebody does, so that none waits for ever. The class, not its sequences: or a tenant's flood would overtake
 *       others merely by waiting behind itself.
 *   <li>Tenants that were not served more than {@value #BURST_SECONDS} s beyond the one served least: so much may a tenant
 *       run ahead in a burst before its share is enforced.
 *   <li>The tenant that holds less of the machine at the time. So one tenant's flood stands behind another's single request.
 * </ol>
 */
final class Ranking {
    static final int AGING_SECONDS = 30;
    static final int BURST_SECONDS = 10;

    private static final long AGING_NANOS = TimeUnit.SECONDS.toNanos(AGING_SECONDS);
    private static final double BURST_NANOS = TimeUnit.SECONDS.toNanos(BURST_SECONDS);

    private final Tenants tenants;
    /** When a sequence of a class last started. */
    private final Map<Integer, Long> lastStarts = new HashMap<>();

    Ranking(Tenants tenants) {
        this.tenants = tenants;
    }

    /** Negative if {@code a} comes first, 0 if it makes no difference here. */
    int compare(Sequence a, Sequence b) {
        if (a.level != b.level) {
            return Integer.compare(b.level, a.level); // 1
        }
        Tenant mine = a.tenant();
        Tenant other = b.tenant();
        if (mine.equals(other)) {
            return 0;
        }
        if (isOverdrawn(mine) != isOverdrawn(other)) {
            return isOverdrawn(mine) ? 1 : -1; // 2
        }
        return Double.compare(mine.held, other.held); // 3
    }

    /** As {@link #compare}; else the tenant that was served less, then the sequence that came earlier. */
    boolean startsBefore(Sequence a, Sequence b) {
        int order = compare(a, b);
        if (order == 0) {
            order = Double.compare(a.tenant().served, b.tenant().served);
        }
        return order == 0 ? a.arrival < b.arrival : order < 0;
    }

    /** As {@link #compare}; else the prompt with the lower {@link Sequence#rank}. */
    boolean prefillsBefore(Sequence a, Sequence b) {
        int order = compare(a, b);
        return order == 0 ? a.rank < b.rank : order < 0;
    }

    /** Brings the class of a waiting sequence up to date. */
    void age(Sequence sequence, long nowNanos) {
        long waited = nowNanos - sequence.queuedNanos;
        Long last = lastStarts.get(sequence.priority());
        if (last != null) {
            waited = Math.min(waited, nowNanos - last);
        }
        sequence.level = sequence.priority() + (int) (waited / AGING_NANOS);
    }

    /** A sequence starts; others of its class have to wait again before they move up. */
    void started(Sequence sequence, long nowNanos) {
        lastStarts.put(sequence.priority(), nowNanos);
    }

    /**
     * Whether a waiting sequence may take the place of a running one: of a lower class, or of a tenant that still holds no
     * less than its own does after the exchange. So no exchange is ever undone by the next.
     */
    boolean mayReplace(Sequence waiting, Sequence running) {
        if (waiting.priority() != running.priority()) {
            return waiting.priority() > running.priority();
        }
        Tenant mine = waiting.tenant();
        Tenant other = running.tenant();
        return !mine.equals(other)
                && !isOverdrawn(mine)
                && mine.held + waiting.claim().price()
                        <= other.held - running.claim().price();
    }

    private boolean isOverdrawn(Tenant tenant) {
        return tenants.lead(tenant) > BURST_NANOS;
    }
}
