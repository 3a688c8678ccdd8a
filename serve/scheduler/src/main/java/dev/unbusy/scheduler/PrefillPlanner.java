package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * Fills a step with prompts, within the {@link PrefillBudget}.
 *
 * <ol>
 *   <li>Order: as {@link Ranking} says; then the prompt first that has the least time left, less the time since it started. So short
 *       prompts overtake long ones, and a prompt is overtaken for about as long as its own takes (shortest remaining time
 *       with aging). Where others wait for a prompt's prefix, its time left is shared between them.
 *   <li>One prompt after the other, not all of them a little: the sum of the times to first tokens is least that way.
 *   <li>A prompt that ends in this step is not kept from its first token by the others for longer than the stall bound.
 *   <li>A prompt that does not end in it is the last in it and takes whole blocks; less than one only if it is the first too.
 *   <li>What a prompt takes is held to the budget once more: less than the budget allows can cost more.
 * </ol>
 *
 * @param <S> the caller's kind of sequence
 */
final class PrefillPlanner<S extends Sequence> {
    private final SchedulerOptions options;
    private final StepCosts costs;
    private final KvCache kv;
    private final Ranking ranking;
    private final PrefillBudget budget;
    private final StepLoad load;
    private final StepLoad trial;
    private final List<S> order = new ArrayList<>();

    PrefillPlanner(SchedulerOptions options, StepCosts costs, KvCache kv, Ranking ranking) {
        this.options = options;
        this.costs = costs;
        load = costs.load();
        trial = costs.load();
        this.kv = kv;
        this.ranking = ranking;
        budget = new PrefillBudget(costs, options.batchTokens(), options.maxStallNanos());
    }

    /**
     * Decides on the next step's prompts; {@link #fill} takes them.
     *
     * @param decodes what decodes
     * @param elapsedNanos since the decoding sequences' last tokens
     * @param mayPart whether a step without them is possible now
     * @return whether the decoding sequences stay out of it
     */
    boolean decide(List<S> running, StepLoad decodes, long elapsedNanos, boolean mayPart, long nowNanos) {
        sort(running, nowNanos);
        load.set(decodes);
        if (order.isEmpty()) {
            budget.none();
            return false;
        }
        int wanted = 0;
        for (int i = 0; i < order.size(); i++) {
            wanted += order.get(i).remaining();
        }
        S first = order.getFirst();
        budget.decide(decodes, elapsedNanos, first.computed(), first.remaining(), wanted, mayPart);
        if (budget.isApart()) {
            load.clear();
        }
        return budget.isApart();
    }

    /** Whether the last decision left room for prompts. */
    boolean any() {
        return !order.isEmpty() && budget.tokens() > 0;
    }

    /** Adds what {@link #decide} found room for to the plan. */
    void fill(StepPlan<S> plan) {
        int left = budget.tokens();
        double firstTokenNanos = Double.POSITIVE_INFINITY;
        for (int i = 0; i < order.size() && left > 0; i++) {
            S sequence = order.get(i);
            int count = Math.min(left, sequence.remaining());
            if (firstTokenNanos < Double.POSITIVE_INFINITY) { // 3
                left = budget.joining(load, sequence.computed(), count, firstTokenNanos + options.maxStallNanos());
                count = Math.min(left, count);
            }
            count = budget.fitting(load, sequence.computed(), count); // 5
            boolean ends = count == sequence.remaining();
            if (!ends) {
                count = cut(sequence, count, plan.runs() > plan.decodes()); // 4
                count = budget.fitting(load, sequence.computed(), count);
            }
            if (!kv.makeRoom(count)) {
                count = kv.ledger().free();
                left = count;
            }
            if (count == 0) {
                return;
            }
            load.prefill(sequence.slot, count, sequence.computed());
            plan.add(sequence, count);
            kv.append(sequence.slot, count);
            left = ends ? left - count : 0;
            if (sequence.remaining() == count) {
                firstTokenNanos = Math.min(firstTokenNanos, costs.nanos(load));
            }
        }
    }

    /** Where a prompt's chunk ends if not where the prompt does. */
    private int cut(S sequence, int count, boolean behindOthers) {
        boolean beside = load.decodeTokens() > 0;
        if (beside && !costs.isSplit()) {
            return count; // The decoding sequences' tokens lie in its tiles too.
        }
        // Its first token is computed with the decoding sequences', in each step.
        int joining = beside && load.joins(sequence.slot) ? 1 : 0;
        if (behindOthers && count < StepLoad.TILE + joining) {
            return 0;
        }
        return PrefillBudget.aligned(count, sequence.remaining(), joining);
    }

    private void sort(List<S> running, long nowNanos) {
        order.clear();
        for (int i = 0; i < running.size(); i++) {
            S sequence = running.get(i);
            if (sequence.state == Sequence.State.PREFILLING) {
                sequence.rank = rank(sequence, nowNanos);
                int at = order.size();
                while (at > 0 && ranking.prefillsBefore(sequence, order.get(at - 1))) {
                    at--;
                }
                order.add(at, sequence);
            }
        }
    }

    /** Nanoseconds of prefill left, less those since it started. */
    private double rank(S sequence, long nowNanos) {
        int count = Math.min(options.batchTokens(), sequence.remaining());
        double chunk = costs.nanos(trial.clear().prefill(StepLoad.NO_SLOT, count, sequence.computed()));
        double left = chunk * sequence.remaining() / count;
        return left / (1 + sequence.followers) - (nowNanos - sequence.startedNanos);
    }
}
