package dev.unbusy.engine;

import dev.unbusy.api.FinishReason;
import dev.unbusy.api.StepStatus;
import dev.unbusy.llama.Context;
import dev.unbusy.llama.DecodeOutcome;
import dev.unbusy.llama.Vocab;
import dev.unbusy.scheduler.Scheduler;
import dev.unbusy.scheduler.SchedulerOptions;
import dev.unbusy.scheduler.StepPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous batching on one thread, {@code engine-0}, which owns the native context. Others reach it through a bounded
 * inbox. Each step: take in what arrived, let the {@link Scheduler} plan, decode, sample, tell the listeners, publish an
 * {@link EngineStatus}.
 *
 * <p>A cancel takes effect with the next plan; a step in which everything is cancelled is aborted.
 */
public final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final long IDLE_CHECK_SECONDS = 5;

    private final Supplier<Context> contexts;
    private final Vocab vocab;
    private final Scheduler<Work> scheduler;
    private final SchedulerOptions options;
    private final EngineMetrics metrics;
    private final Runnable onFatal;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Intake intake;
    private final Thread thread;
    private final CompletableFuture<@Nullable Void> made = new CompletableFuture<>();
    private final Rates rates = new Rates();
    private final HeldTokens held = new HeldTokens();
    private final StepResults results;
    /** What the last step without prefill took: the next one will not be much longer. */
    private long decodeNanos = Long.MAX_VALUE / 2;
    /** Reused while the same answers run. */
    private Work[] lastInStep = StepBatch.NOBODY;

    private final StepClock clock = new StepClock();
    // volatile: written by the engine's thread for everybody to read.
    private volatile EngineStatus status;
    private volatile @Nullable Context context;
    private volatile Work[] inStep = StepBatch.NOBODY;

    // volatile: set by close(), read by the engine's thread.
    private volatile boolean closing;

    /**
     * @param contexts makes the context; called on the engine's thread, which then owns it
     * @param intake of this engine alone
     * @param onFatal called once when the native context is lost; the process should end
     */
    Engine(
            Supplier<Context> contexts,
            Vocab vocab,
            SchedulerOptions options,
            EngineMetrics metrics,
            Intake intake,
            Runnable onFatal) {
        this.contexts = contexts;
        this.vocab = vocab;
        this.options = options;
        this.metrics = metrics;
        this.intake = intake;
        this.onFatal = onFatal;
        scheduler = new Scheduler<>(options);
        results = new StepResults(scheduler, vocab, metrics, held, intake);
        status = EngineStatus.idle(options.kvCells());
        thread = Thread.ofPlatform().name("engine-0").unstarted(this::run);
    }

    public Engine start() {
        thread.start();
        return this;
    }

    /**
     * Waits until the context is made.
     *
     * @throws RuntimeException what kept it from being made
     */
    public void awaitContext() {
        try {
            made.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** As of the last step; {@link #waiting} and {@link #step} are of now. */
    public EngineStatus status() {
        return status;
    }

    /** Answers that wait, those included that the engine's thread does not know yet: it may be what stands still. */
    public int waiting() {
        return Math.max(0, intake.answers() - status.running());
    }

    /** How the steps get on, the one under way included. */
    public StepStatus step() {
        return clock.look(status, System.nanoTime());
    }

    /** Where the engine's thread stands just now, for the log. */
    StackTraceElement[] stack() {
        return thread.getStackTrace();
    }

    /** Has the account of cells checked between two steps; fails with what contradicts itself. */
    CompletableFuture<Void> checkIntegrity() {
        return onThread(scheduler::checkIntegrity);
    }

    /** Runs something on the engine's thread, between two steps. */
    CompletableFuture<Void> onThread(Runnable action) {
        return CompletableFuture.runAsync(action, inbox::add);
    }

    public SchedulerOptions options() {
        return options;
    }

    /** How a submitted answer is taken back. */
    @FunctionalInterface
    public interface Handle {
        /** From any thread; without effect once the answer has ended. */
        void cancel(CancelReason reason);
    }

    /**
     * Takes answers in that belong together.
     *
     * @return null if the inbox is full
     * @throws dev.unbusy.api.ApiException where an answer is to go on behind tokens that no worker can have written; 429 where
     *     there is no room for its grammar
     */
    public @Nullable Handle submit(List<GenerationRequest> requests, List<? extends GenerationListener> listeners) {
        int count = requests.size();
        long nowNanos = System.nanoTime();
        List<Work> generations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            generations.add(new Generation(requests.get(i), listeners.get(i), vocab, nowNanos));
        }
        if (closing || !intake.take(requests)) {
            return null;
        }
        inbox.add(() -> generations.forEach(results::enter));
        return reason -> {
            long cancelNanos = System.nanoTime();
            generations.forEach(generation -> generation.cancellation.request(cancelNanos));
            cancelled(reason, () -> generations.forEach(results::drop));
        };
    }

    /**
     * Takes texts in that are to be embedded. At most half of the places that run are theirs at a time.
     *
     * @return null if the inbox is full
     */
    @Nullable
    Handle embed(EmbeddingJob job) {
        int places = Math.min(job.inputs(), Math.max(1, options.maxRunning() / 2));
        if (closing || !intake.take(places)) {
            return null;
        }
        inbox.add(() -> enter(job, places));
        return reason -> {
            job.cancellation().request(System.nanoTime());
            cancelled(reason, () -> job.active().forEach(results::drop));
        };
    }

    private void enter(EmbeddingJob job, int places) {
        for (int place = 0; place < places; place++) {
            Embedding embedding = job.next();
            if (embedding == null) { // Cancelled already.
                intake.left();
            } else {
                results.enter(embedding);
            }
        }
    }

    /** Ends the thread after the current step; what runs or waits is dropped without a word. */
    @Override
    public void close() {
        closing = true;
        Context current = context;
        if (current != null) {
            current.abortRequested(true);
        }
        inbox.add(() -> {});
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param drop for the engine's thread */
    private void cancelled(CancelReason reason, Runnable drop) {
        metrics.cancelled(reason);
        inbox.add(drop);
        // A step that only serves the gone need not end. If it ends meanwhile, the next one is broken off for nothing
        // and
        // planned again: rare, and harmless.
        Work[] current = inStep;
        Context owned = context;
        if (current.length > 0 && owned != null && options.takesBack() && StepBatch.allCancelled(current)) {
            owned.abortRequested(true);
        }
    }

    private void run() {
        try (Context owned = contexts.get();
                KvOperations operations = new KvOperations(owned);
                StepComputation computation = new StepComputation(owned)) {
            context = owned;
            made.complete(null);
            while (!closing) {
                step(owned, operations, computation);
            }
        } catch (Throwable e) {
            if (!made.completeExceptionally(e)) {
                LOG.error("The engine stops: {}", e.getMessage(), e);
                onFatal.run();
            }
        } finally {
            context = null;
        }
    }

    private void step(Context owned, KvOperations operations, StepComputation computation) throws InterruptedException {
        takeIn();
        StepPlan<Work> plan = scheduler.plan(System.nanoTime());
        operations.perform(plan.operations());
        scheduler.operationsDone();
        if (plan.runs() == 0) {
            held.beforeStep(System.nanoTime(), Long.MAX_VALUE / 2);
            lastInStep = StepBatch.NOBODY;
            publish();
            idle();
            return;
        }
        owned.abortRequested(false);
        lastInStep = StepBatch.whom(plan, lastInStep);
        inStep = lastInStep;
        held.beforeStep(System.nanoTime(), plan.prefillTokens() > 0 ? Long.MAX_VALUE / 2 : decodeNanos);
        long startNanos = System.nanoTime(); // what is sent first is not a cost of the step
        clock.begins(startNanos, scheduler.mostStepNanos());
        DecodeOutcome outcome = computation.compute(plan);
        long endNanos = System.nanoTime();
        clock.ended(plan, endNanos, outcome == DecodeOutcome.OK || outcome == DecodeOutcome.ABORTED);
        long durationNanos = endNanos - startNanos;
        inStep = StepBatch.NOBODY;
        metrics.wasted(StepBatch.wastedNanos(plan, startNanos, endNanos));
        switch (outcome) {
            case OK -> {
                scheduler.completed(endNanos, durationNanos);
                if (plan.prefillTokens() == 0) {
                    decodeNanos = durationNanos;
                }
                metrics.step(durationNanos, plan.tokens());
                int chosen = results.tell(computation, plan);
                rates.step(chosen, plan.prefillTokens(), durationNanos * 1e-9);
            }
            case ABORTED -> {
                computation.forget(plan, false);
                scheduler.aborted(work -> owned.lastPosition(work.slot()));
            }
            case NO_KV_SPACE -> {
                computation.forget(plan, true); // Of what is computed in parts, some may have fit.
                noSpace(plan);
            }
            case INVALID, FATAL ->
                throw new IllegalStateException(
                        "llama_decode answered " + outcome + " to a step of " + plan.tokens() + " tokens");
        }
        publish();
    }

    private void takeIn() {
        for (Runnable message = inbox.poll(); message != null; message = inbox.poll()) {
            message.run();
        }
    }

    /** Waits for the next message. While nothing runs, the account of cells is checked now and then. */
    private void idle() throws InterruptedException {
        Runnable message = inbox.poll(IDLE_CHECK_SECONDS, TimeUnit.SECONDS);
        if (message != null) {
            message.run();
        } else if (scheduler.running() == 0) {
            scheduler.checkIntegrity();
        }
    }

    private void noSpace(StepPlan<Work> plan) {
        Work first = plan.sequence(0);
        if (!scheduler.failed()) {
            results.finish(first);
            results.fail(
                    first,
                    new IllegalStateException(FinishReason.INSUFFICIENT_SYSTEM_RESOURCE.word()
                            + ": the KV cache has no room for a single request of " + first.size() + " tokens"));
        }
    }

    private void publish() {
        status = new EngineStatus(
                scheduler.running(),
                Math.max(0, intake.answers() - scheduler.running()),
                scheduler.cellsTotal(),
                scheduler.cellsAvailable(),
                scheduler.cellsFree(),
                clock.steps(),
                clock.lastNanos(),
                clock.endedNanos(),
                rates.decode(),
                rates.prefill(),
                scheduler.worstStallNanos(),
                scheduler.p99StallNanos(),
                scheduler.preemptions());
    }
}
