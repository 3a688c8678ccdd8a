package dev.unbusy.supervisor;

import dev.unbusy.api.WorkerStatus;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.Workers;
import dev.unbusy.metrics.Metric;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.text.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, watches and restarts the worker processes of one machine, and tells the gateway's {@link Backends} about them.
 * Thread-safe. Lives until {@link #close}, which leaves no process behind.
 */
public final class Supervisor implements Workers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    /** For what follows the drain: SIGKILL, the reaping, the last lines. */
    private static final Duration AFTER_DRAIN = Duration.ofSeconds(15);

    private static final long LOOK_MILLIS = 50;

    private final SupervisorConfig config;
    private final String model;
    private final List<WorkerSlot> slots = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private final AtomicInteger given = new AtomicInteger();
    private final AtomicBoolean renewing = new AtomicBoolean();
    // Set by whoever closes, read by the thread that renews.
    private volatile boolean closed;

    private Supervisor(SupervisorConfig config, String model) {
        this.config = config;
        this.model = model;
    }

    /**
     * Returns at once; the workers load in the background.
     *
     * @param loading told how far each worker has loaded
     */
    public static Supervisor start(
            SupervisorConfig config, WorkerCommand command, Backends backends, Metrics metrics, Progress loading) {
        Supervisor supervisor =
                new Supervisor(config, command.models().getFirst().id());
        for (int number = 1; number <= config.workers(); number++) {
            WorkerSlot slot = new WorkerSlot(
                    "worker-" + number, config, command, backends, metrics, loading, supervisor.new Outcome());
            supervisor.slots.add(slot);
            supervisor.threads.add(
                    Thread.ofVirtual().name("supervisor-" + number).unstarted(slot));
        }
        for (WorkerState state : WorkerState.values()) {
            metrics.gauge(Metric.WORKERS, () -> supervisor.count(state), state.word());
        }
        supervisor.threads.forEach(Thread::start);
        return supervisor;
    }

    private long count(WorkerState state) {
        return slots.stream().filter(slot -> slot.report().state() == state).count();
    }

    private final class Outcome implements WorkerSlot.Listener {
        @Override
        public void ready(String id) {
            firstReady.complete(null);
        }

        @Override
        public void givenUp(String id, LoadRefusal cause) {
            if (given.incrementAndGet() == config.workers()) {
                firstReady.completeExceptionally(SupervisorException.of(cause));
            }
        }
    }

    /**
     * Waits until one worker is ready.
     *
     * @throws SupervisorException if all were given up before one was ready
     */
    public void awaitReady() throws InterruptedException {
        try {
            firstReady.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SupervisorException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** The workers in the order of their numbers, as {@code unbusy status} shows them. */
    @Override
    public List<WorkerStatus> statuses() {
        return slots.stream().map(slot -> slot.report().shown(model)).toList();
    }

    /** The workers in the order of their numbers. */
    public List<WorkerReport> reports() {
        return slots.stream().map(WorkerSlot::report).toList();
    }

    /**
     * One after the other: the next one drains only when the one before serves again, so that requests always have whom the
     * others leave; with a single worker they wait for it. A worker that does not come back ends the round.
     */
    @Override
    public boolean restart() {
        if (closed || !renewing.compareAndSet(false, true)) {
            return false;
        }
        Thread.ofVirtual().name("supervisor-restart").start(() -> {
            try {
                for (WorkerSlot slot : slots) {
                    if (slot.report().state() == WorkerState.READY && !renewed(slot)) {
                        LOG.error(
                                "{} did not come back: the workers after it are not started again",
                                slot.report().id());
                        return;
                    }
                }
                LOG.info("all workers that were ready have been started again");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                renewing.set(false);
            }
        });
        return true;
    }

    /** @return false where it was given up, or the service stops */
    private boolean renewed(WorkerSlot slot) throws InterruptedException {
        int before = slot.report().restarts();
        slot.renew();
        while (!closed) {
            WorkerReport now = slot.report();
            if (now.state() == WorkerState.FAILED || now.state() == WorkerState.STOPPED) {
                return false;
            }
            if (now.restarts() > before && now.state() == WorkerState.READY) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return false;
    }

    /**
     * Lets the workers finish what they run, for as long as {@code drain_seconds}, then ends them. Harmless when called
     * again.
     */
    @Override
    public void close() {
        closed = true;
        slots.forEach(WorkerSlot::stop);
        long deadline = System.nanoTime()
                + Duration.ofSeconds(config.drainSeconds()).plus(AFTER_DRAIN).toNanos();
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= !ended(thread, deadline);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean ended(Thread thread, long deadlineNanos) {
        try {
            if (!thread.join(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())))) {
                LOG.error("{} does not end: its process does not die of SIGKILL", thread.getName());
                thread.interrupt();
            }
            return true;
        } catch (InterruptedException e) {
            // Nobody waits any longer, but nothing may stay behind: the slot kills its process on its way out.
            thread.interrupt();
            return false;
        }
    }
}
