package dev.unbusy.scheduler;

/**
 * Joins what an idle slot divides. Where slots have cells of their own, those that decode on both sides of one that does not are computed
 * in two passes over the weights ({@link StepLoad}): 8 slots in 35 ms, 7 of them with a gap in 44, 6 with two gaps in 51. A row for the
 * slot between costs less than that pass. If the slot's prompt waits its turn, the row is the prompt's next token; else nobody wants it,
 * and its cell is taken back after the step.
 *
 * <p>There is a cell for it: an answer's last token is never computed, so no slot holds a whole context.
 *
 * <p>Gap by gap, by measured costs. Only where the cache can take tokens back. Owned by one thread.
 */
final class PassFiller {
    /** Costs of two sizes differ by what is not known about either; the difference must be more than that. */
    private static final double WORTH = 0.97;

    private final KvCache kv;
    private final StepCosts costs;
    private final boolean possible;
    private final StepLoad trial;

    PassFiller(SchedulerOptions options, KvCache kv, StepCosts costs) {
        this.kv = kv;
        this.costs = costs;
        possible = costs.isSplit() && options.takesBack();
        trial = costs.load();
    }

    /**
     * Adds rows to a step where they make it shorter.
     *
     * @param room most rows
     */
    void fill(StepLoad load, int room) {
        int left = room;
        for (int run = 1; possible && run < load.runs(); run++) {
            int first = load.slot(run - 1) + 1;
            int gap = load.slot(run) - first;
            if (gap > 0 && gap <= left) {
                trial.set(load);
                for (int slot = first; slot < first + gap; slot++) {
                    trial.fill(slot, kv.ledger().length(slot));
                }
                if (costs.nanos(trial) < WORTH * costs.nanos(load)) {
                    load.set(trial);
                    left -= gap;
                    run += gap;
                }
            }
        }
    }
}
