package dev.unbusy.gateway;

import java.util.Locale;

/** How a request ended: the same word in log and metric. */
enum Outcome {
    COMPLETED,
    /** The worker answered 4xx. */
    CLIENT_ERROR,
    /** The worker answered 5xx, other than that it takes nothing now. */
    WORKER_ERROR,
    /** Refused before it was placed: wrong in itself, unknown model, no room. */
    REJECTED,
    /** No worker for it runs or is being started. */
    NO_WORKER,
    /** The time that the client was willing to wait has passed. */
    DEADLINE,
    /** Its workers were lost, more often than may be or after its answer had begun. */
    WORKER_LOST,
    CLIENT_LEFT,
    /** A defect of the gateway itself; its log has the cause. */
    INTERNAL_ERROR,
    SHUTDOWN;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its sender pays for what a worker did without counting it: not for a worker's own failure. */
    boolean paysForWhatRan() {
        return switch (this) {
            case COMPLETED, CLIENT_LEFT, DEADLINE -> true;
            case CLIENT_ERROR, WORKER_ERROR, REJECTED, NO_WORKER, WORKER_LOST, INTERNAL_ERROR, SHUTDOWN -> false;
        };
    }

    /** What it says about the worker that had the request. */
    Slot.End slotEnd() {
        return switch (this) {
            case COMPLETED, CLIENT_ERROR -> Slot.End.SUCCEEDED;
            case WORKER_ERROR -> Slot.End.FAILED;
            case REJECTED, NO_WORKER, DEADLINE, WORKER_LOST, CLIENT_LEFT, INTERNAL_ERROR, SHUTDOWN ->
                Slot.End.ABANDONED;
        };
    }
}
