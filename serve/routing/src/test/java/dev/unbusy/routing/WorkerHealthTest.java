package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.routing.Standing.Reason;
import dev.unbusy.routing.Standing.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WorkerHealthTest {
    private static final long SECOND = 1_000_000_000;
    private static final BreakerRules RULES = BreakerRules.usual();
    /** Clocks of this kind start anywhere, also shortly before they overflow. */
    private static final long START = Long.MAX_VALUE - 40 * SECOND;

    private WorkerHealth health = new WorkerHealth("a", RULES, START);
    private long now = START;

    @Test
    void failuresInARow_openTheBreaker_andASuccessInBetweenDoesNot() {
        fail(4);
        succeed();
        fail(4);
        assertThat(standing().state()).isEqualTo(State.CLOSED);
        fail(1);
        assertThat(standing())
                .isEqualTo(new Standing(
                        State.OPEN, Reason.CONSECUTIVE_FAILURES, false, WorkerHealth.LEAST_WARMTH, 2 * SECOND));
        assertThatThrownBy(() -> health.sent(now)).hasMessageContaining("takes no request");
    }

    @Test
    void halfOfTheWindowFailed_opensTheBreaker_andWhatLeftTheWindowDoesNotCount() {
        for (int i = 0; i < 9; i++) {
            fail(1);
            succeed();
        }
        now += 31 * SECOND;
        succeed();
        fail(1);
        assertThat(standing().state()).isEqualTo(State.CLOSED);
        for (int i = 0; i < 9; i++) {
            succeed();
            fail(1);
        }
        assertThat(standing().reason()).isEqualTo(Reason.FAILURE_SHARE);
    }

    @Test
    void pauses_double_upToTheBound_andStartShortAgainAfterLongHealth() {
        fail(5);
        for (long seconds : new long[] {2, 4, 8, 16, 32, 60, 60}) {
            assertThat(standing().remainingNanos()).isEqualTo(seconds * SECOND);
            now += seconds * SECOND - 1;
            assertThat(standing().takesRequests()).isFalse();
            now += 1;
            assertThat(standing())
                    .extracting(Standing::state, Standing::reason)
                    .containsExactly(State.HALF_OPEN, Reason.PROBING);
            fail(1);
            assertThat(standing().reason()).isEqualTo(Reason.PROBE_FAILED);
        }
        now += 60 * SECOND;
        succeed();
        now += 59 * SECOND;
        fail(5);
        assertThat(standing().remainingNanos()).isEqualTo(60 * SECOND);
        now += 60 * SECOND;
        succeed();
        now += 60 * SECOND;
        fail(5);
        assertThat(standing().remainingNanos()).isEqualTo(2 * SECOND);
    }

    @Test
    void halfOpen_letsOneProbeThrough_andTheNextWhenItsClientLeft() {
        fail(5);
        now += 2 * SECOND;
        long probe = health.sent(now);
        assertThat(standing().takesRequests()).isFalse();
        health.abandoned(probe, now);
        assertThat(standing().takesRequests()).isTrue();
        probe = health.sent(now);
        health.firstToken(probe, SECOND, now);
        assertThat(standing())
                .extracting(Standing::state, Standing::reason)
                .containsExactly(State.CLOSED, Reason.WARMING_UP);
    }

    @Test
    void answersUnderWayWhenItOpened_neitherProlongNorEndThePause() {
        List<Long> before = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            before.add(health.sent(now));
        }
        before.subList(0, 5).forEach(ticket -> health.failed(ticket, now));
        now += SECOND;
        health.failed(before.get(5), now);
        health.succeeded(before.get(6), now);
        assertThat(standing().remainingNanos()).isEqualTo(SECOND);
        now += SECOND;
        long probe = health.sent(now);
        health.succeeded(before.get(7), now);
        health.failed(before.get(8), now);
        health.abandoned(before.get(9), now);
        assertThat(standing())
                .extracting(Standing::state, Standing::takesRequests)
                .containsExactly(State.HALF_OPEN, false);
        health.succeeded(probe, now);
        assertThat(standing().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aWorkerThatComesBackByItsHealthCheck_isForgivenNothing() {
        fail(4);
        health.returned(now);
        fail(1);
        assertThat(standing().state()).isEqualTo(State.OPEN);
        health.returned(now);
        assertThat(standing().takesRequests()).isFalse();
        health.restarted(now);
        assertThat(standing().takesRequests()).isTrue();
    }

    @Test
    void warmth_growsFromTheStart_andFromEachReturn() {
        assertThat(standing().warmth()).isEqualTo(0.1);
        now += 15 * SECOND;
        assertThat(standing().warmth()).isBetween(0.5499, 0.5501);
        assertThat(standing().remainingNanos()).isEqualTo(15 * SECOND);
        now += 15 * SECOND;
        assertThat(standing()).isEqualTo(new Standing(State.CLOSED, Reason.HEALTHY, true, 1, 0));
        health.returned(now);
        assertThat(standing()).extracting(Standing::warmth, Standing::reason).containsExactly(0.1, Reason.WARMING_UP);
        fail(5);
        now += 2 * SECOND;
        succeed();
        assertThat(standing().warmth()).isEqualTo(0.1);
    }

    @Property
    void inEverySchedule_atMostOneProbeRuns_andNothingIsSentDuringAPause(@ForAll long seed) {
        Random random = new Random(seed);
        now = START;
        health = new WorkerHealth("a", RULES, now);
        List<Long> tickets = new ArrayList<>();
        List<Long> probes = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            now += random.nextInt(4) == 0 ? random.nextLong(3 * SECOND) : 0;
            Standing before = standing();
            assertThat(before.warmth()).isBetween(WorkerHealth.LEAST_WARMTH, 1.0);
            assertThat(before.takesRequests()).isNotEqualTo(before.state() == State.OPEN || !probes.isEmpty());
            if (tickets.isEmpty() || random.nextInt(3) > 0) {
                if (before.takesRequests()) {
                    long ticket = health.sent(now);
                    tickets.add(ticket);
                    if (before.state() == State.HALF_OPEN) {
                        probes.add(ticket);
                    }
                }
            } else {
                long ticket = tickets.remove(random.nextInt(tickets.size()));
                int outcome = random.nextInt(6);
                if (outcome < 4) {
                    health.failed(ticket, now);
                } else if (outcome < 5) {
                    health.succeeded(ticket, now);
                } else {
                    health.abandoned(ticket, now);
                }
                probes.remove(ticket);
            }
        }
    }

    @Test
    void rulesOutOfRange_areNamed() {
        assertThatThrownBy(() -> new BreakerRules(0, 1, 0.5, 100, 1, 1, 0)).hasMessageContaining("consecutiveFailures");
        assertThatThrownBy(() -> new BreakerRules(1, 1, 0, 100, 1, 1, 0)).hasMessageContaining("failureShare");
        assertThatThrownBy(() -> new BreakerRules(1, 1, 0.5, 9, 1, 1, 0)).hasMessageContaining("windowNanos");
        assertThatThrownBy(() -> new BreakerRules(1, 1, 0.5, 100, 2, 1, 0)).hasMessageContaining("pauses");
    }

    private Standing standing() {
        return health.standing(now);
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            health.failed(health.sent(now), now);
        }
    }

    private void succeed() {
        health.succeeded(health.sent(now), now);
    }
}
