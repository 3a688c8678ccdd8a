package dev.unbusy.supervisor;

import dev.unbusy.api.WorkerStatus;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One worker as the supervisor last saw it.
 *
 * @param pid process id; −1 while there is no process
 * @param uri where it listens; null until it is ready
 * @param restarts how often it was started again
 * @param lastReason why it was last started again or given up; null if never
 * @param status its last answer about itself; null until there is one from the living process
 */
public record WorkerReport(
        String id,
        WorkerState state,
        long pid,
        @Nullable URI uri,
        int restarts,
        @Nullable RestartReason lastReason,
        @Nullable WorkerStatus status) {

    /** As {@code unbusy status} shows it: the worker's own numbers where there are any, the supervisor's word otherwise. */
    WorkerStatus shown(String model) {
        WorkerStatus known = status != null ? status : WorkerStatus.of(id, WorkerStatus.State.STARTING, "");
        String why = lastReason == null ? "" : lastReason.word();
        WorkerStatus.State word = switch (state) {
            case LOADING -> WorkerStatus.State.LOADING;
            case READY -> WorkerStatus.State.READY;
            case WEDGED -> WorkerStatus.State.WEDGED;
            case DRAINING -> WorkerStatus.State.DRAINING;
            case RESTARTING -> WorkerStatus.State.STARTING;
            case FAILED -> WorkerStatus.State.FAILED;
            case STOPPED -> WorkerStatus.State.STOPPED;
        };
        return new WorkerStatus(
                id,
                model,
                word,
                Math.max(0, pid),
                uri == null ? "" : uri.toString(),
                known.running(),
                known.waiting(),
                known.kvCellsTotal(),
                known.kvCellsFree(),
                known.kvCellsEmpty(),
                known.steps(),
                known.step(),
                known.tokensPerSecond(),
                known.prefillTokensPerSecond(),
                restarts,
                known.contextTokens(),
                known.maxSequences(),
                why);
    }
}
