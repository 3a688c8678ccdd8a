package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler on a fake cache, in virtual time. The fake model's next token is a hash of all tokens the cache holds for the
 * sequence, so that a token lost, doubled or computed on somebody else's cells changes everything after it.
 */
final class Simulation {
    static final int VOCABULARY = 1000;

    final SchedulerOptions options;
    final Scheduler<Sequence> scheduler;
    final FakeKv kv;
    final List<Sequence> live = new ArrayList<>();
    final List<Sequence> finished = new ArrayList<>();
    final Map<Sequence, int[]> outputs = new HashMap<>();
    /** When each decoding sequence got its last token. */
    final Map<Sequence, Long> lastToken = new HashMap<>();

    long stepNanos = 1_000_000;
    long prefillTokenNanos = 1_000_000;
    long decodeNanos = 100_000;
    /** Whether cells or slots can run short, so that what was cached may be gone when it is looked for. */
    boolean evicts = true;

    /** Its list of operations goes on being filled between plans. */
    private @Nullable StepPlan<Sequence> lastPlan;

    long clock;
    long worstStall;
    int steps;
    int prefilled;
    int decoded;
    /** Sequences whose cached tokens were compared with what the cache really held. */
    int hitsCompared;

    Simulation(SchedulerOptions options) {
        this.options = options;
        scheduler = new Scheduler<>(options);
        kv = new FakeKv(options);
    }

    static SchedulerOptions options(int running, int cells, int slots, int context, int batch) {
        return new SchedulerOptions(running, KvLayout.SHARED, cells, slots, 0, context, batch, 100_000_000, 8, true);
    }

    static SchedulerOptions split(int running, int slots, int parked, int context, int batch) {
        return new SchedulerOptions(
                running, KvLayout.SPLIT, slots * context, slots, parked, context, batch, 100_000_000, 8, true);
    }

    Sequence submit(int[] prompt, int output) {
        return submit(new Sequence(prompt, output, 0, ""));
    }

    Sequence submit(Sequence sequence) {
        if (scheduler.submit(sequence) instanceof Submission.Accepted) {
            live.add(sequence);
        }
        return sequence;
    }

    void cancel(Sequence sequence) {
        scheduler.cancel(sequence);
        live.remove(sequence);
        lastToken.remove(sequence);
    }

    /** Plans and applies the operations; the caller completes. */
    StepPlan<Sequence> plan() {
        List<Sequence> decoding =
                live.stream().filter(s -> s.state() == Sequence.State.DECODING).toList();
        List<Sequence> unstarted =
                live.stream().filter(s -> s.cachedTokens() < 0).toList();
        StepPlan<Sequence> previous = lastPlan;
        if (previous != null) {
            previous.operations().forEach(kv::apply);
            scheduler.operationsDone();
        }
        Map<Sequence, Integer> longest = new HashMap<>();
        for (Sequence sequence : unstarted) {
            longest.put(
                    sequence, kv.longestPrefix(sequence.tokens(), sequence.promptLength() - 1, sequence.cacheScope()));
        }
        StepPlan<Sequence> plan = scheduler.plan(clock);
        lastPlan = plan;
        for (Sequence sequence : unstarted) {
            if (sequence.cachedTokens() >= 0) {
                int held = longest.getOrDefault(sequence, 0);
                // Making room for one sequence may evict what the next one would have shared.
                if (evicts ? sequence.cachedTokens() > held : sequence.cachedTokens() != held) {
                    throw new AssertionError("hit of " + sequence.cachedTokens() + " where the cache holds " + held);
                }
                hitsCompared++;
            }
        }
        for (Sequence sequence : decoding) {
            if (sequence.state() == Sequence.State.DECODING && runOf(plan, sequence) < 0) {
                throw new AssertionError("a decoding sequence was left out");
            }
            if (sequence.state() != Sequence.State.DECODING) {
                lastToken.remove(sequence); // Preempted: the bound speaks of running sequences.
            }
        }
        plan.operations().forEach(kv::apply);
        scheduler.operationsDone();
        scheduler.checkIntegrity();
        return plan;
    }

    /** Computes the first {@code tokens} tokens of the plan. */
    void compute(StepPlan<Sequence> plan, int tokens) {
        int left = tokens;
        for (int run = 0; run < plan.runs(); run++) {
            Sequence sequence = plan.sequence(run);
            for (int i = 0; i < plan.count(run) && left-- > 0; i++) {
                int position = plan.firstPosition(run) + i;
                kv.compute(sequence.slot(), position, sequence.token(position), sequence.cacheScope());
            }
        }
    }

    boolean step() {
        StepPlan<Sequence> plan = plan();
        if (plan.runs() == 0) {
            return false;
        }
        if (plan.tokens() > options.batchTokens()) {
            throw new AssertionError("step of " + plan.tokens() + " tokens");
        }
        compute(plan, plan.tokens());
        complete(plan);
        return true;
    }

    void complete(StepPlan<Sequence> plan) {
        long duration = stepNanos + plan.prefillTokens() * prefillTokenNanos + plan.decodes() * decodeNanos;
        clock += duration;
        steps++;
        prefilled += plan.prefillTokens();
        decoded += plan.decodes();
        scheduler.completed(duration);
        for (int run = 0; run < plan.runs(); run++) {
            Sequence sequence = plan.sequence(run);
            if (plan.wantsLogits(run)) {
                sample(sequence);
            }
        }
        scheduler.checkIntegrity();
        int used = options.kvCells() - scheduler.cellsFree();
        // Operations that are still to be done free cells in the account first.
        if (kv.used() < used) {
            throw new AssertionError("account " + used + ", cache " + kv.used());
        }
    }

    private void sample(Sequence sequence) {
        int[] content = kv.content(sequence.slot());
        int[] tokens = Arrays.copyOf(sequence.tokens(), sequence.size());
        if (!Arrays.equals(content, tokens)) {
            throw new AssertionError("slot " + sequence.slot() + " holds other tokens than the sequence");
        }
        Long last = lastToken.put(sequence, clock);
        if (last != null) {
            worstStall = Math.max(worstStall, clock - last);
        }
        scheduler.append(sequence, next(content));
        if (sequence.generated() == sequence.maxOutput()) {
            outputs.put(sequence, Arrays.copyOfRange(sequence.tokens(), sequence.promptLength(), sequence.size()));
            scheduler.finish(sequence);
            live.remove(sequence);
            lastToken.remove(sequence);
            finished.add(sequence);
        }
    }

    void drain(int maxSteps) {
        for (int i = 0; i < maxSteps; i++) {
            if (!step()) {
                return;
            }
        }
        throw new AssertionError("still busy after " + maxSteps + " steps: " + live.size() + " sequences");
    }

    static int next(int[] tokens) {
        return Math.floorMod(Arrays.hashCode(tokens) * 0x9E3779B9, VOCABULARY);
    }

    /** What a sequence generates when it is alone. */
    static int[] expected(int[] prompt, int output) {
        int[] tokens = Arrays.copyOf(prompt, prompt.length + output);
        for (int i = prompt.length; i < tokens.length; i++) {
            tokens[i] = next(Arrays.copyOf(tokens, i));
        }
        return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
    }

    static int runOf(StepPlan<Sequence> plan, Sequence sequence) {
        for (int run = 0; run < plan.runs(); run++) {
            if (plan.sequence(run).equals(sequence)) {
                return run;
            }
        }
        return -1;
    }
}
