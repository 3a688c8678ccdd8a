package dev.unbusy.routing;

import java.util.List;

/**
 * The ready worker with the longest match of the prompt's beginning, among equal ones that with the least outstanding work;
 * for comparison. It never looks at the load of the one that matches, so a prefix that everybody uses keeps one worker busy
 * and the others idle, and what waits there evicts what the next one would have matched.
 */
final class LongestPrefix implements RoutingPolicy {
    @Override
    public String name() {
        return "prefix";
    }

    @Override
    public Choice choose(RequestFacts request, List<WorkerView> workers, long turn) {
        long longest = 0;
        for (WorkerView worker : workers) {
            if (worker.ready()) {
                longest = Math.max(longest, worker.matchedPrefixTokens());
            }
        }
        long match = longest;
        return Selection.least(
                workers,
                turn,
                worker -> worker.matchedPrefixTokens() == match ? worker.outstandingNanos() : Double.POSITIVE_INFINITY,
                match == 0 ? Choice.Reason.LEAST_WORK : Choice.Reason.PREFIX_AFFINITY);
    }
}
