package dev.unbusy.admission;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Places kept for the requests of one tenant that were told to come back: what has been promised counts as work for
 * whoever comes later, so that nobody new takes the place. Bounded; a promise that nobody redeems lapses.
 *
 * <p>Not more is promised for one time than is served in it. Computed waits alone do not see to that: a rate that is
 * estimated 2 % higher a moment later moves a wait of 20 minutes by 24 seconds, into those of others. Owned by its queue.
 */
final class PromiseBook {
    static final int MOST = 65_536;
    /** How long after its time a promise holds. */
    private static final long LEAST_GRACE_NANOS = 10_000_000_000L;
    /** Times are shared out in pieces of this length. */
    private static final long PIECE_NANOS = 2_000_000_000L;

    /**
     * @param dueNanos when the client was told to come
     * @param lapsesNanos when it is forgotten
     */
    record Promise(long fingerprint, long dueNanos, long lapsesNanos, long costNanos, long number) {}

    private record Key(long dueNanos, long number) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byDue = Long.compare(dueNanos, other.dueNanos);
            return byDue != 0 ? byDue : Long.compare(number, other.number);
        }
    }

    private final TreeMap<Key, Promise> byDue = new TreeMap<>();
    private final Map<Long, ArrayDeque<Promise>> byFingerprint = new HashMap<>();
    /** Cost that is due, by piece of time. */
    private final Map<Long, Long> dueCosts = new HashMap<>();

    private long costNanos;
    private long numbers;

    /** Cost of all that is promised. */
    long costNanos() {
        return costNanos;
    }

    boolean isEmpty() {
        return byDue.isEmpty();
    }

    /** Cost of what is promised for earlier than this one. */
    long costBefore(Promise promise) {
        long sum = 0;
        for (Promise earlier : byDue.headMap(key(promise)).values()) {
            sum += earlier.costNanos();
        }
        return sum;
    }

    /** The earliest promise to this very request; null where there is none. */
    @Nullable
    Promise find(long fingerprint) {
        ArrayDeque<Promise> same = fingerprint == 0 ? null : byFingerprint.get(fingerprint);
        return same == null ? null : same.peek();
    }

    /**
     * Promises a place after about this wait.
     *
     * @param rate of this tenant's work that is served, cost per nanosecond
     * @return the wait that was promised, at least the given one
     */
    long add(long fingerprint, long nowNanos, long waitNanos, long cost, double rate) {
        if (fingerprint == 0 || byDue.size() >= MOST) {
            return waitNanos;
        }
        long due = firstFree(nowNanos + waitNanos, cost, rate);
        Promise promise =
                new Promise(fingerprint, due, due + Math.max(LEAST_GRACE_NANOS, waitNanos / 4), cost, ++numbers);
        byDue.put(key(promise), promise);
        byFingerprint.computeIfAbsent(fingerprint, id -> new ArrayDeque<>(1)).add(promise);
        count(promise, cost);
        return due - nowNanos;
    }

    private long firstFree(long fromNanos, long cost, double rate) {
        double most = Math.max((double) cost, rate * PIECE_NANOS);
        long piece = Math.floorDiv(fromNanos, PIECE_NANOS);
        while (dueCosts.getOrDefault(piece, 0L) + cost > most) {
            piece++;
        }
        return Math.max(fromNanos, piece * PIECE_NANOS);
    }

    private void count(Promise promise, long cost) {
        costNanos += cost;
        dueCosts.merge(Math.floorDiv(promise.dueNanos(), PIECE_NANOS), cost, (a, b) -> a + b == 0 ? null : a + b);
    }

    void remove(Promise promise) {
        if (byDue.remove(key(promise)) != null) {
            forget(promise);
        }
    }

    /** Forgets what has lapsed. Dues and lapses have nearly the same order, so it stops at the first that holds. */
    void tidy(long nowNanos) {
        Iterator<Promise> oldest = byDue.values().iterator();
        while (oldest.hasNext()) {
            Promise promise = oldest.next();
            if (promise.lapsesNanos() - nowNanos > 0) {
                return;
            }
            oldest.remove();
            forget(promise);
        }
    }

    private void forget(Promise promise) {
        count(promise, -promise.costNanos());
        byFingerprint.computeIfPresent(promise.fingerprint(), (id, same) -> {
            same.remove(promise);
            return same.isEmpty() ? null : same;
        });
    }

    private static Key key(Promise promise) {
        return new Key(promise.dueNanos(), promise.number());
    }
}
