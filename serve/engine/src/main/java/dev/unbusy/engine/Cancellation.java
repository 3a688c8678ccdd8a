package dev.unbusy.engine;

/** Since when nobody wants what is computed. Set once by any thread; read by the engine's and by other cancellers. */
final class Cancellation {
    // volatile: see above. 0 while it is wanted.
    private volatile long nanos;

    /** The first call counts. */
    void request(long nowNanos) {
        if (nanos == 0) {
            nanos = nowNanos == 0 ? 1 : nowNanos;
        }
    }

    boolean isRequested() {
        return nanos != 0;
    }

    /** How much of this time was after the cancel. */
    long goneNanos(long startNanos, long endNanos) {
        long cancelled = nanos;
        return cancelled == 0 ? 0 : Math.max(0, endNanos - (cancelled - startNanos > 0 ? cancelled : startNanos));
    }
}
