package dev.unbusy.supervisor;

import dev.unbusy.api.ApiException;
import dev.unbusy.api.WorkerStatus;
import java.io.IOException;
import java.net.URI;

/** A look at a worker's {@code GET /internal/status}. */
final class StatusProbe {
    static final String PATH = "/internal/status";

    private StatusProbe() {}

    /**
     * What the worker answers.
     *
     * @throws IOException if it answers nothing usable in time
     */
    static WorkerStatus look(URI uri, int limitMillis) throws IOException {
        try {
            return WorkerStatus.parse(LocalHttp.get(uri, PATH, limitMillis));
        } catch (ApiException e) {
            throw new IOException("not a worker's status: " + e.getMessage(), e);
        }
    }

    static WorkerEvent.Answered event(WorkerStatus status) {
        return new WorkerEvent.Answered(
                status.steps(), status.isBusy(), status.step().expectedNanos());
    }
}
