package dev.unbusy.routing;

import java.util.List;

/**
 * The ready worker with the least outstanding work.
 *
 * <p>Bound: while nothing finishes, no two ready workers differ by more than the largest single request (greedy list
 * scheduling, Graham 1969).
 */
final class LeastWork implements RoutingPolicy {
    @Override
    public String name() {
        return "least-work";
    }

    @Override
    public Choice choose(RequestFacts request, List<WorkerView> workers, long turn) {
        return Selection.least(workers, turn, WorkerView::outstandingNanos, Choice.Reason.LEAST_WORK);
    }
}
