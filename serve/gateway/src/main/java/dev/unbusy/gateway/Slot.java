package dev.unbusy.gateway;

import dev.unbusy.routing.OutstandingWork;

/**
 * One request's place at one backend. It is given back exactly once, and whoever waits longest for it gets it. Thread-safe.
 */
final class Slot {
    private final Dispatcher dispatcher;
    private final Backend backend;
    private final OutstandingWork.Lease lease;

    Slot(Dispatcher dispatcher, Backend backend, OutstandingWork.Lease lease) {
        this.dispatcher = dispatcher;
        this.backend = backend;
        this.lease = lease;
    }

    /** So many more tokens of the answer have come. */
    void produced(long tokens) {
        lease.produced(tokens);
    }

    /** What the request is still expected to cost, in worker nanoseconds; 0 once the slot is given back. */
    long remainingNanos() {
        return lease.remaining();
    }

    /** @return true for the one call that gave it back */
    boolean release() {
        boolean released = lease.release();
        if (released) {
            dispatcher.freed(backend);
        }
        return released;
    }
}
