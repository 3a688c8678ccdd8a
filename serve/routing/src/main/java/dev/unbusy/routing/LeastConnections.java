package dev.unbusy.routing;

import java.util.List;

/** The ready worker with the fewest running requests, whatever their size; for comparison with other balancers. */
final class LeastConnections implements RoutingPolicy {
    @Override
    public String name() {
        return "least-conn";
    }

    @Override
    public Choice choose(RequestFacts request, List<WorkerView> workers, long turn) {
        return Selection.least(workers, turn, WorkerView::outstandingRequests, Choice.Reason.LEAST_CONNECTIONS);
    }
}
