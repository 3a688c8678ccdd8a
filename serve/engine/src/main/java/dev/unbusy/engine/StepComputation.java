package dev.unbusy.engine;

import dev.unbusy.llama.Batch;
import dev.unbusy.llama.Context;
import dev.unbusy.llama.DecodeOutcome;
import dev.unbusy.scheduler.StepPlan;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes planned steps in the library. Owned by the engine's thread.
 *
 * <ol>
 *   <li>Texts to be embedded, {@value #HIDDEN_ROWS} of their tokens at once: the library computes logits for every
 *       token whose hidden state it is asked for.
 *   <li>Everything else in one batch, last, because its logits are to stay until the next step.
 * </ol>
 */
final class StepComputation implements AutoCloseable {
    /**
     * Tokens whose hidden states are asked for at once: one less than a tile of the library's attention on CPUs. Below, it goes
     * row by row, and a text's vector is the same however the text is cut; at and above, other sums are rounded.
     */
    static final int HIDDEN_ROWS = 63;

    private final Context context;
    private final Batch batch;
    private final int hiddenRows;
    /** By row of a batch with hidden states, whose token it is. */
    private final List<Embedding> rowOwners = new ArrayList<>();

    private final int[] rowPositions;
    /** By run of the plan, the row behind it. */
    private int[] endRows = new int[16];

    StepComputation(Context context) {
        this.context = context;
        batch = new Batch(context.batchTokens());
        hiddenRows = Math.min(HIDDEN_ROWS, Math.min(context.batchTokens(), context.maxOutputs()));
        rowPositions = new int[hiddenRows];
    }

    DecodeOutcome compute(StepPlan<Work> plan) {
        int embeddings = 0;
        for (int run = 0; run < plan.runs(); run++) {
            if (plan.sequence(run) instanceof Embedding) {
                embeddings++;
            }
        }
        if (embeddings > 0) {
            DecodeOutcome outcome = embed(plan); // 1
            if (outcome != DecodeOutcome.OK || embeddings == plan.runs()) {
                return outcome;
            }
        }
        if (endRows.length < plan.runs()) {
            endRows = new int[2 * plan.runs()];
        }
        StepBatch.fill(batch, plan, endRows);
        return context.decode(batch); // 2
    }

    private DecodeOutcome embed(StepPlan<Work> plan) {
        batch.clear();
        for (int run = 0; run < plan.runs(); run++) {
            if (plan.sequence(run) instanceof Embedding embedding) {
                int first = plan.firstPosition(run);
                for (int position = first; position < first + plan.count(run); position++) {
                    if (batch.size() == hiddenRows) {
                        DecodeOutcome outcome = takeHidden();
                        if (outcome != DecodeOutcome.OK) {
                            return outcome;
                        }
                    }
                    int row = batch.add(embedding.token(position), position, embedding.slot(), true);
                    rowOwners.add(embedding);
                    rowPositions[row] = position;
                }
            }
        }
        return takeHidden();
    }

    private DecodeOutcome takeHidden() {
        DecodeOutcome outcome = context.decodeHidden(batch);
        if (outcome == DecodeOutcome.OK) {
            for (int row = 0; row < batch.size(); row++) {
                Embedding owner = rowOwners.get(row);
                if (owner.wants(rowPositions[row])) {
                    owner.take(rowPositions[row], context.hiddenState(row));
                }
                owner.takenTo(rowPositions[row] + 1);
            }
        }
        batch.clear();
        rowOwners.clear();
        return outcome;
    }

    /** The first logits of a run that wanted some; the others follow. */
    MemorySegment logits(StepPlan<Work> plan, int run, int output) {
        return context.logits(endRows[run] - plan.outputs(run) + output);
    }

    /**
     * The step was broken off: forgets tokens whose cells were filled, but whose hidden states are lost.
     *
     * @param all forgets every token of the step, as if none had been computed
     */
    void forget(StepPlan<Work> plan, boolean all) {
        for (int run = 0; run < plan.runs(); run++) {
            Work work = plan.sequence(run);
            int from = plan.firstPosition(run);
            if (all) {
                context.removeTokens(work.slot(), from, -1);
            } else if (work instanceof Embedding embedding) {
                context.removeTokens(work.slot(), Math.max(from, embedding.taken()), -1);
            }
        }
    }

    @Override
    public void close() {
        batch.close();
    }
}
