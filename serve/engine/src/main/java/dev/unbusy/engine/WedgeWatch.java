package dev.unbusy.engine;

import dev.unbusy.api.AwakeTime;
import dev.unbusy.api.StepWatch;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.text.Text;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's own judgement of whether it gets on, by the rule of its supervisor ({@link StepWatch}): a worker that runs by
 * itself has nobody else to find out. Looks at its status twice a second, on the thread {@code step-watch}, which nothing but a
 * standstill of the whole process keeps from it; anybody may read {@link #reason}.
 *
 * <ol>
 *   <li>Wedged: it is told, and nothing else happens; a machine that swapped may go on. A supervisor ends it within seconds.
 *   <li>Still wedged {@value #GRACE_SECONDS} s later: it has no supervisor, and the process is to end, so that what runs it (a service
 *       manager, an orchestrator) starts another. Status and readiness have said why for so long.
 * </ol>
 */
final class WedgeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WedgeWatch.class);
    private static final long LOOK_MILLIS = 500;
    static final long GRACE_SECONDS = 60;

    private final StepWatch watch;
    private final AwakeTime awake = new AwakeTime();
    private final Supplier<WorkerStatus> status;
    private final Consumer<Text> onWedged;
    private final Runnable onLost;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("step-watch").factory());

    private @Nullable ScheduledFuture<?> looks;

    private long wedgedSinceNanos;
    private boolean lost;

    // volatile: written by the watch's thread for whoever asks.
    private volatile @Nullable Text reason;

    /**
     * @param wedgedAfter how long the step counter may stand still while work waits, at least
     * @param firstStep the same before the first step
     * @param onWedged called on the watch's thread whenever the worker comes to stand still
     * @param onLost called on the watch's thread, once, when it has been wedged for too long
     */
    WedgeWatch(
            Duration wedgedAfter,
            Duration firstStep,
            Supplier<WorkerStatus> status,
            Consumer<Text> onWedged,
            Runnable onLost) {
        watch = new StepWatch(wedgedAfter.toNanos(), firstStep.toNanos());
        this.status = status;
        this.onWedged = onWedged;
        this.onLost = onLost;
    }

    void start() {
        looks = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        look(System.nanoTime());
                    } catch (RuntimeException e) {
                        LOG.error("a look at the worker's own steps failed", e); // the next one comes all the same
                    }
                },
                0,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** One look; the time is that of {@link System#nanoTime}. */
    void look(long nowNanos) {
        WorkerStatus now = status.get();
        long awakeNanos = awake.at(nowNanos);
        boolean wedged = watch.look(now.steps(), now.isBusy(), now.step().expectedNanos(), awakeNanos);
        boolean before = reason != null;
        Text why = wedged ? watch.why(awakeNanos) : null;
        reason = why;
        if (why == null) {
            return;
        }
        if (!before) { // 1
            wedgedSinceNanos = awakeNanos;
            onWedged.accept(why);
        } else if (!lost && awakeNanos - wedgedSinceNanos > TimeUnit.SECONDS.toNanos(GRACE_SECONDS)) { // 2
            lost = true;
            onLost.run();
        }
    }

    /** Why the worker is wedged; null while it is not. */
    @Nullable
    Text reason() {
        return reason;
    }

    @Override
    public void close() {
        ScheduledFuture<?> started = looks;
        if (started != null) {
            started.cancel(false);
        }
        timer.shutdownNow();
    }
}
