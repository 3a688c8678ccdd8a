package dev.unbusy.gateway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What was decided for one request, when and why, in order; the answer of {@code unbusy why}. Thread-safe: the request's
 * event loop writes, the admin API reads, also while the request runs. Bounded: of a request that was tried very often the
 * first and the last {@value #KEPT_AT_EACH_END} events are kept.
 */
final class Why {
    static final int KEPT_AT_EACH_END = 32;

    /** What happened; the word is part of the API. */
    enum What {
        ARRIVED,
        /** No worker can take it now. */
        WAITS,
        PLACED,
        /** Its worker was lost, or took nothing. */
        LOST,
        /** It is placed again from the start; the client has seen nothing. */
        RETRIED,
        /** Another worker is to go on behind what the client has. */
        CONTINUED,
        FIRST_BYTE,
        ENDED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param atMillis since the request arrived
     * @param reason the word that the log and the metric have for it, and what more is known
     * @param worker whom it concerns; null where none
     */
    record Event(
            long atMillis,
            What what,
            String reason,
            @Nullable String worker) {}

    /**
     * @param queuedMillis until the first worker got it, or until now where none has
     * @param omitted events between the first and the last ones that are not kept
     */
    record Story(String requestId, long queuedMillis, List<Event> events, long omitted) {}

    private final String requestId;
    private final long arrivedNanos;
    private final List<Event> first = new ArrayList<>(8);
    private @Nullable ArrayDeque<Event> last;
    private long omitted;
    private long placedNanos = -1;
    private boolean ended;

    Why(String requestId, long arrivedNanos) {
        this.requestId = requestId;
        this.arrivedNanos = arrivedNanos;
    }

    String requestId() {
        return requestId;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    synchronized void add(long nowNanos, What what, String reason, @Nullable String worker) {
        if (what == What.PLACED && placedNanos < 0) {
            placedNanos = nowNanos - arrivedNanos;
        }
        ended |= what == What.ENDED;
        Event event = new Event(TimeUnit.NANOSECONDS.toMillis(nowNanos - arrivedNanos), what, reason, worker);
        if (first.size() < KEPT_AT_EACH_END) {
            first.add(event);
            return;
        }
        ArrayDeque<Event> tail = last;
        if (tail == null) {
            tail = new ArrayDeque<>();
            last = tail;
        }
        tail.add(event);
        if (tail.size() > KEPT_AT_EACH_END) {
            tail.remove();
            omitted++;
        }
    }

    synchronized boolean ended() {
        return ended;
    }

    synchronized Story story(long nowNanos) {
        List<Event> events = new ArrayList<>(first);
        if (last != null) {
            events.addAll(last);
        }
        long queuedNanos = placedNanos >= 0
                ? placedNanos
                : ended ? TimeUnit.MILLISECONDS.toNanos(events.getLast().atMillis()) : nowNanos - arrivedNanos;
        return new Story(requestId, TimeUnit.NANOSECONDS.toMillis(queuedNanos), events, omitted);
    }
}
