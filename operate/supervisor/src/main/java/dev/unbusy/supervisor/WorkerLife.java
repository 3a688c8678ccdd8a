package dev.unbusy.supervisor;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.unbusy.api.AwakeTime;
import dev.unbusy.api.StepWatch;
import dev.unbusy.text.Text;
import java.util.List;

/**
 * The decisions about one worker process: events and the time in, actions out. No I/O, no thread, no clock.
 *
 * <p>Time counts only while the supervisor itself is awake ({@link AwakeTime}).
 *
 * <ol>
 *   <li>Loading: ready in the end, or dead, or silent for too long (frozen).
 *   <li>Ready: dead (exited, killed, out of memory), no answer for too long (frozen), or answers without a step while
 *       requests run or wait (wedged, as {@link StepWatch} says). Both get no new requests and are ended first, their restart
 *       follows their death: a frozen one is killed at once; a wedged one is asked to end, which makes it log where it
 *       stands, and killed {@value #TERM_GRACE_MILLIS} ms later. Its connections break then, and the gateway takes its requests to
 *       another worker or to the next one; streams go on behind what was sent.
 *   <li>Dead: restart after the delay of {@link RestartPolicy}, or give up: requests are refused instead of waiting. One that
 *       has served before is still tried at the longest interval, since what keeps it from loading may pass; one that never
 *       loaded is not.
 *   <li>Renew, where it is ready: drain, kill what has not drained in time, and restart at once when dead. It is no failure:
 *       no delay follows, and none grows.
 *   <li>Stop, from anywhere: drain if ready, else kill; kill what has not drained in time; done when dead.
 * </ol>
 */
final class WorkerLife {
    static final long TERM_GRACE_MILLIS = 3_000;

    private final SupervisorConfig config;
    private final RestartPolicy policy;
    private final StepWatch watch;
    private WorkerState state = WorkerState.STOPPED;
    private boolean alive;
    private boolean stopping;
    private boolean renewing;
    private int restarts;
    /** Why the living process has been killed and awaits its end; EXITED stands for "it has not". */
    private RestartReason killedFor = RestartReason.EXITED;

    private Text killedWhy = Text.same("");
    private boolean wasReady;
    private boolean everReady;
    private boolean givenUp;

    private boolean begun;
    private final AwakeTime awake = new AwakeTime();
    /** The marks below are points of it. */
    private long awakeNanos;

    private long heardAt;
    private long readyAt;
    private long restartAt;
    private long drainUntil;
    /** When one that was asked to end is killed; never, where none was. */
    private long killAt = Long.MAX_VALUE;

    WorkerLife(SupervisorConfig config) {
        this.config = config;
        this.policy = new RestartPolicy(config);
        this.watch = new StepWatch(
                SECONDS.toNanos(config.wedgedAfterSeconds()), SECONDS.toNanos(config.loadSilenceSeconds()));
    }

    WorkerState state() {
        return state;
    }

    /** How many times it was started again. */
    int restarts() {
        return restarts;
    }

    List<WorkerAction> begin(long nowNanos) {
        begun = true;
        awakeNanos = awake.at(nowNanos);
        return spawn();
    }

    List<WorkerAction> on(WorkerEvent event, long nowNanos) {
        if (!begun) {
            throw new IllegalStateException("begin first");
        }
        awakeNanos = awake.at(nowNanos);
        return switch (event) {
            case WorkerEvent.Tick() -> tick();
            case WorkerEvent.SpawnFailed(Text why) -> spawnFailed(why);
            case WorkerEvent.Progress() -> progress();
            case WorkerEvent.Ready ready -> ready(ready);
            case WorkerEvent.Answered answer -> answered(answer);
            case WorkerEvent.Silent() -> silent();
            case WorkerEvent.Exited(Death death) -> exited(death);
            case WorkerEvent.Renew() -> renew();
            case WorkerEvent.Stop() -> stop();
        };
    }

