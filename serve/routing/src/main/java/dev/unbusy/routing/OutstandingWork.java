package dev.unbusy.routing;

import dev.unbusy.admission.Price;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has been dispatched to one worker and is not finished. Thread-safe. Invariant: the totals are the sums over the
 * leases that are not released, so they are never negative and return to zero when the last lease ends.
 */
public final class OutstandingWork {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger requests = new AtomicInteger();

    /** Counts a request from now until its lease is released. */
    public Lease take(Price price) {
        return new Lease(this, price);
    }

    /** In time of a fully loaded worker. */
    public long nanos() {
        return nanos.get();
    }

    public int requests() {
        return requests.get();
    }

    /**
     * One request's share of its worker's outstanding work. It shrinks as the answer comes back and is released exactly
     * once. Thread-safe: the event loop that relays the answer reports progress, a drain or a registry change may end it
     * from another thread.
     */
    public static final class Lease {
        /**
         * Tokens that an unreleased lease counts at least: an answer that outlives its estimate still takes a place in
         * every step of its worker.
         */
        static final long LEAST_TOKENS = 8;

        private final OutstandingWork owner;
        private final long promptNanos;
        private final long nanosPerOutputToken;
        private long remaining;
        private boolean prefilled;
        private boolean released;

        private Lease(OutstandingWork owner, Price price) {
            this.owner = owner;
            this.promptNanos = price.promptNanos();
            this.nanosPerOutputToken = Math.max(1, price.outputNanos() / Math.max(1, price.outputTokens()));
            this.remaining = Math.max(least(), price.totalNanos());
            owner.nanos.addAndGet(remaining);
            owner.requests.incrementAndGet();
        }

        /** The first output is there, so the prompt is computed. Further calls change nothing. */
        public synchronized void prefilled() {
            if (!prefilled) {
                prefilled = true;
                reduce(promptNanos);
            }
        }

        /** So many more tokens of the answer have come back. */
        public synchronized void produced(long outputTokens) {
            if (outputTokens < 0) {
                throw new IllegalArgumentException("an answer does not shrink: " + outputTokens);
            }
            prefilled();
            reduce(outputTokens * nanosPerOutputToken);
        }

        /** @return true for the one call that released it */
        public synchronized boolean release() {
            if (released) {
                return false;
            }
            released = true;
            owner.nanos.addAndGet(-remaining);
            owner.requests.decrementAndGet();
            remaining = 0;
            return true;
        }

        /** What this lease still counts; zero once released. */
        public synchronized long remaining() {
            return remaining;
        }

        private long least() {
            return LEAST_TOKENS * nanosPerOutputToken;
        }

        private void reduce(long work) {
            if (released) {
                return; // the answer was still arriving when the request was ended
            }
            long next = Math.max(Math.min(least(), remaining), remaining - work);
            owner.nanos.addAndGet(next - remaining);
            remaining = next;
        }
    }
}
