package dev.unbusy.gateway;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stories of the last requests by their ids, bounded in number and, for those that have ended, in time. A request that
 * bears the id of an earlier one takes its place. Thread-safe.
 */
final class WhyBook {
    private final int maxRequests;
    private final long keptNanos;
    /** In order of arrival. */
    private final Map<String, Why> byId = new LinkedHashMap<>();

    /** @param maxRequests 0 keeps none */
    WhyBook(int maxRequests, long keptNanos) {
        this.maxRequests = maxRequests;
        this.keptNanos = keptNanos;
    }

    /** Begins a story. */
    Why open(String requestId, long nowNanos) {
        Why why = new Why(requestId, nowNanos);
        if (maxRequests > 0) {
            synchronized (byId) {
                byId.remove(requestId); // to stand at the end
                byId.put(requestId, why);
                forget(nowNanos);
            }
        }
        return why;
    }

    /** Null where no request of that id is known any more. */
    @Nullable
    Why find(String requestId, long nowNanos) {
        synchronized (byId) {
            forget(nowNanos);
            return byId.get(requestId);
        }
    }

    int size() {
        synchronized (byId) {
            return byId.size();
        }
    }

    /** An old one that still runs is kept, and those behind it with it, until there are too many. */
    private void forget(long nowNanos) {
        Iterator<Why> oldest = byId.values().iterator();
        while (oldest.hasNext()) {
            Why why = oldest.next();
            boolean tooMany = byId.size() > maxRequests;
            boolean tooOld = nowNanos - why.arrivedNanos() > keptNanos && why.ended();
            if (!tooMany && !tooOld) {
                return;
            }
            oldest.remove();
        }
    }
}
