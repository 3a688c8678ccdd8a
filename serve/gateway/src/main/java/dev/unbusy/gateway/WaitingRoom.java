package dev.unbusy.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Requests that wait for a worker, first come first served, bounded in number and in bytes of their bodies. Pure and not
 * thread-safe: the {@link Dispatcher} owns it.
 *
 * @param <T> what waits
 */
final class WaitingRoom<T> {
    private record Place<T>(T who, long bytes) {}

    private final int maxCount;
    private final long maxBytes;
    private final TreeMap<Long, Place<T>> places = new TreeMap<>();
    private long bytes;

    WaitingRoom(int maxCount, long maxBytes) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    boolean hasRoomFor(long bodyBytes) {
        return places.size() < maxCount && bytes + bodyBytes <= maxBytes;
    }

    /**
     * Lets someone wait, full or not: whoever comes back from a lost worker has been admitted and is not refused now.
     *
     * @param arrival unique, and smaller for whoever came first: a request that comes back goes before later ones
     */
    void add(long arrival, T who, long bodyBytes) {
        if (places.putIfAbsent(arrival, new Place<>(who, bodyBytes)) != null) {
            throw new IllegalStateException("arrival " + arrival + " waits already");
        }
        bytes += bodyBytes;
    }

    /** @return false where it does not wait (any more) */
    boolean remove(long arrival) {
        Place<T> place = places.remove(arrival);
        if (place == null) {
            return false;
        }
        bytes -= place.bytes();
        return true;
    }

    /** Everyone in order of arrival; a copy, so that the caller may remove while it walks. */
    List<T> inOrder() {
        List<T> all = new ArrayList<>(places.size());
        places.values().forEach(place -> all.add(place.who()));
        return all;
    }

    int count() {
        return places.size();
    }

    long bytes() {
        return bytes;
    }
}
