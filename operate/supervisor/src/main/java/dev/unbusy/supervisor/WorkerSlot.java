package dev.unbusy.supervisor;

import dev.unbusy.api.AwakeTime;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.gateway.Backend;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.PublishedLoad;
import dev.unbusy.gateway.ServedModel;
import dev.unbusy.metrics.Metric;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one worker: carries out what its {@link WorkerLife} decides, over as many processes as it takes. One
 * virtual thread runs {@link #run}; everybody else only puts events into the queue or reads {@link #report}.
 */
final class WorkerSlot implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerSlot.class);
    /** Shorter than {@link AwakeTime#LONGEST_TICK_MILLIS}: time must not stand still in a quiet queue. */
    private static final long TICK_MILLIS = 100;

    private static final int FIRST_LOOK_MILLIS = 1_000;
    /** Where a backend stands that has no address yet; while it is STARTING nobody connects to it. */
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    /** What the slot tells its supervisor. */
    interface Listener {
        void ready(String id);

        void givenUp(String id, LoadRefusal cause);
    }

    private final String id;
    private final SupervisorConfig config;
    private final WorkerCommand command;
    private final Backends backends;
    private final Metrics metrics;
    private final Progress progress;
    private final Listener listener;
    private final WorkerLife life;
    private final BlockingQueue<WorkerEvent> events = new LinkedBlockingQueue<>();
    private @Nullable WorkerProcess process;
    private @Nullable RestartReason lastReason;
    private boolean done;

    // Written by the slot's thread, read by whoever asks.
    private volatile @Nullable URI uri;
    // Written by the prober's thread.
    private volatile @Nullable WorkerStatus status;
    private volatile WorkerReport report;

    WorkerSlot(
            String id,
            SupervisorConfig config,
            WorkerCommand command,
            Backends backends,
            Metrics metrics,
            Progress progress,
            Listener listener) {
        this.id = id;
        this.config = config;
        this.command = command;
        this.backends = backends;
        this.metrics = metrics;
        this.progress = progress;
        this.listener = listener;
        this.life = new WorkerLife(config);
        this.report = new WorkerReport(id, WorkerState.LOADING, -1, null, 0, null, null);
    }

    WorkerReport report() {
        WorkerReport last = report;
        return new WorkerReport(id, last.state(), last.pid(), last.uri(), last.restarts(), last.lastReason(), status);
    }

    /** Nothing happens where it is not ready. */
    void renew() {
        events.add(new WorkerEvent.Renew());
    }

    void stop() {
        events.add(new WorkerEvent.Stop());
    }

    @Override
    public void run() {
        try {
            backends.put(new Backend(id, NOWHERE, command.models(), Backend.State.STARTING, "loading"));
            perform(life.begin(System.nanoTime()));
            while (!done) {
                WorkerEvent event = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null) {
                    perform(life.on(event, System.nanoTime()));
                }
                if (!done) {
                    perform(life.on(new WorkerEvent.Tick(), System.nanoTime()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Reached by a defect as well: no worker without somebody who watches it.
            if (process != null && process.isAlive()) {
                process.kill();
            }
            backends.remove(id);
        }
    }

    private void perform(List<WorkerAction> actions) {
        for (WorkerAction action : actions) {
            switch (action) {
                case WorkerAction.Spawn() -> spawn();
                case WorkerAction.Serve(URI address) -> serve(address);
                case WorkerAction.Withdraw(RestartReason reason, Text why) -> withdraw(reason, why);
                case WorkerAction.Restart(RestartReason reason, Text why, long delay) -> restart(reason, why, delay);
                case WorkerAction.Drain(String why) -> drain(why);
                case WorkerAction.Terminate() -> terminate();
                case WorkerAction.Kill(String why) -> kill(why);
                case WorkerAction.GiveUp(RestartReason reason, LoadRefusal cause, long again) ->
                    giveUp(reason, cause, again);
                case WorkerAction.Done() -> done = true;
            }
        }
        if (!actions.isEmpty()) {
            publish();
        }
    }

    private void publish() {
        WorkerProcess current = process;
        long pid = current != null && current.isAlive() ? current.pid() : -1;
        report = new WorkerReport(id, life.state(), pid, uri, life.restarts(), lastReason, null);
    }

    private void spawn() {
        uri = null;
        status = null;
        try {
            Text task = Text.of("Loading the model (%s)", "正在加载模型（%s）", id);
            WorkerProcess spawned = WorkerProcess.spawn(
                    id,
                    command,
                    events::add,
                    permille -> progress.report(task, permille, 1000, Progress.Unit.PERMILLE));
            process = spawned;
            LOG.info("{} started, pid {}", id, spawned.pid());
        } catch (IOException e) {
            process = null;
            LOG.warn("{} cannot be started", id, e);
            String why = String.valueOf(e.getMessage());
            events.add(new WorkerEvent.SpawnFailed(Text.of("the worker cannot be started: %s", "无法启动工作进程：%s", why)));
        }
    }

    private void serve(URI address) {
        uri = address;
        WorkerProcess serving = process;
        if (serving != null) {
            Thread.ofVirtual().name(id + "-status").start(() -> watch(serving, address, events::add));
        }
        List<ServedModel> models = command.models();
        try {
            WorkerStatus said = StatusProbe.look(address, FIRST_LOOK_MILLIS);
            publishLoad(said); // before the first request: how many it takes
            if (said.contextTokens() > 0) {
                models = models.stream()
                        .map(model -> model.withContext(said.contextTokens()))
                        .toList();
            }
        } catch (IOException e) {
            LOG.debug("{} has not said yet how many requests it computes at once: {}", id, e.toString());
        }
        backends.put(new Backend(id, address, models, Backend.State.READY, ""));
        LOG.info("{} is ready at {}", id, address);
        // First: who is told looks at the report.
        publish();
        listener.ready(id);
    }

    private void publishLoad(WorkerStatus said) {
        backends.publish(id, PublishedLoad.of(said));
    }

    private void withdraw(RestartReason reason, Text why) {
        lastReason = reason;
        backends.setState(id, Backend.State.STARTING, reason.word() + " (" + why.en() + "), being replaced");
        LOG.warn("{} is {}: {} / {}", id, reason.word(), why.en(), why.zh());
    }

    private void restart(RestartReason reason, Text why, long delayMillis) {
        lastReason = reason;
        uri = null;
        status = null;
        backends.setState(id, Backend.State.STARTING, reason.word() + ", restarting");
        LOG.warn("{} is started again in {} ms ({}): {}", id, delayMillis, reason.word(), why.en());
        metrics.counter(Metric.WORKER_RESTARTS, id, reason.word()).increment();
    }

    private void drain(String why) {
        backends.setState(id, Backend.State.DRAINING, why);
        terminate();
    }

    private void terminate() {
        if (process != null) {
            process.terminate();
        }
    }

    private void kill(String why) {
        if (process != null) {
            LOG.info("{} is killed: {}", id, why);
            process.kill();
        }
    }

    private void giveUp(RestartReason reason, LoadRefusal cause, long againMillis) {
        lastReason = reason;
        uri = null;
        status = null;
        String next = againMillis == 0 ? "" : "; it is tried again every " + againMillis / 1000.0 + " s";
        backends.setState(id, Backend.State.DOWN, cause.text().en() + next);
        LOG.error("{} is given up ({}): {}{}", id, cause.code(), cause.text().en(), next);
        publish();
        listener.givenUp(id, cause);
    }

    private void watch(WorkerProcess watched, URI address, Consumer<WorkerEvent> events) {
        try {
            while (watched.isAlive()) {
                try {
                    WorkerStatus answer = StatusProbe.look(address, Math.max(1_000, config.statusIntervalMillis()));
                    status = answer;
                    publishLoad(answer);
                    events.accept(StatusProbe.event(answer));
                } catch (IOException e) {
                    LOG.debug("{} does not answer: {}", id, e.toString());
                    events.accept(new WorkerEvent.Silent());
                }
                if (watched.awaitEnd(config.statusIntervalMillis())) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
