package dev.unbusy.scheduler;

import java.util.List;

/**
 * Decides how many guessed tokens each decoding sequence has checked in the next step.
 *
 * <ol>
 *   <li>Every drafter is asked, so that it learns how right it would be.
 *   <li>Sequence by sequence, the number of guesses is taken with which the whole step brings the most tokens per time:
 *       expected tokens from measured acceptance, time from measured costs of wider steps. Widths hardly ever tried get the
 *       benefit of the doubt. None are taken unless they bring {@value #WORTH_PERCENT} % more than without.
 *   <li>Never beside prompts, whose chunks are sized to fill the stall bound. Beside other decoding sequences a step may get
 *       {@value #SLOWER_PERCENT} % longer, and stay within the bound.
 * </ol>
 *
 * @param <S> the caller's kind of sequence
 */
final class DraftPlanner<S extends Sequence> {
    static final int WORTH_PERCENT = 3;
    static final int SLOWER_PERCENT = 25;

    private final SchedulerOptions options;
    private final boolean always;
    private final StepCosts costs;
    private final StepLoad load = new StepLoad();
    private final StepLoad trial = new StepLoad();
    private double expectedTokens;
    private int room;

    DraftPlanner(SchedulerOptions options, StepCosts costs) {
        this.options = options;
        always = options.speculation() == Speculation.ALWAYS;
        this.costs = costs;
    }

    /** 1: asks all drafters. What nobody decides to check is only compared. */
    void propose(List<S> running) {
        for (int i = 0; i < running.size(); i++) {
            S sequence = running.get(i);
            sequence.proposed = 0;
            DraftControl control = sequence.drafts;
            if (control != null && sequence.state == Sequence.State.DECODING) {
                // The token after the last guess is sampled too.
                int most = Math.min(options.maxDraftTokens(), sequence.maxOutput() - sequence.generated() - 1);
                sequence.proposed = control.propose(sequence.tokens(), sequence.size(), Math.max(1, most));
                sequence.proposed = Math.min(sequence.proposed, most);
            }
        }
    }

    /**
     * Puts guesses behind the sequences' tokens.
     *
     * @param decodes the step without guesses
     * @param limitNanos that the step may take while others decode too
     * @param cells that guesses may take
     * @return number of guesses to check
     */
    int choose(List<S> running, StepLoad decodes, double limitNanos, int cells) {
        load.set(decodes);
        expectedTokens = decodes.tokens();
        room = Math.min(cells, Math.min(options.maxOutputs(), options.batchTokens()) - decodes.tokens());
        double limit = Double.POSITIVE_INFINITY;
        if (decodes.tokens() > 1) {
            limit = Math.min(limitNanos, costs.nanos(decodes) * (1 + SLOWER_PERCENT / 100.0)); // 3
        }
        for (int i = 0; i < running.size() && room > 0; i++) {
            S sequence = running.get(i);
            if (sequence.proposed > 0) {
                take(sequence, limit);
            }
        }
        return load.tokens() - decodes.tokens();
    }

    private void take(S sequence, double limitNanos) {
        DraftControl control = sequence.drafts;
        if (control == null) {
            return;
        }
        double best = expectedTokens / costs.leastNanos(load) * (1 + WORTH_PERCENT / 100.0); // 2
        double tokens = expectedTokens;
        double reached = 1;
        int count = 0;
        for (int guesses = 1; guesses <= Math.min(sequence.proposed, room); guesses++) {
            reached *= control.share(guesses - 1);
            tokens += reached;
            trial.set(load).decode(guesses, sequence.size());
            double rate = tokens / costs.leastNanos(trial);
            if (always || (rate > best && costs.nanos(trial) <= limitNanos)) {
                best = rate;
                count = guesses;
                expectedTokens = tokens;
            }
        }
        if (count > 0) {
            load.decode(count, sequence.size());
            room -= count;
            for (int i = 0; i < count; i++) {
                sequence.putDraft(i, control.draft(i));
            }
            sequence.drafted = count;
        }
    }
}
