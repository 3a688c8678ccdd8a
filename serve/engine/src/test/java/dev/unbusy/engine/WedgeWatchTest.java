package dev.unbusy.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.api.StepStatus;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.text.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The looks of the watch's thread, made by hand. */
class WedgeWatchTest {
    private long steps = 5;
    private boolean busy = true;
    private double expectedMillis;
    private final List<Text> told = new ArrayList<>();
    private int ends;
    private final WedgeWatch watch =
            new WedgeWatch(Duration.ofMinutes(1), Duration.ofMinutes(5), this::status, told::add, () -> ends++);
    private long nowMillis;

    @Test
    void standingStillWithWork_isWedgedOnce_untilAStepEnds() {
        lookFor(60);
        assertThat(watch.reason()).isNull();
        lookFor(2);
        assertThat(watch.reason()).isNotNull().extracting(Text::en).asString().contains("no step has ended in 61 s");
        lookFor(10);
        assertThat(told).hasSize(1);
        steps++;
        lookFor(1);
        assertThat(watch.reason()).isNull();
        lookFor(62);
        assertThat(told).hasSize(2);
    }

    /** A supervisor would have ended it long before; whoever else runs it can only start one that has ended. */
    @Test
    void wedgedForTooLong_theProcessIsToEnd_once() {
        lookFor(62);
        lookFor((int) WedgeWatch.GRACE_SECONDS - 2);
        assertThat(ends).isZero();
        lookFor(4);
        assertThat(ends).isOne();
        lookFor(100);
        assertThat(ends).isOne();
    }

    @Test
    void wedgedTwiceForAShortTime_theProcessGoesOn() {
        for (int time = 0; time < 3; time++) {
            lookFor(62 + (int) WedgeWatch.GRACE_SECONDS / 2);
            steps++;
            lookFor(1);
        }
        assertThat(told).hasSize(3);
        assertThat(ends).isZero();
    }

    @Test
    void withoutWork_itIsNeverWedged() {
        busy = false;
        lookFor(1_000);
        assertThat(watch.reason()).isNull();
    }

    @Test
    void whatTheStepShouldTake_countsTenTimes() {
        expectedMillis = 20_000;
        lookFor(199);
        assertThat(watch.reason()).isNull();
        lookFor(3);
        assertThat(watch.reason()).isNotNull();
    }

    @Test
    void theFirstStep_mayTakeAsLongAsLoading() {
        steps = 0;
        lookFor(299);
        assertThat(watch.reason()).isNull();
        lookFor(3);
        assertThat(watch.reason()).isNotNull();
    }

    @Test
    void aProcessThatWasStopped_isNotToBlameForTheTime() {
        lookFor(50);
        nowMillis += SECONDS.toMillis(1_000);
        lookFor(8);
        assertThat(watch.reason()).isNull();
        lookFor(4);
        assertThat(watch.reason()).isNotNull();
    }

    private void lookFor(int seconds) {
        for (int look = 0; look < 2 * seconds; look++) {
            watch.look(MILLISECONDS.toNanos(nowMillis));
            nowMillis += 500;
        }
    }

    private WorkerStatus status() {
        WorkerStatus idle = WorkerStatus.of("w", WorkerStatus.State.READY, "");
        return new WorkerStatus(
                idle.id(),
                idle.model(),
                idle.state(),
                0,
                "",
                busy ? 1 : 0,
                0,
                0,
                0,
                0,
                steps,
                new StepStatus(0, expectedMillis, 0, 0),
                0,
                0,
                0,
                0,
                0,
                "");
    }
}
