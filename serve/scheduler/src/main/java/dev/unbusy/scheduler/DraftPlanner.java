package dev.unbusy.scheduler;

import java.util.List;

/**
 * Decides how many guessed tokens each decoding sequence has checked in the next step.
 *
 * <ol>
 *   <li>Every drafter is asked, so that it learns how right it would be.
 *   <li>The number of guesses is taken with which the whole step brings the most tokens per time: expected tokens from measured
 *       acceptance, time from measured costs of wider steps. First equally many of every sequence, which are computed in one pass; then,
 *       sequence by sequence, more. Widths hardly ever tried get the benefit of the doubt. None are taken unless they bring
 *       {@value #WORTH_PERCENT} % more than without.
 *   <li>Never beside prompts, whose chunks are sized to fill the stall bound. Beside other decoding sequences a step may get
 *       {@value #SLOWER_PERCENT} % longer, and stay within the bound.
 * </ol>
 *
 * @param <S> the caller's kind of sequence
 */
final class DraftPlanner<S extends Sequence> {
    static final int WORTH_PERCENT = 3;
    static final int SLOWER_PERCENT = 25;
    private static final double LIKELY = 0.5;

    private final SchedulerOptions options;
    private final boolean always;
    private final StepCosts costs;
    private final StepLoad load;
    private final StepLoad trial;
    private double expectedTokens;
    private int room;

    DraftPlanner(SchedulerOptions options, StepCosts costs) {
        this.options = options;
        always = options.speculation() == Speculation.ALWAYS;
        this.costs = costs;
        load = costs.load();
        trial = costs.load();
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
            takeEqually(running, decodes, limit);
        }
        for (int i = 0; i < running.size() && room > 0; i++) {
            S sequence = running.get(i);
            if (sequence.proposed > sequence.drafted) {
                takeMore(sequence, limit);
            }
        }
        return load.tokens() - decodes.tokens();
    }

    /** As many guesses of each as bring the most, or fewer where it has not as many likely ones. */
    private void takeEqually(List<S> running, StepLoad decodes, double limitNanos) {
        int most = 0;
        for (int i = 0; i < running.size(); i++) {
            S sequence = running.get(i);
            most = Math.max(most, sequence.proposed);
            sequence.likely = 0;
            sequence.reached = 1;
        }
        if (most == 0) {
            return;
        }
        double best = worth(expectedTokens, load);
        double tokens = expectedTokens;
        int level = 0;
        trial.set(decodes);
        for (int guess = 0; guess < most; guess++) {
            for (int i = 0; i < running.size(); i++) {
                S sequence = running.get(i);
                DraftControl control = sequence.drafts;
                if (control != null && sequence.proposed > guess && sequence.likely == guess) {
                    sequence.reached *= control.share(guess);
                    if (sequence.reached >= LIKELY) {
                        sequence.likely++;
                        tokens += sequence.reached;
                        trial.decode(sequence.slot, 1, sequence.size());
                    }
                }
            }
            if (trial.tokens() - decodes.tokens() > room) {
                break;
            }
            double rate = tokens / costs.leastNanos(trial);
            if (rate > best && costs.nanos(trial) <= limitNanos) {
                best = rate;
                level = guess + 1;
                expectedTokens = tokens;
            }
        }
        for (int i = 0; i < running.size() && level > 0; i++) {
            S sequence = running.get(i);
            put(sequence, Math.min(level, sequence.likely));
        }
    }

    private double worth(double tokens, StepLoad step) {
        return tokens / costs.leastNanos(step) * (1 + WORTH_PERCENT / 100.0);
    }

    private void takeMore(S sequence, double limitNanos) {
        DraftControl control = sequence.drafts;
        if (control == null) {
            return;
        }
        double best = worth(expectedTokens, load);
        double tokens = expectedTokens;
        double reached = 1;
        int count = 0;
        for (int guess = 0; guess < Math.min(sequence.proposed, sequence.drafted + room); guess++) {
            reached *= control.share(guess);
            if (guess < sequence.drafted) {
                continue;
            }
            tokens += reached;
            int more = guess + 1 - sequence.drafted;
            trial.set(load).decode(sequence.slot, more, sequence.size());
            double rate = tokens / costs.leastNanos(trial);
            if (always || (rate > best && costs.nanos(trial) <= limitNanos)) {
                best = rate;
                count = more;
                expectedTokens = tokens;
            }
        }
        put(sequence, sequence.drafted + count);
    }

    private void put(S sequence, int count) {
        DraftControl control = sequence.drafts;
        int more = count - sequence.drafted;
        if (control == null || more == 0) {
            return;
        }
        load.decode(sequence.slot, more, sequence.size());
        room -= more;
        for (int i = sequence.drafted; i < count; i++) {
            sequence.putDraft(i, control.draft(i));
        }
        sequence.drafted = count;
    }
}
