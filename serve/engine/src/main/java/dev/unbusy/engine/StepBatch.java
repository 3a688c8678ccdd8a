package dev.unbusy.engine;

import dev.unbusy.llama.Batch;
import dev.unbusy.scheduler.StepPlan;

/** A planned step as the library computes it. */
final class StepBatch {
    static final Generation[] NOBODY = {};

    private StepBatch() {}

    static void fill(Batch batch, StepPlan<Generation> plan) {
        batch.clear();
        int any = plan.sequence(0).token(0);
        int filler = 0;
        for (int run = 0; run < plan.runs(); run++) {
            Generation generation = plan.sequence(run);
            while (filler < plan.fillers() && plan.fillerSlot(filler) < generation.slot()) {
                batch.add(any, plan.fillerPosition(filler), plan.fillerSlot(filler), false);
                filler++;
            }
            int first = plan.firstPosition(run);
            int end = first + plan.count(run);
            for (int position = first; position < end; position++) {
                boolean wanted = position >= end - plan.outputs(run);
                batch.add(generation.token(position), position, generation.slot(), wanted);
            }
        }
    }

    /** Whom the step computes; {@code last} itself if they are the same, as in most steps. */
    static Generation[] generations(StepPlan<Generation> plan, Generation[] last) {
        boolean same = last.length == plan.runs();
        for (int run = 0; same && run < last.length; run++) {
            same = last[run] == plan.sequence(run);
        }
        if (same) {
            return last;
        }
        Generation[] generations = new Generation[plan.runs()];
        for (int run = 0; run < generations.length; run++) {
            generations[run] = plan.sequence(run);
        }
        return generations;
    }

    static boolean allCancelled(Generation[] generations) {
        for (Generation generation : generations) {
            if (!generation.isCancelRequested()) {
                return false;
            }
        }
        return true;
    }

    /** Time computed for clients already gone: of each run its share of the step, from the cancel on. */
    static long wastedNanos(StepPlan<Generation> plan, long startNanos, long endNanos) {
        double wasted = 0;
        for (int run = 0; run < plan.runs(); run++) {
            long gone = plan.sequence(run).goneNanos(startNanos, endNanos);
            wasted += (double) gone * plan.count(run) / plan.tokens();
        }
        return (long) wasted;
    }
}