    private List<WorkerAction> spawn() {
        state = givenUp ? WorkerState.FAILED : WorkerState.LOADING;
        alive = true;
        wasReady = false;
        killedFor = RestartReason.EXITED;
        heardAt = awakeNanos;
        return List.of(new WorkerAction.Spawn());
    }

    private List<WorkerAction> tick() {
        if (stopping || renewing) {
            boolean late = state == WorkerState.DRAINING && awakeNanos >= drainUntil;
            if (late) {
                drainUntil = Long.MAX_VALUE;
                return List.of(new WorkerAction.Kill("not finished within drain_seconds"));
            }
            return List.of();
        }
        // 2
        if (awakeNanos >= killAt) {
            killAt = Long.MAX_VALUE;
            return List.of(new WorkerAction.Kill(killedFor.word()));
        }
        // 1
        if (isLoading() && awakeNanos - heardAt > SECONDS.toNanos(config.loadSilenceSeconds())) {
            return kill(
                    RestartReason.FROZEN,
                    Text.of("no progress in %d s of loading", "加载时 %d 秒没有任何进展", config.loadSilenceSeconds()));
        }
        // 3
        boolean waits = state == WorkerState.RESTARTING || state == WorkerState.FAILED;
        if (waits && !alive && awakeNanos >= restartAt) {
            restarts++;
            return spawn();
        }
        return List.of();
    }

    private boolean isLoading() {
        return state == WorkerState.LOADING
                || (state == WorkerState.FAILED && alive && killedFor == RestartReason.EXITED);
    }

    private List<WorkerAction> progress() {
        heardAt = awakeNanos;
        return List.of();
    }

    private List<WorkerAction> ready(WorkerEvent.Ready ready) {
        if (!isLoading()) {
            return List.of();
        }
        state = WorkerState.READY;
        givenUp = false;
        everReady = true;
        wasReady = true;
        readyAt = awakeNanos;
        heardAt = awakeNanos;
        watch.begin(awakeNanos);
        policy.loaded();
        return List.of(new WorkerAction.Serve(ready.uri()));
    }

    // 2
    private List<WorkerAction> answered(WorkerEvent.Answered answer) {
        heardAt = awakeNanos;
        boolean wedged = watch.look(answer.steps(), answer.busy(), answer.expectedNanos(), awakeNanos);
        if (state != WorkerState.READY) {
            return List.of();
        }
        if (awakeNanos - readyAt > SECONDS.toNanos(config.stableAfterSeconds())) {
            policy.stable();
        }
        return wedged ? wedged(watch.why(awakeNanos)) : List.of();
    }

    // 2
    private List<WorkerAction> silent() {
        if (state == WorkerState.READY && awakeNanos - heardAt > SECONDS.toNanos(config.frozenAfterSeconds())) {
            return kill(
                    RestartReason.FROZEN,
                    Text.of(
                            "no answer in %d s although its process lives",
                            "进程仍在，但 %d 秒没有应答", config.frozenAfterSeconds()));
        }
        return List.of();
    }

    private List<WorkerAction> wedged(Text why) {
        restartAt = Long.MAX_VALUE;
        killedFor = RestartReason.WEDGED;
        killedWhy = why;
        killAt = awakeNanos + MILLISECONDS.toNanos(TERM_GRACE_MILLIS);
        state = WorkerState.WEDGED;
        return List.of(new WorkerAction.Withdraw(RestartReason.WEDGED, why), new WorkerAction.Terminate());
    }

    private List<WorkerAction> kill(RestartReason reason, Text why) {
        restartAt = Long.MAX_VALUE;
        killedFor = reason;
        killedWhy = why;
        if (givenUp) {
            return List.of(new WorkerAction.Kill(reason.word()));
        }
        state = WorkerState.RESTARTING;
        return List.of(new WorkerAction.Withdraw(reason, why), new WorkerAction.Kill(reason.word()));
    }

    private List<WorkerAction> spawnFailed(Text why) {
        alive = false;
        if (stopping) {
            return done();
        }
        return after(
                RestartReason.NOT_STARTED,
                why,
                new LoadRefusal(
                        RestartReason.NOT_STARTED.code(),
                        why,
                        Text.of(
                                "Check the program and the limits of this user (ulimit -u).",
                                "请检查程序文件以及当前用户的进程数限制（ulimit -u）。")),
                false);
    }

