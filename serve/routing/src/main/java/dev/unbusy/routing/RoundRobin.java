package dev.unbusy.routing;

import java.util.List;

/** The ready workers one after another, whatever their load; for comparison with other balancers. */
final class RoundRobin implements RoutingPolicy {
    @Override
    public String name() {
        return "round-robin";
    }

    @Override
    public Choice choose(RequestFacts request, List<WorkerView> workers, long turn) {
        // All loads equal: every ready worker is a tie, and ties are taken in turn.
        Choice choice = Selection.least(workers, turn, worker -> 0, Choice.Reason.NEXT_IN_TURN);
        return choice instanceof Choice.Chosen(int index, Choice.Reason reason) && reason == Choice.Reason.TIE_IN_TURN
                ? new Choice.Chosen(index, Choice.Reason.NEXT_IN_TURN)
                : choice;
    }
}
