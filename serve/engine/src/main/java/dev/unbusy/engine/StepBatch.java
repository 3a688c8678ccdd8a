package dev.unbusy.engine;

import dev.unbusy.llama.Batch;
import dev.unbusy.scheduler.StepPlan;

/** A planned step as the library computes it. */
final class StepBatch {
    static final Work[] NOBODY = {};

    private StepBatch() {}

    /**
     * The step less what is to be embedded.
     *
     * @param endRows gets the row behind each run
     */
    static void fill(Batch batch, StepPlan<Work> plan, int[] endRows) {
        batch.clear();
        int any = plan.sequence(0).token(0);
        int filler = 0;
        for (int run = 0; run < plan.runs(); run++) {
            Work work = plan.sequence(run);
            while (filler < plan.fillers() && plan.fillerSlot(filler) < work.slot()) {
                batch.add(any, plan.fillerPosition(filler), plan.fillerSlot(filler), false);
                filler++;
            }
            if (work instanceof Generation) {
                int first = plan.firstPosition(run);
                int end = first + plan.count(run);
                for (int position = first; position < end; position++) {
                    boolean wanted = position >= end - plan.outputs(run);
                    batch.add(work.token(position), position, work.slot(), wanted);
                }
            }
            endRows[run] = batch.size();
        }
    }

    /** Whom the step computes; {@code last} itself if they are the same, as in most steps. */
    static Work[] whom(StepPlan<Work> plan, Work[] last) {
        boolean same = last.length == plan.runs();
        for (int run = 0; same && run < last.length; run++) {
            same = last[run] == plan.sequence(run);
        }
        if (same) {
            return last;
        }
        Work[] whom = new Work[plan.runs()];
        for (int run = 0; run < whom.length; run++) {
            whom[run] = plan.sequence(run);
        }
        return whom;
    }

    static boolean allCancelled(Work[] all) {
        for (Work work : all) {
            if (!work.isCancelRequested()) {
                return false;
            }
        }
        return true;
    }

    /** Time computed for clients already gone: of each run its share of the step, from the cancel on. */
    static long wastedNanos(StepPlan<Work> plan, long startNanos, long endNanos) {
        double wasted = 0;
        for (int run = 0; run < plan.runs(); run++) {
            long gone = plan.sequence(run).cancellation.goneNanos(startNanos, endNanos);
            wasted += (double) gone * plan.count(run) / plan.tokens();
        }
        return (long) wasted;
    }
}
