package dev.unbusy.gateway;

/**
 * One request's place at one backend: it counts there until it is given back, exactly once, and then whoever waits longest
 * for it gets it. What happens in between is told to those who choose backends. Thread-safe.
 */
final class Slot {
    private final Dispatcher dispatcher;
    private final Pool.Chosen chosen;
    private final long chargedNanos;
    private final long sentNanos = System.nanoTime();

    Slot(Dispatcher dispatcher, Pool.Chosen chosen) {
        this.dispatcher = dispatcher;
        this.chosen = chosen;
        this.chargedNanos = chosen.lease().remaining();
    }

    /** How a request ended, as far as its backend is concerned. */
    enum End {
        SUCCEEDED,
        /** For a reason that lies with the backend. */
        FAILED,
        /** For a reason that says nothing about it: the client left, it was only busy, the gateway stops. */
        ABANDONED
    }

    /** All places of the backend were taken: it interrupts somebody else's answer for this request. */
    boolean tookBack() {
        return chosen.tookBack();
    }

    /** The first of the answer has come. */
    void firstToken() {
        dispatcher.firstToken(chosen, System.nanoTime() - sentNanos);
    }

    /** So many more tokens of the answer have come. */
    void produced(long tokens) {
        chosen.lease().produced(tokens);
    }

    /** Estimated worker time of what has been computed so far. */
    long ranNanos() {
        return Math.max(0, chargedNanos - chosen.lease().remaining());
    }

    /** How long it has been held. */
    long heldNanos() {
        return System.nanoTime() - sentNanos;
    }

    /** What the answer says was cached of its prompt. */
    void observed(long promptTokens, long cachedTokens) {
        dispatcher.observed(chosen, promptTokens, cachedTokens);
    }

    /** @return true for the one call that gave it back */
    boolean release(End end) {
        boolean released = chosen.lease().release();
        if (released) {
            dispatcher.freed(chosen, end);
        }
        return released;
    }
}