    private List<WorkerAction> exited(Death death) {
        alive = false;
        killAt = Long.MAX_VALUE;
        if (stopping) {
            return done();
        }
        if (renewing) {
            renewing = false;
            state = WorkerState.RESTARTING;
            restartAt = awakeNanos;
            return List.of(new WorkerAction.Restart(
                    RestartReason.RENEWED, Text.of("it was asked to be started again", "应要求重新启动"), 0));
        }
        if (killedFor != RestartReason.EXITED) {
            return wasReady
                    ? restart(killedFor, killedWhy)
                    : after(killedFor, killedWhy, new LoadRefusal(killedFor.code(), killedWhy, seeLog()), false);
        }
        RestartReason reason = death.reason(wasReady);
        if (wasReady) {
            return restart(reason, death.described());
        }
        return after(reason, death.described(), refusal(reason, death), death.isForGood());
    }

    /** 3, for a worker that never was ready. */
    private List<WorkerAction> after(RestartReason reason, Text why, LoadRefusal cause, boolean forGood) {
        if (!givenUp && !forGood && policy.worthAnotherLoad(cause.code() + " " + why.en())) {
            return restart(reason, why);
        }
        givenUp = true;
        state = WorkerState.FAILED;
        long againMillis = everReady ? config.restartDelayMaxMillis() : 0;
        restartAt = everReady ? awakeNanos + MILLISECONDS.toNanos(againMillis) : Long.MAX_VALUE;
        return List.of(new WorkerAction.GiveUp(reason, cause, againMillis));
    }

    private List<WorkerAction> restart(RestartReason reason, Text why) {
        state = WorkerState.RESTARTING;
        long delayMillis = policy.nextDelayMillis();
        restartAt = awakeNanos + MILLISECONDS.toNanos(delayMillis);
        return List.of(new WorkerAction.Restart(reason, why, delayMillis));
    }

    // 4
    private List<WorkerAction> renew() {
        if (stopping || state != WorkerState.READY) {
            return List.of();
        }
        renewing = true;
        state = WorkerState.DRAINING;
        drainUntil = awakeNanos + SECONDS.toNanos(config.drainSeconds());
        return List.of(new WorkerAction.Drain("it is started again"));
    }

    // 5
    private List<WorkerAction> stop() {
        if (stopping) {
            return List.of();
        }
        stopping = true;
        if (!alive) {
            return done();
        }
        if (renewing) { // it has been asked to end already
            renewing = false;
            return List.of();
        }
        if (state == WorkerState.READY) {
            state = WorkerState.DRAINING;
            drainUntil = awakeNanos + SECONDS.toNanos(config.drainSeconds());
            return List.of(new WorkerAction.Drain("the service stops"));
        }
        state = WorkerState.DRAINING;
        drainUntil = Long.MAX_VALUE;
        return List.of(new WorkerAction.Kill("the service stops"));
    }

    private List<WorkerAction> done() {
        state = WorkerState.STOPPED;
        return List.of(new WorkerAction.Done());
    }

    private static LoadRefusal refusal(RestartReason reason, Death death) {
        if (death.refusal() != null) {
            return death.refusal();
        }
        String lines = String.join("\n", death.lastLines());
        Text text = lines.isEmpty()
                ? death.described()
                : Text.of("%s; its last lines:\n%s", "%s；最后输出：\n%s", death.described(), lines);
        return new LoadRefusal(
                reason.code(),
                Text.of("the worker cannot load the model: %s", "工作进程无法加载模型：%s", text),
                reason == RestartReason.MEMORY
                        ? Text.of(
                                "Free memory, or take a smaller model or a shorter context (--ctx).",
                                "请释放内存，或选用更小的模型或更短的上下文（--ctx）。")
                        : seeLog());
    }

    private static Text seeLog() {
        return Text.of("See the log for its whole output.", "完整输出见日志。");
    }
}
