package dev.unbusy.gateway;

import dev.unbusy.admission.Place;
import dev.unbusy.routing.Choice;
import java.util.List;

/** What becomes of a request that asks the {@link Dispatcher} for a worker. */
sealed interface Placement {
    record Placed(Backend backend, long backendVersion, Slot slot, Choice.Reason reason) implements Placement {}

    /** It waits; the candidate will be called. */
    record Waits(Place place) implements Placement {}

    /**
     * It could not start in time.
     *
     * @param expectedWaitNanos how long it would have waited
     * @param retryNanos when to come again
     */
    record TooLate(long expectedWaitNanos, long retryNanos) implements Placement {}

    /**
     * The bodies of those that wait take as much memory as they may.
     *
     * @param retryNanos when there will be room; 0 where nobody knows
     */
    record Full(int waiting, long waitingBytes, long retryNanos) implements Placement {}

    /**
     * No worker that serves the model runs or is being started.
     *
     * @param reasons one per backend that serves it and is down: {@code id: reason}
     */
    record Hopeless(List<String> reasons) implements Placement {}
}
