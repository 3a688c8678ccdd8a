package dev.unbusy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Text;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerLifeTest {
    private static final SupervisorConfig CONFIG = new SupervisorConfig(1, 250, 10, 120, 300, 200, 30_000, 60, 3, 30);
    private static final URI URL = URI.create("http://127.0.0.1:4000");
    private static final WorkerEvent READY = new WorkerEvent.Ready(URL);
    private static final WorkerEvent SILENT = new WorkerEvent.Silent();
    private static final WorkerEvent STOP = new WorkerEvent.Stop();

    private WorkerLife life = new WorkerLife(CONFIG);
    private long nowNanos = 5;

    @Test
    void begin_startsAProcess_andReadyServesIt() {
        assertThat(begin()).containsExactly(new WorkerAction.Spawn());
        assertThat(life.state()).isEqualTo(WorkerState.LOADING);
        assertThat(on(READY)).containsExactly(new WorkerAction.Serve(URL));
        assertThat(life.state()).isEqualTo(WorkerState.READY);
    }

    @Test
    void killed_isStartedAgainAfterTheDelay_andCountsOneRestart() {
        serving();
        List<WorkerAction> actions = on(exit(128 + 9));
        assertThat(actions)
                .containsExactly(
                        new WorkerAction.Restart(RestartReason.KILLED, Text.of("signal 9 ended it", "被信号 9 终止"), 200));
        assertThat(pass(199)).isEmpty();
        assertThat(pass(1)).containsExactly(new WorkerAction.Spawn());
        assertThat(life.restarts()).isEqualTo(1);
        assertThat(on(READY)).containsExactly(new WorkerAction.Serve(URL));
    }

    @Test
    void exited_killedAndOutOfMemory_areToldApart() {
        assertThat(death(0, false).reason(true)).isEqualTo(RestartReason.EXITED);
        assertThat(death(137, false).reason(true)).isEqualTo(RestartReason.KILLED);
        assertThat(death(134, true).reason(true)).isEqualTo(RestartReason.KILLED);
        assertThat(death(137, true).reason(true)).isEqualTo(RestartReason.MEMORY);
        assertThat(death(137, true).reason(false)).isEqualTo(RestartReason.MEMORY);
        assertThat(death(1, false).reason(false)).isEqualTo(RestartReason.FAILED_TO_LOAD);
    }

    @Test
    void restartsInARow_waitTwiceAsLongEachTime_untilTheMaximum() {
        begin();
        List<Long> delays = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            on(READY);
            delays.add(delay(on(exit(1))));
            pass(delays.getLast());
        }
        assertThat(delays).startsWith(200L, 400L, 800L, 1600L).endsWith(30_000L, 30_000L);
    }

    @Test
    void stableService_forgetsEarlierRestarts() {
        begin();
        on(READY);
        pass(delay(on(exit(1))));
        on(READY);
        for (int second = 0; second <= 61; second++) {
            pass(1_000);
            on(new WorkerEvent.Answered(second, true, 0));
        }
        assertThat(delay(on(exit(1)))).isEqualTo(200);
    }

    @Test
    void noAnswer_forTheLimit_isFrozen_killedFirstAndRestartedAfterItsDeath() {
        serving();
        pass(9_900);
        assertThat(on(SILENT)).isEmpty();
        pass(200);
        List<WorkerAction> actions = on(SILENT);
        assertThat(actions).hasSize(2);
        assertThat(actions.getFirst())
                .isInstanceOfSatisfying(
                        WorkerAction.Withdraw.class,
                        withdraw -> assertThat(withdraw.reason()).isEqualTo(RestartReason.FROZEN));
        assertThat(actions.getLast()).isEqualTo(new WorkerAction.Kill("frozen"));
        assertThat(on(SILENT)).isEmpty();
        assertThat(pass(60_000))
                .as("no second process before the first is dead")
                .isEmpty();
        assertThat(on(exit(137)))
                .singleElement()
                .isInstanceOfSatisfying(
                        WorkerAction.Restart.class,
                        restart -> assertThat(restart.reason()).isEqualTo(RestartReason.FROZEN));
    }

    @Test
    void oneAnswer_endsTheSilence() {
        serving();
        pass(9_900);
        on(new WorkerEvent.Answered(1, false, 0));
        pass(9_900);
        assertThat(on(SILENT)).isEmpty();
    }

    @Test
    void supervisorPaused_isNoSilenceOfTheWorker() {
        serving();
        nowNanos += TimeUnit.HOURS.toNanos(8);
        assertThat(on(SILENT)).isEmpty();
        assertThat(life.state()).isEqualTo(WorkerState.READY);
    }

    @Test
    void stepCounterStandsStillWhileBusy_isWedged_askedToEndAndKilledThreeSecondsLater() {
        serving();
        assertThat(answeringFor(119, 7, true)).isEmpty();
        List<WorkerAction> actions = new ArrayList<>(answeringFor(3, 7, true));
        assertThat(actions).hasSize(2).last().isEqualTo(new WorkerAction.Terminate());
        assertThat(actions.getFirst()).isInstanceOfSatisfying(WorkerAction.Withdraw.class, withdraw -> {
            assertThat(withdraw.reason()).isEqualTo(RestartReason.WEDGED);
            assertThat(withdraw.why().en()).contains("no step", "12");
        });
        assertThat(life.state()).isEqualTo(WorkerState.WEDGED);
        assertThat(pass(2_000)).isEmpty();
        assertThat(on(new WorkerEvent.Answered(7, true, 0))).isEmpty();
        assertThat(pass(1_000)).containsExactly(new WorkerAction.Kill("wedged"));
        assertThat(pass(60_000)).as("one kill is enough").isEmpty();
        assertThat(on(exit(137)))
                .singleElement()
                .isInstanceOfSatisfying(
                        WorkerAction.Restart.class,
                        restart -> assertThat(restart.reason()).isEqualTo(RestartReason.WEDGED));
        assertThat(life.state()).isEqualTo(WorkerState.RESTARTING);
    }

    @Test
    void wedgedOne_thatEndsWhenAsked_isNotKilled() {
        serving();
        answeringFor(122, 7, true);
        assertThat(on(exit(0)))
                .singleElement()
                .isInstanceOfSatisfying(
                        WorkerAction.Restart.class,
                        restart -> assertThat(restart.reason()).isEqualTo(RestartReason.WEDGED));
        assertThat(pass(200)).containsExactly(new WorkerAction.Spawn());
        on(READY);
        assertThat(pass(10_000)).as("the one killed was another").isEmpty();
    }

    @Test
    void wedgedOne_isKilledAtOnce_whenTheServiceStops() {
        serving();
        answeringFor(122, 7, true);
        assertThat(on(STOP)).singleElement().isInstanceOf(WorkerAction.Kill.class);
        assertThat(pass(10_000)).isEmpty();
        assertThat(on(exit(137))).containsExactly(new WorkerAction.Done());
    }

    @Test
    void longStep_thatIsExpectedToTakeLong_isNotWedged() {
        serving();
        for (int second = 0; second < 390; second++) {
            assertThat(pass(1_000)).isEmpty();
            assertThat(on(new WorkerEvent.Answered(7, true, TimeUnit.SECONDS.toNanos(40))))
                    .isEmpty();
        }
        assertThat(answeringFor(15, 7, true)).contains(new WorkerAction.Terminate());
    }

    @Test
    void stepCounterStandsStillWhileIdle_isWell() {
        serving();
        assertThat(answeringFor(400, 7, false)).isEmpty();
        assertThat(answeringFor(100, 7, true))
                .as("counts from the first busy answer")
                .isEmpty();
    }

    @Test
    void loadingWithoutProgress_isFrozen_withProgressItMayTakeLong() {
        begin();
        for (int minute = 0; minute < 20; minute++) {
            assertThat(pass(60_000)).isEmpty();
            on(new WorkerEvent.Progress());
        }
        assertThat(pass(301_000)).contains(new WorkerAction.Kill("frozen"));
    }

    @Test
    void sameLoadFailure_threeTimes_isGivenUpWithTheWorkersOwnWords() {
        LoadRefusal refusal = new LoadRefusal(
                "model-file-corrupt", Text.of("m.gguf is damaged", "m.gguf 已损坏"), Text.same("Fetch it again."));
        WorkerEvent failure = new WorkerEvent.Exited(new Death(1, refusal, false, List.of("noise")));
        begin();
        pass(delay(on(failure)));
        pass(delay(on(failure)));
        assertThat(on(failure)).containsExactly(new WorkerAction.GiveUp(RestartReason.FAILED_TO_LOAD, refusal, 0));
        assertThat(life.state()).isEqualTo(WorkerState.FAILED);
        assertThat(pass(600_000)).isEmpty();
        assertThat(on(STOP)).containsExactly(new WorkerAction.Done());
    }

    /** An unknown architecture was loaded three times, seven seconds long, before its user heard of it. */
    @Test
    void whatTheWorkerWasGivenIsWrong_isGivenUpAtOnce() {
        LoadRefusal refusal = new LoadRefusal(
                "model-architecture-unsupported", Text.of("unknown", "未知"), Text.same("Take another model."));
        begin();
        assertThat(on(new WorkerEvent.Exited(new Death(2, refusal, false, List.of()))))
                .containsExactly(new WorkerAction.GiveUp(RestartReason.FAILED_TO_LOAD, refusal, 0));
    }

    @Test
    void oneThatHasServed_andDoesNotLoadAnyMore_isGivenUpButTriedAgainAtTheLongestInterval_untilItServes() {
        serving();
        pass(delay(on(exit(137))));
        pass(delay(on(exit(137))));
        pass(delay(on(exit(137))));
        assertThat(on(exit(137))).singleElement().isInstanceOfSatisfying(WorkerAction.GiveUp.class, given -> {
            assertThat(given.cause().text().en()).contains("signal 9");
            assertThat(given.againMillis()).isEqualTo(30_000);
        });
        assertThat(life.state()).isEqualTo(WorkerState.FAILED);
        assertThat(pass(29_900)).isEmpty();
        assertThat(pass(100)).containsExactly(new WorkerAction.Spawn());
        assertThat(life.state()).as("requests do not wait for a mere try").isEqualTo(WorkerState.FAILED);
        assertThat(on(exit(1))).singleElement().isInstanceOf(WorkerAction.GiveUp.class);
        assertThat(pass(30_000)).containsExactly(new WorkerAction.Spawn());
        assertThat(on(READY)).containsExactly(new WorkerAction.Serve(URL));
        assertThat(life.state()).isEqualTo(WorkerState.READY);
        assertThat(on(exit(137))).as("forgiven").singleElement().isInstanceOf(WorkerAction.Restart.class);
    }

    @Test
    void oneGivenUp_thatStandsStillWhileTriedAgain_isKilledOnceAndTriedAgain() {
        serving();
        for (int round = 0; round < 3; round++) {
            pass(delay(on(exit(137))));
        }
        on(exit(137));
        pass(30_000);
        assertThat(pass(400_000)).containsExactly(new WorkerAction.Kill("frozen"));
        assertThat(on(exit(137))).singleElement().isInstanceOf(WorkerAction.GiveUp.class);
        assertThat(pass(30_000)).containsExactly(new WorkerAction.Spawn());
        assertThat(on(STOP)).singleElement().isInstanceOf(WorkerAction.Kill.class);
        assertThat(on(exit(137))).containsExactly(new WorkerAction.Done());
    }

    @Test
    void differentLoadFailures_areNotCountedTogether() {
        begin();
        for (int round = 0; round < 10; round++) {
            assertThat(on(exit(round % 2))).singleElement().isInstanceOf(WorkerAction.Restart.class);
            pass(30_000);
        }
    }

    @Test
    void crashWhileLoading_isGivenUpWithItsLastLines() {
        WorkerEvent crash = new WorkerEvent.Exited(new Death(134, null, false, List.of("GGML_ASSERT(x) failed")));
        begin();
        pass(delay(on(crash)));
        pass(delay(on(crash)));
        assertThat(on(crash)).singleElement().isInstanceOfSatisfying(WorkerAction.GiveUp.class, given -> {
            assertThat(given.cause().text().en()).contains("signal 6").contains("GGML_ASSERT(x) failed");
            assertThat(given.cause().code()).isEqualTo("worker-failed-to-load");
        });
    }

    @Test
    void stopWhileReady_drains_andKillsWhatIsNotDoneInTime() {
        serving();
        assertThat(on(STOP)).containsExactly(new WorkerAction.Drain("the service stops"));
        assertThat(on(STOP)).isEmpty();
        assertThat(pass(29_000)).isEmpty();
        assertThat(pass(1_000)).singleElement().isInstanceOf(WorkerAction.Kill.class);
        assertThat(pass(60_000)).as("one kill is enough").isEmpty();
        assertThat(on(exit(137))).containsExactly(new WorkerAction.Done());
        assertThat(life.state()).isEqualTo(WorkerState.STOPPED);
    }

    @Test
    void stopWhileLoading_killsAtOnce() {
        begin();
        assertThat(on(STOP)).singleElement().isInstanceOf(WorkerAction.Kill.class);
        assertThat(on(exit(137))).containsExactly(new WorkerAction.Done());
    }

    /** Whatever happens in whatever order: one process at a time, and a stop ends it all. */
    @Property
    void anySchedule_neverHasTwoProcesses_andAlwaysStops(@ForAll long seed) {
        life = new WorkerLife(CONFIG); // jqwik makes one test instance for all tries
        Random random = new Random(seed);
        boolean process = false;
        boolean done = false;
        List<WorkerAction> actions = begin();
        for (int round = 0; round < 400 && !done; round++) {
            for (WorkerAction action : actions) {
                switch (action) {
                    case WorkerAction.Spawn() -> {
                        assertThat(process).as("seed %d: two processes", seed).isFalse();
                        process = true;
                    }
                    case WorkerAction.Done() -> done = true;
                    case WorkerAction.Terminate() ->
                        assertThat(process).as("seed %d: nothing to end", seed).isTrue();
                    case WorkerAction.Kill kill ->
                        assertThat(process).as("seed %d: nothing to kill", seed).isTrue();
                    default -> {}
                }
            }
            WorkerEvent event = randomEvent(random, process, round > 300);
            process &= !(event instanceof WorkerEvent.Exited || event instanceof WorkerEvent.SpawnFailed);
            nowNanos += TimeUnit.MILLISECONDS.toNanos(random.nextInt(20_000));
            actions = life.on(event, nowNanos);
        }
        done |= actions.contains(new WorkerAction.Done());
        assertThat(done).as("seed %d: stopped", seed).isTrue();
    }

    private static WorkerEvent randomEvent(Random random, boolean process, boolean ending) {
        if (ending) {
            return process && random.nextBoolean() ? exit(137) : STOP;
        }
        return switch (random.nextInt(process ? 10 : 3)) {
            case 0, 1, 2 -> new WorkerEvent.Tick();
            case 3, 4 -> READY;
            case 5 -> SILENT;
            case 6 ->
                new WorkerEvent.Answered(random.nextInt(3), random.nextBoolean(), random.nextLong(100_000_000_000L));
            case 7 -> exit(random.nextInt(3));
            case 8 -> new WorkerEvent.Renew();
            default -> new WorkerEvent.Progress();
        };
    }

    private List<WorkerAction> begin() {
        return life.begin(nowNanos);
    }

    private void serving() {
        begin();
        on(READY);
    }

    private List<WorkerAction> on(WorkerEvent event) {
        return life.on(event, nowNanos);
    }

    /** Ticks as the slot does, and gathers what they bring. */
    private List<WorkerAction> pass(long millis) {
        List<WorkerAction> actions = new ArrayList<>();
        long left = millis;
        while (left > 0) {
            long step = Math.min(left, 100);
            nowNanos += TimeUnit.MILLISECONDS.toNanos(step);
            left -= step;
            actions.addAll(life.on(new WorkerEvent.Tick(), nowNanos));
        }
        return actions;
    }

    private List<WorkerAction> answeringFor(int seconds, long steps, boolean busy) {
        List<WorkerAction> actions = new ArrayList<>();
        for (int second = 0; second < seconds; second++) {
            actions.addAll(pass(1_000));
            actions.addAll(on(new WorkerEvent.Answered(steps, busy, 0)));
        }
        return actions;
    }

    private static long delay(List<WorkerAction> actions) {
        assertThat(actions).singleElement().isInstanceOf(WorkerAction.Restart.class);
        return ((WorkerAction.Restart) actions.getFirst()).delayMillis();
    }

    private static WorkerEvent exit(int code) {
        return new WorkerEvent.Exited(death(code, false));
    }

    private static Death death(int code, boolean oomKill) {
        @Nullable LoadRefusal none = null;
        return new Death(code, none, oomKill, List.of());
    }
}
