package dev.unbusy.scheduler;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills a step with what running sequences compute in it, and learns from how long it took.
 *
 * <ol>
 *   <li>Every decoding sequence takes its last token, unless prompts run apart from them in this step ({@link PrefillBudget}).
 *   <li>Prompts take what is left of the stall bound ({@link PrefillPlanner}).
 *   <li>Without prompts, guessed tokens are checked where it pays ({@link DraftPlanner}), in cells that nobody else needs.
 *   <li>Gaps between slots are filled where that makes the step shorter ({@link PassFiller}).
 * </ol>
 *
 * @param <S> the caller's kind of sequence
 */
final class StepMaker<S extends Sequence> {
    private static final long STALL_WINDOW_NANOS = 60_000_000_000L;

    private final SchedulerOptions options;
    private final KvCache kv;
    private final Tenants tenants;
    private final StepCosts costs;
    private final PrefillPlanner<S> prefills;
    private final DraftPlanner<S> drafts;
    private final PassFiller gaps;
    private final StallMeter stalls = new StallMeter(STALL_WINDOW_NANOS);
    private final StepPlan<S> plan;
    /** What decodes, without guesses, gaps filled, whether it is in the step or not. */
    private final StepLoad decodes;
    /** All of the step. */
    private final StepLoad load;

    private int drafted;
    /** The last step took prompts only, so the next one decodes. */
    private boolean decodesAreDue;

    StepMaker(SchedulerOptions options, KvCache kv, Tenants tenants, Ranking ranking) {
        this.options = options;
        this.kv = kv;
        this.tenants = tenants;
        costs = new StepCosts(options.layout() == KvLayout.SPLIT, options.batchTokens());
        decodes = costs.load();
        load = costs.load();
        prefills = new PrefillPlanner<>(options, costs, kv, ranking);
        drafts = new DraftPlanner<>(options, costs);
        gaps = new PassFiller(options, kv, costs);
        plan = new StepPlan<>(options.maxRunning(), options.kvSlots(), kv.operations());
    }

    StepPlan<S> plan() {
        return plan;
    }

    /** What the step just made nearly surely stays within. */
    long mostNanos() {
        return (long) costs.mostNanos(load);
    }

    StallMeter stalls() {
        return stalls;
    }

    /** Plans the step; there must be a free cell for each decoding sequence. */
    void make(List<S> running, long nowNanos) {
        plan.clearRuns();
        long elapsed = nowNanos - loadDecodes(running, nowNanos);
        boolean decoding = decodes.tokens() > 0;
        boolean apart = prefills.decide(running, decodes, elapsed, decoding && !decodesAreDue, nowNanos);
        drafted = 0;
        if (!apart) {
            addDecodes(running, !prefills.any(), elapsed);
        }
        prefills.fill(plan); // 2
        if (apart && plan.runs() == 0) {
            addDecodes(running, false, elapsed); // No prompt got a cell.
        }
        load.clear();
        for (int run = 0; run < plan.runs(); run++) {
            if (plan.isDecode(run)) {
                load.decode(plan.sequence(run).slot, plan.count(run), plan.firstPosition(run));
            } else {
                load.prefill(plan.sequence(run).slot, plan.count(run), plan.firstPosition(run));
            }
        }
        fillGaps(running); // 4
        plan.setPasses(load.passes());
        decodesAreDue = decoding && plan.decodes() == 0;
    }

    private void fillGaps(List<S> running) {
        gaps.fill(load, options.batchTokens() - plan.tokens());
        for (int run = 0; run < load.runs(); run++) {
            if (load.isFilling(run)) {
                int slot = load.slot(run);
                S between = promptIn(running, slot);
                if (between == null) {
                    plan.fill(slot, load.depthOf(run));
                } else {
                    load.prefill(slot, 1, between.computed);
                    plan.add(between, 1);
                    kv.append(slot, 1);
                }
            }
        }
    }

    /** The prompt in a slot that does not end with its next token, whose logits nobody has made room for; or null. */
    private @Nullable S promptIn(List<S> running, int slot) {
        for (int i = 0; i < running.size(); i++) {
            S sequence = running.get(i);
            if (sequence.slot == slot && sequence.remaining() > 1) {
                return sequence;
            }
        }
        return null;
    }

    /** The step ran, and the sequences have not moved on yet. */
    void ran(List<S> running, long nowNanos, long durationNanos) {
        costs.observe(load, durationNanos);
        noteStalls(running, nowNanos, durationNanos);
        charge(durationNanos);
    }

    /** Each sequence pays for its part: decodes by the token, what they take alone; prompts the rest, by the token. */
    private void charge(long durationNanos) {
        double all = durationNanos;
        double decoding =
                load.prefillTokens() == 0 ? all : plan.decodes() == 0 ? 0 : Math.min(all, costs.nanos(decodes));
        for (int run = 0; run < plan.runs(); run++) {
            S sequence = plan.sequence(run);
            double share = plan.isDecode(run)
                    ? decoding * plan.count(run) / load.decodeTokens()
                    : (all - decoding) * plan.count(run) / load.prefillTokens();
            sequence.servedNanos += share;
            tenants.charge(sequence.tenant(), share * sequence.claim().price());
        }
        tenants.settle();
    }

    /** Who decodes was kept waiting by the rest of the step. */
    private void noteStalls(List<S> running, long nowNanos, long durationNanos) {
        boolean othersWork = load.prefillTokens() > 0 || (drafted > 0 && plan.decodes() > 1);
        double others = othersWork ? durationNanos : 0;
        if (plan.decodes() > 0) {
            others = Math.max(0, others - costs.nanos(decodes));
        }
        for (int i = 0; i < running.size(); i++) {
            running.get(i).delayedNanos += others;
        }
        for (int run = 0; run < plan.runs(); run++) {
            S sequence = plan.sequence(run);
            if (plan.isDecode(run)) {
                stalls.record(nowNanos, (long) sequence.delayedNanos);
            }
            sequence.delayedNanos = 0;
            sequence.lastTokenNanos = nowNanos;
        }
    }

    private void addDecodes(List<S> running, boolean maySpeculate, long elapsedNanos) {
        if (options.speculation() != Speculation.OFF && options.maxDraftTokens() > 0) {
            drafts.propose(running); // 3
            if (maySpeculate) {
                // Cached cells may go for guesses, those of running sequences never.
                int cells = kv.ledger().available() - decodes.tokens();
                drafted = drafts.choose(running, decodes, (double) options.maxStallNanos() - elapsedNanos, cells);
                kv.makeRoom(decodes.tokens() + drafted);
            }
        }
        for (int i = 0; i < running.size(); i++) { // 1
            S sequence = running.get(i);
            if (sequence.state == Sequence.State.DECODING) {
                plan.add(sequence, 1 + sequence.drafted);
                kv.append(sequence.slot, 1 + sequence.drafted);
            }
        }
    }

    /** Fills {@link #decodes}; returns when the first of them got its last token. */
    private long loadDecodes(List<S> running, long nowNanos) {
        decodes.clear();
        long earliest = nowNanos;
        for (int i = 0; i < running.size(); i++) {
            S sequence = running.get(i);
            if (sequence.state == Sequence.State.DECODING) {
                decodes.decode(sequence.slot, 1, sequence.computed);
                earliest = Math.min(earliest, sequence.lastTokenNanos);
            }
        }
        gaps.fill(decodes, options.batchTokens() - decodes.tokens());
        return earliest;
    }
}
