package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ForeignStateTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<ServedModel> MODELS = List.of(new ServedModel("m", List.of(), 0));

    private final ForeignState state =
            new ForeignState(new ForeignConfig(List.of(), Map.of(), null, 1000, 3000, 60, 30), 0);

    private static ForeignReport report(double progress, boolean busy) {
        return new ForeignReport(ForeignReport.Kind.VLLM, MODELS, null, progress, busy);
    }

    @Test
    void aServerThatDoesNotAnswerAtOnce_keepsItsStateForAFewLooks_unlessItRefuses() {
        state.answered(report(1, false), 0);
        state.failed("no answer in time", false, SECOND);
        state.failed("no answer in time", false, 2 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.READY);
        state.failed("no answer in time", false, 3 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.STARTING);
        state.answered(report(1, false), 4 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.READY);
        state.failed("nothing listens there", true, 5 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.STARTING);
        assertThat(state.reason()).isEqualTo("nothing listens there");
        assertThat(state.models()).as("requests for it wait").isEqualTo(MODELS);
    }

    @Test
    void requestsWaitForOneThatIsAway_forAWhile() {
        state.answered(report(1, false), 0);
        state.failed("nothing listens there", true, 10 * SECOND);
        state.failed("nothing listens there", true, 69 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.STARTING);
        state.failed("nothing listens there", true, 70 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.DOWN);
        state.answered(report(1, false), 71 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.READY);
    }

    @Test
    void oneThatNeverAnswered_isWaitedForAsLong() {
        state.failed("nothing listens there", true, 59 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.STARTING);
        state.failed("nothing listens there", true, 61 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.DOWN);
    }

    @Test
    void whereRequestsRunAndNothingIsComputed_itIsWedged_whateverItsHealthPageSays_untilItMoves() {
        state.answered(report(7, true), 0);
        state.answered(report(7, true), 29 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.READY);
        state.answered(report(7, true), 30 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.DRAINING);
        state.answered(report(7, true), 31 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.DRAINING);
        state.answered(report(8, true), 32 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.READY);
        state.answered(report(8, false), 100 * SECOND);
        assertThat(state.state()).as("idle is not wedged").isEqualTo(Backend.State.READY);
        state.answered(report(8, true), 101 * SECOND);
        assertThat(state.state()).as("the time counts from when it became busy").isEqualTo(Backend.State.READY);
    }

    @Test
    void oneThatTellsNoProgress_isNeverTakenForWedged() {
        state.answered(report(Double.NaN, true), 0);
        state.answered(report(Double.NaN, true), 1_000 * SECOND);
        assertThat(state.state()).isEqualTo(Backend.State.READY);
    }

    /** In every sequence: an answer that moves makes it ready, and it is down only after a minute away. */
    @Property
    void inEverySequence_itIsDownOnlyAfterItsTime(@ForAll long seed) {
        Random random = new Random(seed);
        ForeignState subject = new ForeignState(new ForeignConfig(List.of(), Map.of(), null, 1000, 3000, 60, 30), 0);
        long now = 0;
        long lastAnswer = 0;
        double progress = 0;
        for (int i = 0; i < 200; i++) {
            now += random.nextInt(20) * SECOND;
            if (random.nextInt(3) == 0) {
                subject.answered(report(++progress, random.nextBoolean()), now);
                assertThat(subject.state()).isEqualTo(Backend.State.READY);
                lastAnswer = now;
            } else {
                subject.failed("away", random.nextBoolean(), now);
                if (now - lastAnswer < 60 * SECOND) {
                    assertThat(subject.state()).isNotEqualTo(Backend.State.DOWN);
                }
            }
        }
    }
}
