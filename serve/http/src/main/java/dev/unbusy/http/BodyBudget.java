package dev.unbusy.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory that the request bodies of all connections may take together ({@code max_bodies}): each is within its own limit,
 * and thousands of them would still exhaust the machine. Counts what is allocated, not what has arrived. Any thread.
 */
final class BodyBudget {
    private final long limitBytes;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** False where the rest does not suffice; nothing is taken then. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= limitBytes) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    long takenBytes() {
        return taken.get();
    }
}
