package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * What the next step computes: cache operations to do first, then runs of tokens, each of one sequence. Reused: valid
 * until the scheduler plans again.
 *
 * @param <S> the caller's kind of sequence
 */
public final class StepPlan<S extends Sequence> {
    private final List<KvOperation> operations;
    private final List<S> sequences;
    private final int[] firstPositions;
    private final int[] counts;
    private int tokens;
    private int decodes;

    StepPlan(int maxRuns, List<KvOperation> operations) {
        this.operations = operations;
        sequences = new ArrayList<>(maxRuns);
        firstPositions = new int[maxRuns];
        counts = new int[maxRuns];
    }

    /** To be done in this order before the step, also if the step has no runs. */
    public List<KvOperation> operations() {
        return operations;
    }

    /** Number of runs; no two are of the same sequence. */
    public int runs() {
        return sequences.size();
    }

    public S sequence(int run) {
        return sequences.get(run);
    }

    /** Position of the run's first token. */
    public int firstPosition(int run) {
        return firstPositions[run];
    }

    /** Tokens of the run. */
    public int count(int run) {
        return counts[run];
    }

    /** Whether the run ends at the sequence's last token, whose logits choose the next one. */
    public boolean wantsLogits(int run) {
        return firstPositions[run] + counts[run] == sequences.get(run).size();
    }

    /** Tokens of all runs. */
    public int tokens() {
        return tokens;
    }

    /** Runs that only decode: the first ones. */
    public int decodes() {
        return decodes;
    }

    public int prefillTokens() {
        return tokens - decodes;
    }

    void clearRuns() {
        sequences.clear();
        tokens = 0;
        decodes = 0;
    }

    void add(S sequence, int count) {
        if (sequence.remaining() < count || count < 1) {
            throw new IllegalStateException(
                    "a sequence with " + sequence.remaining() + " tokens to compute cannot take " + count
                            + ": after a step that wanted logits it is appended to, finished or cancelled");
        }
        int run = sequences.size();
        sequences.add(sequence);
        firstPositions[run] = sequence.computed();
        counts[run] = count;
        tokens += count;
        if (sequence.state() == Sequence.State.DECODING) {
            decodes++;
        }
    }
}
