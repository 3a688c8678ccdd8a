package dev.unbusy.scheduler;

import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Decides which tokens run in the next step (continuous batching, Yu et al., "Orca", OSDI 2022; chunked prefill, Agrawal
 * et al., "Sarathi-Serve", OSDI 2024). {@link #plan}:
 *
 * <ol>
 *   <li>drops what was cancelled;
 *   <li>starts waiting sequences where there is a slot and room, shares the longest cached prefix ({@link Admission});
 *   <li>makes room for a token of every decoding sequence: what is cached is evicted, then somebody is preempted
 *       ({@link Preemption}), who goes on later with all its tokens, and whose client notices nothing;
 *   <li>fills the step ({@link StepMaker}).
 * </ol>
 *
 * <p>After the step the caller reports {@link #completed} (or {@link #failed}, {@link #aborted}), then for every run that
 * wanted logits {@link #append}, as long as it says so, or {@link #finish}. Owned by one thread.
 *
 * @param <S> the caller's kind of sequence
 */
public final class Scheduler<S extends Sequence> {
    private final SchedulerOptions options;
    private final KvCache kv;
    private final Tenants tenants;
    private final Places<S> places;
    private final Preemption preemption;
    private final Admission<S> admission;
    private final StepMaker<S> step;
    private final StepPlan<S> plan;
    private final Acceptance acceptance = Acceptance.ofAll();
    private final List<S> running;
    private long nowNanos;
    private boolean anyCancelled;
    private boolean inFlight;

    public Scheduler(SchedulerOptions options) {
        this.options = options;
        kv = new KvCache(options);
        tenants = new Tenants(options.reserveOutputTokens());
        places = new Places<>(kv, tenants);
        running = places.running();
        Ranking ranking = new Ranking(tenants);
        preemption = new Preemption(ranking);
        admission = new Admission<>(options, kv, ranking, preemption, places);
        step = new StepMaker<>(options, kv, tenants, ranking);
        plan = step.plan();
    }

    /**
     * Takes a sequence in; it starts with one of the next plans.
     *
     * @param now the clock of {@link #plan}
     */
    public Submission submit(S sequence, long now) {
        int prompt = sequence.promptLength();
        if (prompt + 1 > options.contextTokens()) {
            sequence.state = Sequence.State.FINISHED;
            return new Submission.TooLong(prompt, options.contextTokens());
        }
        sequence.limitOutput(options.contextTokens() - prompt);
        Drafter drafter = sequence.drafter;
        if (drafter != null && options.maxDraftTokens() > 0) {
            sequence.drafts = new DraftControl(drafter, acceptance);
        }
        places.enter(sequence, now);
        return new Submission.Accepted();
    }

    /** Ends a sequence with the next plan, wherever it is. What it has computed stays cached. */
    public void cancel(S sequence) {
        if (sequence.state != Sequence.State.FINISHED) {
            sequence.cancelled = true;
            anyCancelled = true;
        }
    }

    /**
     * @param now any monotonic clock; orders the cache by recency
     * @return without runs if there is nothing to compute; its operations must be done even then
     */
    public StepPlan<S> plan(long now) {
        if (inFlight) {
            throw new IllegalStateException("the last step was neither completed nor failed");
        }
        nowNanos = now;
        if (anyCancelled) {
            anyCancelled = false;
            dropCancelled(places.waiting()); // 1
            dropCancelled(running);
        }
        admission.start(now); // 2
        while (!kv.makeRoom(decoding())) {
            preemptAny(); // 3
        }
        step.make(running, now); // 4
        while (plan.runs() == 0 && !running.isEmpty()) {
            preemptAny(); // Prefills only, and none of them got a cell.
            step.make(running, now);
        }
        inFlight = plan.runs() > 0;
        return plan;
    }

    /** The operations of the plan were done; a plan that fails afterwards does not list them again. */
    public void operationsDone() {
        kv.operations().clear();
    }

    /**
     * The step ran; the sequences' cells are filled.
     *
     * @param now the clock of {@link #plan}
     * @param durationNanos of the computation alone
     */
    public void completed(long now, long durationNanos) {
        requireInFlight();
        step.ran(running, now, durationNanos);
        for (int run = 0; run < plan.runs(); run++) {
            S sequence = plan.sequence(run);
            // Guesses are computed, but nobody knows yet whether they are the sequence's tokens.
            sequence.computed += plan.count(run) - sequence.drafted;
        }
    }

    /**
     * The native cache had no room although the account says it has; nothing was computed. Gives up what is cached, else
     * preempts a sequence.
     *
     * @return false if there is nothing left to give up: a single sequence runs, and it does not fit
     */
    public boolean failed() {
        requireInFlight();
        for (int run = 0; run < plan.runs(); run++) {
            S sequence = plan.sequence(run);
            kv.undo(sequence.slot, sequence.computed);
            sequence.drafted = 0;
        }
        if (kv.dropCached()) {
            return true;
        }
        if (running.size() > 1) {
            preemptAny();
            return true;
        }
        return false;
    }

    /**
     * The step was broken off; some of its tokens may have been computed.
     *
     * @param lastPosition asks the native cache for the highest position that a sequence holds there, −1 if none
     */
    public void aborted(ToIntFunction<S> lastPosition) {
        requireInFlight();
        for (int run = 0; run < plan.runs(); run++) {
            S sequence = plan.sequence(run);
            int filled = lastPosition.applyAsInt(sequence) + 1;
            int planned = sequence.computed + plan.count(run);
            if (filled < sequence.computed || filled > planned) {
                throw new IllegalStateException("slot " + sequence.slot + " holds " + filled + " positions, not "
                        + sequence.computed + " to " + planned);
            }
            kv.undo(sequence.slot, filled);
            // Logits were lost with the step: the last token has to be computed again.
            kv.truncate(sequence.slot, Math.min(filled, sequence.size() - 1));
            sequence.computed = Math.min(filled, sequence.size() - 1);
            sequence.drafted = 0;
        }
    }

    /**
     * The sequence goes on with a sampled token.
     *
     * @return whether it was guessed, so that the next logits of its run follow it and the next token is sampled from them.
     *     Else its run is done, whatever logits it has left
     */
    public boolean append(S sequence, int token) {
        if (sequence.remaining() != 0 || sequence.generated() >= sequence.maxOutput()) {
            throw new IllegalStateException("no token expected after " + sequence.computed + " of " + sequence.size()
                    + ", " + sequence.generated() + " of " + sequence.maxOutput() + " generated");
        }
        boolean guessed = sequence.drafted > 0 && sequence.token(sequence.size()) == token;
        DraftControl drafts = sequence.drafts;
        if (drafts != null) {
            drafts.sampled(token, guessed);
        }
        sequence.state = Sequence.State.DECODING;
        if (guessed) {
            sequence.takeDraft();
        } else {
            places.dropDrafts(sequence);
            sequence.add(token);
        }
        return guessed;
    }

    /** The answer has come to its end; its cells stay cached for the next one that starts alike. */
    public void finish(S sequence) {
        if (sequence.state == Sequence.State.DECODING || sequence.state == Sequence.State.PREFILLING) {
            // The last token is chosen, but seldom appended.
            tenants.ended(sequence.tenant(), sequence.generated() + 1);
        }
        places.end(sequence, nowNanos);
    }

    public int waiting() {
        return places.waiting().size();
    }

    public int running() {
        return running.size();
    }

    /** Cells that a new sequence can get: free ones and cached ones. */
    public int cellsAvailable() {
        return kv.ledger().available();
    }

    /** Cells that hold nothing at all. */
    public int cellsFree() {
        return kv.ledger().free();
    }

    public int cellsTotal() {
        return kv.ledger().total();
    }

    /** The longest that neighbours' prompts and guesses kept a decoding sequence from a token in the last one to two minutes. */
    public long worstStallNanos() {
        return step.stalls().worstNanos(nowNanos);
    }

    /** As {@link #worstStallNanos}, but what 99 % of all tokens stayed within. */
    public long p99StallNanos() {
        return step.stalls().quantileNanos(nowNanos, 0.99);
    }

    /** What the planned step should stay within, by what earlier ones cost; far too much while little is known. */
    public long mostStepNanos() {
        return step.mostNanos();
    }

    public long preemptions() {
        return places.preemptions();
    }

    /** Forgets all finished sequences; what runs is not touched. */
    public void dropCache() {
        kv.dropCached();
    }

    /** @throws IllegalStateException if the account of cells contradicts itself or the sequences */
    public void checkIntegrity() {
        kv.checkIntegrity();
        places.checkIntegrity();
        for (S sequence : running) {
            int computed = sequence.computed + sequence.drafted;
            if (!inFlight && kv.ledger().length(sequence.slot) != computed) {
                throw new IllegalStateException("slot " + sequence.slot + " holds "
                        + kv.ledger().length(sequence.slot) + " cells for " + computed + " computed tokens");
            }
        }
        if (running.isEmpty() && cellsAvailable() != cellsTotal()) {
            throw new IllegalStateException(
                    "nothing runs, but " + (cellsTotal() - cellsAvailable()) + " cells are pinned");
        }
    }

    private void dropCancelled(List<S> list) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).cancelled) {
                places.end(list.get(i), nowNanos);
            }
        }
    }

    private int decoding() {
        int count = 0;
        for (int i = 0; i < running.size(); i++) {
            if (running.get(i).state == Sequence.State.DECODING) {
                count++;
            }
        }
        return count;
    }

    private void preemptAny() {
        S sequence = preemption.forCells(running);
        if (sequence == null) {
            throw new IllegalStateException("the only running sequence cannot be preempted: "
                    + running.getFirst().size() + " tokens, " + cellsTotal() + " cells");
        }
        places.preempt(sequence, nowNanos);
    }

    private void requireInFlight() {
        if (!inFlight) {
            throw new IllegalStateException("no step is in flight");
        }
        inFlight = false;
        plan.takeFillersBack();
    }
}
