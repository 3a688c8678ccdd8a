package dev.unbusy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A worker that is started again because somebody wants it. */
class WorkerRenewTest {
    private static final SupervisorConfig CONFIG = new SupervisorConfig(1, 250, 10, 120, 300, 200, 30_000, 60, 3, 30);
    private static final WorkerEvent READY = new WorkerEvent.Ready(URI.create("http://127.0.0.1:4000"));
    private static final WorkerEvent STOP = new WorkerEvent.Stop();

    private WorkerLife life = new WorkerLife(CONFIG);
    private long nowNanos = 5;

    @Test
    void renewed_drains_andIsStartedAgainAtOnce_howeverItEnds() {
        for (int code : new int[] {0, 143, 137}) {
            life = new WorkerLife(CONFIG);
            serving();
            assertThat(on(new WorkerEvent.Renew())).singleElement().isInstanceOf(WorkerAction.Drain.class);
            assertThat(life.state()).isEqualTo(WorkerState.DRAINING);
            assertThat(on(new WorkerEvent.Renew())).as("once is enough").isEmpty();
            assertThat(on(exit(code))).singleElement().isInstanceOfSatisfying(WorkerAction.Restart.class, restart -> {
                assertThat(restart.reason()).isEqualTo(RestartReason.RENEWED);
                assertThat(restart.delayMillis()).isZero();
            });
            assertThat(pass(100)).containsExactly(new WorkerAction.Spawn());
            on(READY);
            assertThat(life.state()).isEqualTo(WorkerState.READY);
            assertThat(life.restarts()).isEqualTo(1);
        }
    }

    @Test
    void renewedOne_thatDoesNotDrain_isKilled_andAStopInBetweenEndsIt() {
        serving();
        on(new WorkerEvent.Renew());
        assertThat(pass(30_000)).singleElement().isInstanceOf(WorkerAction.Kill.class);
        assertThat(on(STOP)).isEmpty();
        assertThat(on(exit(137))).containsExactly(new WorkerAction.Done());
    }

    @Test
    void oneThatIsNotReady_isNotRenewed() {
        life.begin(nowNanos);
        assertThat(on(new WorkerEvent.Renew())).isEmpty();
        assertThat(life.state()).isEqualTo(WorkerState.LOADING);
    }

    private void serving() {
        life.begin(nowNanos);
        on(READY);
    }

    private List<WorkerAction> on(WorkerEvent event) {
        return life.on(event, nowNanos);
    }

    /** Ticks as the slot does, and gathers what they bring. */
    private List<WorkerAction> pass(long millis) {
        List<WorkerAction> actions = new ArrayList<>();
        for (long left = millis; left > 0; left -= 100) {
            nowNanos += TimeUnit.MILLISECONDS.toNanos(100);
            actions.addAll(life.on(new WorkerEvent.Tick(), nowNanos));
        }
        return actions;
    }

    private static WorkerEvent exit(int code) {
        return new WorkerEvent.Exited(new Death(code, null, false, List.of()));
    }
}
