package dev.unbusy.routing;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The ready workers with the smallest load, ties taken in turn: what the policies have in common. */
final class Selection {
    private Selection() {}

    /**
     * Two passes over the list and no allocation besides the result: lists are short and choices are many.
     *
     * @param load finite for at least one ready worker; the others are not chosen where it is infinite
     */
    static Choice least(
            List<WorkerView> workers, long turn, ToDoubleFunction<WorkerView> load, Choice.Reason whenUnique) {
        int ready = 0;
        int ties = 0;
        double least = Double.POSITIVE_INFINITY;
        for (WorkerView worker : workers) {
            if (!worker.ready()) {
                continue;
            }
            ready++;
            double value = load.applyAsDouble(worker);
            if (value < least) {
                least = value;
                ties = 1;
            } else if (value == least) {
                ties++;
            }
        }
        if (ready == 0) {
            return none(workers);
        }
        int skip = (int) Long.remainderUnsigned(turn, ties);
        for (int i = 0; i < workers.size(); i++) {
            WorkerView worker = workers.get(i);
            if (worker.ready() && load.applyAsDouble(worker) == least && skip-- == 0) {
                return new Choice.Chosen(
                        i, ready == 1 ? Choice.Reason.ONLY_READY : ties == 1 ? whenUnique : Choice.Reason.TIE_IN_TURN);
            }
        }
        throw new IllegalStateException("the load of a worker changed during the choice");
    }

    static Choice.NoWorker none(List<WorkerView> workers) {
        return new Choice.NoWorker(workers.isEmpty() ? Choice.Absence.NONE_KNOWN : Choice.Absence.NONE_READY);
    }
}
