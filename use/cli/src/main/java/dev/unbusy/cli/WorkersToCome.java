package dev.unbusy.cli;

import dev.unbusy.api.WorkerStatus;
import dev.unbusy.gateway.Workers;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The workers of a service whose gateway listens before they are started. */
final class WorkersToCome implements Workers {
    private final Supplier<? extends @Nullable Workers> started;

    /** @param started null until they are */
    WorkersToCome(Supplier<? extends @Nullable Workers> started) {
        this.started = started;
    }

    @Override
    public List<WorkerStatus> statuses() {
        Workers now = started.get();
        return now == null ? List.of() : now.statuses();
    }

    @Override
    public boolean restart() {
        Workers now = started.get();
        return now != null && now.restart();
    }
}
