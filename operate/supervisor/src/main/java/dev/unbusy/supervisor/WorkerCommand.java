package dev.unbusy.supervisor;

import dev.unbusy.gateway.ServedModel;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How a worker process is started.
 *
 * @param arguments the command line for a worker id; it must print {@link WorkerLine}s and end when its standard input ends
 * @param environment all of it: nothing of the supervisor's own is added
 * @param models what it will serve: requests for these wait while it loads
 */
public record WorkerCommand(
        Function<String, List<String>> arguments, Map<String, String> environment, List<ServedModel> models) {
    public WorkerCommand {
        environment = Map.copyOf(environment);
        models = List.copyOf(models);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("a worker serves at least one model");
        }
    }
}
