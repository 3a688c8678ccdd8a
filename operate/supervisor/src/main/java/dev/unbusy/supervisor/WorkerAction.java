package dev.unbusy.supervisor;

import dev.unbusy.text.Text;
import java.net.URI;

/** What {@link WorkerLife} wants done; carried out in order by {@link WorkerSlot}. */
sealed interface WorkerAction {
    /** Start a process; its end is reported, and no second one is asked for before that. */
    record Spawn() implements WorkerAction {}

    /** Requests may go to it. */
    record Serve(URI uri) implements WorkerAction {}

    /** No new requests to it; it is about to be killed and replaced, so they wait. */
    record Withdraw(RestartReason reason, Text why) implements WorkerAction {}

    /** It is dead and will be started again after this delay; requests wait. */
    record Restart(RestartReason reason, Text why, long delayMillis) implements WorkerAction {}

    /** No new requests to it, and ask it to finish the ones it has and end. */
    record Drain(String why) implements WorkerAction {}

    /** Ask it to end; it says in its log where it stands, if it can. */
    record Terminate() implements WorkerAction {}

    /** End it at once. */
    record Kill(String why) implements WorkerAction {}

    /**
     * It does not load, and requests are to be told so.
     *
     * @param againMillis when it is tried once more all the same; 0 for never
     */
    record GiveUp(RestartReason reason, LoadRefusal cause, long againMillis) implements WorkerAction {}

    /** It has ended as asked. Nothing follows. */
    record Done() implements WorkerAction {}
}
