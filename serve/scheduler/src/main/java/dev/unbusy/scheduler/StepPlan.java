package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * What the next step computes: cache operations to do first, then runs of tokens, each of one sequence, by slot: where each slot has
 * cells of its own, llama.cpp computes at once only sequences whose ids follow one another (split_equal in llama-batch.cpp). Reused:
 * valid until the scheduler plans again.
 *
 * @param <S> the caller's kind of sequence
 */
public final class StepPlan<S extends Sequence> {
    private final List<KvOperation> operations;
    private final List<S> sequences;
    private final int[] firstPositions;
    private final int[] counts;
    private final int[] outputs;
    private final boolean[] decoding;
    private final int[] fillerSlots;
    private final int[] fillerPositions;
    private int tokens;
    private int decodes;
    private int prefillTokens;
    private int fillers;
    private int passes;

    StepPlan(int maxRuns, int slots, List<KvOperation> operations) {
        this.operations = operations;
        sequences = new ArrayList<>(maxRuns);
        firstPositions = new int[maxRuns];
        counts = new int[maxRuns];
        outputs = new int[maxRuns];
        decoding = new boolean[maxRuns];
        fillerSlots = new int[slots];
        fillerPositions = new int[slots];
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

    /** Tokens of the run, guesses included. */
    public int count(int run) {
        return counts[run];
    }

    /**
     * How many of the run's last tokens need logits: none while a prompt goes on in a later step, one for the next token, and
     * one more for each guess. The first of them are always valid; those after them while {@link Scheduler#append} says so.
     */
    public int outputs(int run) {
        return outputs[run];
    }

    public boolean wantsLogits(int run) {
        return outputs[run] > 0;
    }

    /** Tokens of all runs, guesses included. */
    public int tokens() {
        return tokens;
    }

    /** Number of runs that decode. */
    public int decodes() {
        return decodes;
    }

    /** Whether the run decodes; else it computes some of a prompt. */
    public boolean isDecode(int run) {
        return decoding[run];
    }

    /** Tokens of prompts. */
    public int prefillTokens() {
        return prefillTokens;
    }

    /** Passes over the weights that the library makes of the step, as far as known. */
    public int passes() {
        return passes;
    }

    void setPasses(int count) {
        passes = count;
    }

    /**
     * Rows that nobody wants, ascending by slot, none of a run's: each has any one token of the vocabulary computed, without logits, so
     * that the slots beside it are computed at once. They belong between the runs, by slot.
     */
    public int fillers() {
        return fillers;
    }

    public int fillerSlot(int filler) {
        return fillerSlots[filler];
    }

    public int fillerPosition(int filler) {
        return fillerPositions[filler];
    }

    void fill(int slot, int position) {
        fillerSlots[fillers] = slot;
        fillerPositions[fillers] = position;
        fillers++;
    }

    /** What the fillers left in the cache goes with the next operations. */
    void takeFillersBack() {
        for (int filler = 0; filler < fillers; filler++) {
            operations.add(new KvOperation.Remove(fillerSlots[filler], fillerPositions[filler]));
        }
    }

    void clearRuns() {
        sequences.clear();
        fillers = 0;
        tokens = 0;
        decodes = 0;
        prefillTokens = 0;
    }

    void add(S sequence, int count) {
        int left = sequence.remaining() + sequence.drafted;
        if (left < count || sequence.remaining() < 1 || count < 1) {
            throw new IllegalStateException(
                    "a sequence with " + sequence.remaining() + " tokens to compute cannot take " + count
                            + ": after a step that wanted logits it is appended to, finished or cancelled");
        }
        int run = sequences.size();
        while (run > 0 && sequences.get(run - 1).slot > sequence.slot) {
            move(run - 1, run);
            run--;
        }
        sequences.add(run, sequence);
        firstPositions[run] = sequence.computed();
        counts[run] = count;
        outputs[run] = left == count ? 1 + sequence.drafted : 0;
        decoding[run] = sequence.state() == Sequence.State.DECODING;
        tokens += count;
        if (decoding[run]) {
            decodes++;
        } else {
            prefillTokens += count;
        }
    }

    private void move(int from, int to) {
        firstPositions[to] = firstPositions[from];
        counts[to] = counts[from];
        outputs[to] = outputs[from];
        decoding[to] = decoding[from];
    }
}
