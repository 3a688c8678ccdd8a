package dev.unbusy.supervisor;

import dev.unbusy.api.AwakeTime;
import dev.unbusy.text.Text;
import java.net.URI;

/** What happens to one worker, as {@link WorkerLife} hears it. */
sealed interface WorkerEvent {
    /** Time has passed; comes at least every {@link AwakeTime#LONGEST_TICK_MILLIS} ms. */
    record Tick() implements WorkerEvent {}

    /** The process could not be created. */
    record SpawnFailed(Text why) implements WorkerEvent {}

    /** It is loading and has come further. */
    record Progress() implements WorkerEvent {}

    /** It has loaded and answers at this address. */
    record Ready(URI uri) implements WorkerEvent {}

    /**
     * It answered a look at its state.
     *
     * @param steps its step counter
     * @param busy whether it has requests that need steps
     * @param expectedNanos what it expects the step under way to stay within; 0 where none is
     */
    record Answered(long steps, boolean busy, long expectedNanos) implements WorkerEvent {}

    /** A look at its state brought no answer. */
    record Silent() implements WorkerEvent {}

    /** The process has ended and is reaped. */
    record Exited(Death death) implements WorkerEvent {}

    /** Somebody wants another process in its place: finish what runs, end, and be started again. */
    record Renew() implements WorkerEvent {}

    /** The service stops: finish what runs, then end. */
    record Stop() implements WorkerEvent {}
}
