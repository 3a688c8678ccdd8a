package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler on a fake cache, in virtual time. The fake model's next token is a hash of all tokens the cache holds for the
 * sequence, so that a token lost, doubled or computed on somebody else's cells changes everything after it; or of the last
 * two, so that it repeats itself.
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

    Machine machine = new Machine("plain", 1, 1, 0.1, 0, 0, 0);
    /** Whether costs scatter. */
    boolean noisy;
    /** Drawn from only for noise. */
    final Random random = new Random(7);
    /** Whether cells or slots can run short, so that what was cached may be gone when it is looked for. */
    boolean evicts = true;

    /** Its list of operations goes on being filled between plans. */
    private @Nullable StepPlan<Sequence> lastPlan;

    /** Decoding sequences that were not in the last plan. */
    private final Set<Sequence> leftOut = new HashSet<>();

    long clock;
    long worstStall;
    /** The fake model. */
    ToIntFunction<int[]> model = Simulation::next;

    int steps;
    /** Guesses computed, and those of them that came true. */
    int guessed;

    int guessedRight;
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
        return options(running, cells, slots, context, batch, 0);
    }

    /** With guesses of up to so many tokens. */
    static SchedulerOptions options(int running, int cells, int slots, int context, int batch, int drafts) {
        return options(KvLayout.SHARED, running, cells, slots, 0, context, batch, drafts);
    }

    static SchedulerOptions split(int running, int slots, int parked, int context, int batch) {
        return split(running, slots, parked, context, batch, 0);
    }

    static SchedulerOptions split(int running, int slots, int parked, int context, int batch, int drafts) {
        return options(KvLayout.SPLIT, running, slots * context, slots, parked, context, batch, drafts);
    }

    private static SchedulerOptions options(
            KvLayout layout, int running, int cells, int slots, int parked, int context, int batch, int drafts) {
        int outputs = Math.min(batch, running + 2 * drafts);
        return new SchedulerOptions(
                running,
                layout,
                cells,
                slots,
                parked,
                context,
                batch,
                100_000_000,
                8,
                outputs,
                drafts,
                Speculation.AUTO,
                true);
    }

    Sequence submit(int[] prompt, int output) {
        return submit(new Sequence(prompt, output, Claim.PLAIN, ""));
    }

    Sequence submit(int[] prompt, int output, String tenant) {
        return submit(new Sequence(prompt, output, Claim.ofTenant(tenant), ""));
    }

    Sequence submit(Sequence sequence) {
        if (scheduler.submit(sequence, clock) instanceof Submission.Accepted) {
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
        leftOut.retainAll(decoding);
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
            // All of them may stay out of a step that takes prompts only, but not of two in a row.
            boolean out = sequence.state() == Sequence.State.DECODING && runOf(plan, sequence) < 0;
            if (out && (plan.decodes() > 0 || plan.runs() == 0 || !leftOut.add(sequence))) {
                throw new AssertionError("a decoding sequence was left out");
            }
            if (!out) {
                leftOut.remove(sequence);
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
        for (int i = 0; i < plan.fillers(); i++) {
            kv.compute(plan.fillerSlot(i), plan.fillerPosition(i), -1, "");
        }
        int left = tokens;
        for (int run = 0; run < plan.runs(); run++) {
            Sequence sequence = plan.sequence(run);
            for (int i = 0; i < plan.count(run) && left-- > 0; i++) {
                int position = plan.firstPosition(run) + i;
                kv.compute(sequence.slot(), position, sequence.token(position), sequence.cacheScope());
            }
        }
    }

    /** Computes and completes the plan that was made last. */
    void finishStep() {
        StepPlan<Sequence> plan = Objects.requireNonNull(lastPlan);
        compute(plan, plan.tokens());
        complete(plan);
    }

    boolean step() {
        StepPlan<Sequence> plan = plan();
        if (plan.runs() == 0) {
            return false;
        }
        int outputs = 0;
        for (int run = 0; run < plan.runs(); run++) {
            outputs += plan.outputs(run);
            if (run > 0 && plan.sequence(run).slot <= plan.sequence(run - 1).slot) {
                throw new AssertionError("runs out of order: llama.cpp would compute them in more passes");
            }
        }
        if (plan.tokens() + plan.fillers() > options.batchTokens() || outputs > options.maxOutputs()) {
            throw new AssertionError("step of " + plan.tokens() + " tokens, " + outputs + " outputs");
        }
        compute(plan, plan.tokens());
        complete(plan);
        return true;
    }

    void complete(StepPlan<Sequence> plan) {
        long duration = (long) (1e6 * machine.millis(Machine.Step.of(plan)) * (noisy ? Machine.noise(random) : 1));
        clock += duration;
        steps++;
        prefilled += plan.prefillTokens();
        decoded += plan.decodes();
        scheduler.completed(clock, duration);
        for (int run = 0; run < plan.runs(); run++) {
            Sequence sequence = plan.sequence(run);
            sample(sequence, plan, run);
        }
        scheduler.checkIntegrity();
        int used = options.kvCells() - scheduler.cellsFree();
        // Operations that are still to be done free cells in the account first.
        if (kv.used() < used) {
            throw new AssertionError("account " + used + ", cache " + kv.used());
        }
    }

    private void sample(Sequence sequence, StepPlan<Sequence> plan, int run) {
        int outputs = plan.outputs(run);
        if (outputs == 0) {
            return;
        }
        guessed += outputs - 1;
        int[] content = kv.content(sequence.slot());
        Long last = lastToken.put(sequence, clock);
        if (last != null) {
            worstStall = Math.max(worstStall, clock - last);
        }
        for (int i = 0; i < outputs; i++) {
            // What the model saw when it computed these logits.
            int[] seen = Arrays.copyOf(content, content.length - outputs + 1 + i);
            if (!Arrays.equals(seen, Arrays.copyOf(sequence.tokens(), sequence.size()))) {
                throw new AssertionError("slot " + sequence.slot() + " holds other tokens than the sequence");
            }
            boolean right = scheduler.append(sequence, model.applyAsInt(seen));
            scheduler.checkIntegrity();
            if (sequence.generated() == sequence.maxOutput()) {
                outputs(sequence);
                return;
            }
            if (!right) {
                return;
            }
            guessedRight++;
        }
        throw new AssertionError("more guesses right than were made");
    }

    private void outputs(Sequence sequence) {
        outputs.put(sequence, Arrays.copyOfRange(sequence.tokens(), sequence.promptLength(), sequence.size()));
        scheduler.finish(sequence);
        live.remove(sequence);
        lastToken.remove(sequence);
        finished.add(sequence);
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

    /** A model that says again what it said before: five words, each chosen by the two before. */
    static int repeating(int[] tokens) {
        int last = tokens[tokens.length - 1];
        int before = tokens.length > 1 ? tokens[tokens.length - 2] : 0;
        return Math.floorMod(((31 * last + before) * 0x9E3779B9) >>> 7, 5);
    }

    /** What a sequence generates when it is alone. */
    int[] expected(int[] prompt, int output) {
        int[] tokens = Arrays.copyOf(prompt, prompt.length + output);
        for (int i = prompt.length; i < tokens.length; i++) {
            tokens[i] = model.applyAsInt(Arrays.copyOf(tokens, i));
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
