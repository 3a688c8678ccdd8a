package dev.unbusy.gateway;

import dev.unbusy.api.WorkerStatus;
import java.util.List;

/** Those behind a gateway, for its admin API. Thread-safe; may block. */
public interface Workers {
    /** In the order in which they are shown. */
    List<WorkerStatus> statuses();

    /**
     * Begins to start them again, one after the other, without losing a request.
     *
     * @return false where they are not ours to start, or are being started again already
     */
    boolean restart();

    /** Servers that somebody else runs. */
    static Workers ofOthers(Backends backends) {
        return new Workers() {
            @Override
            public List<WorkerStatus> statuses() {
                return ForeignBackends.statuses(backends);
            }

            @Override
            public boolean restart() {
                return false;
            }
        };
    }
}
