package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Decides which tokens run in the next step (continuous batching, Yu et al., "Orca", OSDI 2022; chunked prefill, Agrawal
 * et al., "Sarathi-Serve", OSDI 2024). {@link #plan}:
 *
 * <ol>
 *   <li>drops what was cancelled;
 *   <li>starts waiting sequences in order of priority and arrival, while there is a slot and room for prompt and reserved
 *       output. It shares the longest cached prefix; where another sequence is just computing a longer one, it waits for it;
 *   <li>makes room for a token of every decoding sequence: what is cached is evicted, then the lowest and youngest sequence
 *       is preempted; it starts again later with all its tokens, and its client notices nothing;
 *   <li>fills the step ({@link StepMaker}).
 * </ol>
 *
 * <p>After the step the caller reports {@link #completed} (or {@link #failed}, {@link #aborted}), then for every run that
 * wanted logits {@link #append}, as long as it says so, or {@link #finish}. Owned by one thread.
 *
 * @param <S> the caller's kind of sequence
 */
public final class Scheduler<S extends Sequence> {
    /** Waiting for another sequence's prefix pays from this many tokens on. */
    private static final int WORTH_WAITING_TOKENS = 32;

    private final SchedulerOptions options;
    private final KvCache kv;
    private final StepMaker<S> step;
    private final StepPlan<S> plan;
    private final Acceptance acceptance = Acceptance.ofAll();
    /** Both in order of priority, then arrival. */
    private final List<S> waiting = new ArrayList<>();

    private final List<S> running = new ArrayList<>();
    private long arrivals;
    private long nowNanos;
    private long preemptions;
    private boolean anyCancelled;
    private boolean inFlight;

    public Scheduler(SchedulerOptions options) {
        this.options = options;
        kv = new KvCache(options);
        step = new StepMaker<>(options, kv);
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
        sequence.arrival = arrivals++;
        sequence.submittedNanos = now;
        Drafter drafter = sequence.drafter;
        if (drafter != null && options.maxDraftTokens() > 0) {
            sequence.drafts = new DraftControl(drafter, acceptance);
        }
        insert(waiting, sequence);
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
        dropCancelled(); // 1
        startWaiting(); // 2
        makeRoom(); // 3
        step.make(running, now); // 4
        while (plan.runs() == 0 && !running.isEmpty()) {
            // Prefills only, and none of them got a cell: the youngest makes room for the oldest.
            preempt(running.getLast());
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
            preempt(running.getLast());
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
            dropDrafts(sequence);
            sequence.add(token);
        }
        return guessed;
    }

    /** The sequence is done; its cells stay cached for the next one that starts alike. */
    public void finish(S sequence) {
        end(sequence);
        running.remove(sequence);
        waiting.remove(sequence);
    }

    public int waiting() {
        return waiting.size();
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
        return preemptions;
    }

    /** Forgets all finished sequences; what runs is not touched. */
    public void dropCache() {
        kv.dropCached();
    }

    /** @throws IllegalStateException if the account of cells contradicts itself or the sequences */
    public void checkIntegrity() {
        kv.checkIntegrity();
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

    private void dropCancelled() {
        if (!anyCancelled) {
            return;
        }
        anyCancelled = false;
        for (List<S> list : List.of(waiting, running)) {
            for (Iterator<S> i = list.iterator(); i.hasNext(); ) {
                S sequence = i.next();
                if (sequence.cancelled) {
                    end(sequence);
                    i.remove();
                }
            }
        }
    }

    private void startWaiting() {
        for (int i = 0; i < waiting.size() && running.size() < options.maxRunning(); i++) {
            S sequence = waiting.get(i);
            if (sequence.isHeld()) {
                continue;
            }
            PrefixTree.Match match = kv.match(sequence);
            if (match.plannedLength - match.length >= WORTH_WAITING_TOKENS) {
                hold(sequence, match.plannedSlot, match.plannedLength);
                continue;
            }
            if (!running.isEmpty() && kv.isShared()) {
                int needed = kv.cellsToPin(match) + sequence.size() - match.length + reserve(sequence);
                if (needed > cellsAvailable() - reservedByRunning()) {
                    return; // First come, first served: a smaller one behind it must not starve it.
                }
            }
            sequence.slot = kv.acquire(sequence, match, nowNanos);
            sequence.computed = kv.ledger().length(sequence.slot);
            sequence.state = Sequence.State.PREFILLING;
            if (sequence.cachedTokens < 0) {
                sequence.cachedTokens = sequence.computed;
            }
            waiting.remove(i--);
            insert(running, sequence);
        }
    }

    private void makeRoom() {
        while (!kv.makeRoom(decoding())) {
            preempt(running.getLast());
        }
    }

    private void dropDrafts(Sequence sequence) {
        if (sequence.drafted > 0) {
            kv.truncate(sequence.slot, sequence.computed);
            sequence.drafted = 0;
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

    /** Cells that running sequences will still take, as far as they are promised to them. */
    private int reservedByRunning() {
        int reserved = 0;
        for (S sequence : running) {
            reserved += sequence.remaining() + reserve(sequence);
        }
        return reserved;
    }

    private int reserve(S sequence) {
        int promised = Math.min(sequence.maxOutput(), options.reserveOutputTokens());
        if (sequence.preemptions > 0 && !sequence.isRunning()) {
            // It outgrew its reserve once: start it again only where it can go on for a while.
            return Math.min(sequence.maxOutput() - sequence.generated(), options.reserveOutputTokens());
        }
        return Math.max(0, promised - sequence.generated());
    }

    private void hold(S sequence, int plannedSlot, int plannedLength) {
        for (S leader : running) {
            if (leader.slot == plannedSlot) {
                sequence.follow(leader, plannedLength);
            }
        }
    }

    private void preempt(S sequence) {
        if (running.size() == 1) {
            throw new IllegalStateException("the only running sequence cannot be preempted: " + sequence.size()
                    + " tokens, " + cellsTotal() + " cells");
        }
        running.remove(sequence);
        kv.retire(sequence.slot, sequence, nowNanos);
        sequence.slot = -1;
        sequence.computed = 0;
        sequence.state = Sequence.State.WAITING;
        sequence.preemptions++;
        preemptions++;
        insert(waiting, sequence);
    }

    private void end(S sequence) {
        if (sequence.slot >= 0) {
            dropDrafts(sequence);
            kv.retire(sequence.slot, sequence, nowNanos);
        }
        sequence.slot = -1;
        sequence.unfollow();
        sequence.state = Sequence.State.FINISHED;
    }

    private void insert(List<S> list, S sequence) {
        int at = list.size();
        while (at > 0 && isBefore(sequence, list.get(at - 1))) {
            at--;
        }
        list.add(at, sequence);
    }

    private static boolean isBefore(Sequence a, Sequence b) {
        return a.priority() != b.priority() ? a.priority() > b.priority() : a.arrival < b.arrival;
    }

    private void requireInFlight() {
        if (!inFlight) {
            throw new IllegalStateException("no step is in flight");
        }
        inFlight = false;
    }
}
