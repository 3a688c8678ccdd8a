package dev.unbusy.api;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StepWatchTest {
    private static final long FLOOR = 60;
    private static final long FIRST = 300;

    private StepWatch watch = new StepWatch(0, 0);

    @BeforeEach
    @BeforeTry
    void begin() {
        watch = new StepWatch(SECONDS.toNanos(FLOOR), SECONDS.toNanos(FIRST));
        watch.begin(0);
    }

    @Test
    void standingStillWithWork_isWedgedAfterTheFloor() {
        assertThat(look(5, true, 0, 10)).isFalse();
        assertThat(look(5, true, 2, 70)).isFalse();
        assertThat(look(5, true, 2, 71)).isTrue();
    }

    @Test
    void oneStep_isEnoughToBeWell() {
        assertThat(look(5, true, 0, 10)).isFalse();
        assertThat(look(6, true, 0, 69)).isFalse();
        assertThat(look(6, true, 0, 129)).isFalse();
        assertThat(look(6, true, 0, 130)).isTrue();
    }

    @Test
    void aCounterThatWentBack_isAnotherProcessAndNoStandstill() {
        assertThat(look(500, true, 0, 10)).isFalse();
        assertThat(look(3, true, 0, 65)).isFalse();
        assertThat(look(3, true, 0, 124)).isFalse();
    }

    @Test
    void aStepExpectedToTakeTwentySeconds_mayTakeTwoHundred() {
        assertThat(look(5, true, 20, 10)).isFalse();
        assertThat(look(5, true, 20, 210)).isFalse();
        assertThat(look(5, true, 20, 211)).isTrue();
    }

    @Test
    void expectationsOfTheStepBefore_countNoMore() {
        assertThat(look(5, true, 500, 10)).isFalse();
        assertThat(look(6, true, 1, 20)).isFalse();
        assertThat(look(6, true, 1, 81)).isTrue();
    }

    @Test
    void theFirstStepOfAProcess_mayTakeAsLongAsLoading() {
        assertThat(look(0, true, 1, 1)).isFalse();
        assertThat(look(0, true, 1, 300)).isFalse();
        assertThat(look(0, true, 1, 302)).isTrue();
    }

    @Test
    void workThatComesAfterALongRest_getsTheWholeAllowance() {
        assertThat(look(5, false, 0, 10_000)).isFalse();
        assertThat(look(5, true, 0, 10_060)).isFalse();
        assertThat(look(5, true, 0, 10_061)).isTrue();
    }

    @Property
    void withoutWork_neverWedged(@ForAll long seed) {
        Random random = new Random(seed);
        long now = 0;
        for (int i = 0; i < 50; i++) {
            now += random.nextInt(100_000);
            assertThat(look(random.nextInt(2), false, random.nextInt(10), now)).isFalse();
        }
    }

    /** Whatever was seen before: never before the floor and ten times the expectation have passed since the last change. */
    @Property
    void neverWedgedEarlierThanItsAllowance_andAlwaysSoonAfter(
            @ForAll long seed, @ForAll @IntRange(max = 30) int before, @ForAll @LongRange(max = 1_000) long expected) {
        Random random = new Random(seed);
        long now = 0;
        long steps = 1;
        for (int i = 0; i < before; i++) {
            now += random.nextInt(50);
            steps++;
            assertThat(look(steps, random.nextBoolean(), random.nextInt(1_000), now))
                    .isFalse();
        }
        long changed = now;
        steps++;
        look(steps, true, expected, now);
        long allowed = Math.max(FLOOR, StepWatch.TIMES_EXPECTED * expected);
        boolean wedged = false;
        while (!wedged) {
            now += 1 + random.nextInt(30);
            wedged = look(steps, true, expected, now);
            assertThat(wedged).as("after %d s of %d", now - changed, allowed).isEqualTo(now - changed > allowed);
        }
    }

    @Test
    void anEndlessExpectation_doesNotOverflow() {
        assertThat(watch.look(5, true, Long.MAX_VALUE, SECONDS.toNanos(1))).isFalse();
        assertThat(watch.look(5, true, Long.MAX_VALUE, SECONDS.toNanos(1_000_000)))
                .isFalse();
    }

    private boolean look(long steps, boolean busy, long expectedSeconds, long nowSeconds) {
        return watch.look(steps, busy, SECONDS.toNanos(expectedSeconds), SECONDS.toNanos(nowSeconds));
    }
}
