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
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OutlierDetectorTest {
    private static final long SECOND = 1_000_000_000;
    private static final long MILLI = 1_000_000;

    private final OutlierDetector detector = new OutlierDetector(OutlierRules.usual());
    private long now;

    @Test
    void aWorkerThatFailsFarMoreThanItsPeers_isEjected_andReturnsSlowly() {
        List<WorkerHealth> pool = pool(4);
        pool.forEach(worker -> serve(worker, 12, worker == pool.get(2) ? 4 : 0, 300 * MILLI));
        List<OutlierDetector.Ejection> ejected = detector.look(pool, now);
        assertThat(ejected)
                .containsExactly(new OutlierDetector.Ejection("w2", Reason.OUTLIER_FAILURES, 4.0 / 12, 0, 30 * SECOND));
        assertThat(pool.get(2).standing(now))
                .isEqualTo(new Standing(State.EJECTED, Reason.OUTLIER_FAILURES, false, 0.1, 30 * SECOND));
        now += 30 * SECOND;
        assertThat(pool.get(2).standing(now))
                .extracting(Standing::takesRequests, Standing::warmth)
                .containsExactly(true, 0.1);
        assertThat(detector.look(pool, now)).isEmpty();
    }

    @Test
    void aWorkerFiveTimesSlowerThanItsPeers_isEjected_andOneThreeTimesSlowerIsNot() {
        List<WorkerHealth> pool = pool(4);
        pool.forEach(worker -> serve(worker, 12, 0, worker == pool.get(0) ? 1_500 * MILLI : 500 * MILLI));
        assertThat(detector.look(pool, now)).isEmpty();
        now += 40 * SECOND;
        pool.forEach(worker -> serve(worker, 12, 0, worker == pool.get(0) ? 2_500 * MILLI : 500 * MILLI));
        assertThat(detector.look(pool, now))
                .containsExactly(new OutlierDetector.Ejection(
                        "w0", Reason.OUTLIER_SLOW, 2_500 * MILLI, 500 * MILLI, 30 * SECOND));
    }

    @Test
    void ofTwoWorkers_neitherIsCalledSlow() {
        List<WorkerHealth> pool = pool(2);
        serve(pool.get(0), 20, 0, 100 * MILLI);
        serve(pool.get(1), 20, 0, 90 * SECOND);
        assertThat(detector.look(pool, now)).isEmpty();
    }

    @Test
    void whatAllWorkersDo_isNobodysFault() {
        List<WorkerHealth> pool = pool(5);
        pool.forEach(worker -> serve(worker, 20, 8, 20 * SECOND));
        assertThat(detector.look(pool, now)).isEmpty();
    }

    @Test
    void fewOutcomes_proveNothing() {
        List<WorkerHealth> pool = pool(4);
        pool.forEach(worker -> serve(worker, 9, worker == pool.get(0) ? 4 : 0, 100 * MILLI));
        assertThat(detector.look(pool, now)).isEmpty();
    }

    @Test
    void ejections_growLonger_andShorterAgainWithEachLookInLine() {
        List<WorkerHealth> pool = pool(4);
        for (long seconds : new long[] {30, 60, 90}) {
            assertThat(ejectFirst(pool)).isEqualTo(seconds * SECOND);
        }
        detector.look(pool, now);
        detector.look(pool, now);
        assertThat(ejectFirst(pool)).isEqualTo(60 * SECOND);
        for (int i = 0; i < 12; i++) {
            assertThat(ejectFirst(pool)).isLessThanOrEqualTo(300 * SECOND);
        }
    }

    @Property
    void neverMoreThanHalfOfAPool_getsNoRequestsByEjection(
            @ForAll @IntRange(min = 1, max = 9) int count, @ForAll long seed) {
        Random random = new Random(seed);
        now = 0;
        List<WorkerHealth> pool = pool(count);
        List<WorkerHealth> ill = pool.stream()
                .filter(worker -> worker == pool.getFirst() || random.nextInt(4) == 0)
                .toList();
        int ejections = 0;
        for (int round = 0; round < 30; round++) {
            for (WorkerHealth worker : pool) {
                if (worker.standing(now).takesRequests()) {
                    boolean fails = ill.contains(worker);
                    boolean isSlow = fails && random.nextBoolean();
                    serve(worker, 12, fails ? 4 : 0, isSlow ? 9 * SECOND : 100 * MILLI);
                }
                if (random.nextInt(20) == 0) {
                    breakDown(worker);
                }
            }
            long gone = gone(pool);
            int ejected = detector.look(pool, now).size();
            ejections += ejected;
            assertThat(gone(pool)).isEqualTo(gone + ejected);
            if (ejected > 0) {
                assertThat(gone(pool)).isLessThanOrEqualTo(count / 2);
            }
            now += 10 * SECOND;
        }
        if (2 * ill.size() < count) {
            assertThat(ejections).isPositive();
        }
    }

    @Test
    void rulesOutOfRange_areNamed() {
        assertThatThrownBy(() -> new OutlierRules(0, 0.2, 3, 5, 0, 1, 1)).hasMessageContaining("leastOutcomes");
        assertThatThrownBy(() -> new OutlierRules(1, 0.2, 1, 5, 0, 1, 1)).hasMessageContaining("failureTimes");
        assertThatThrownBy(() -> new OutlierRules(1, 0.2, 3, 5, 0, 2, 1)).hasMessageContaining("ejections");
    }

    /** @return how long */
    private long ejectFirst(List<WorkerHealth> pool) {
        pool.forEach(worker -> serve(worker, 12, worker == pool.get(0) ? 4 : 0, 100 * MILLI));
        List<OutlierDetector.Ejection> ejected = detector.look(pool, now);
        assertThat(ejected).hasSize(1);
        now += ejected.getFirst().nanos();
        return ejected.getFirst().nanos();
    }

    private List<WorkerHealth> pool(int count) {
        List<WorkerHealth> pool = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pool.add(new WorkerHealth("w" + i, BreakerRules.usual(), now));
        }
        return pool;
    }

    /** The failures are spread out, so that no breaker opens. */
    private void serve(WorkerHealth worker, int requests, int failures, long ttftNanos) {
        for (int i = 0; i < requests; i++) {
            long ticket = worker.sent(now);
            worker.firstToken(ticket, ttftNanos, now);
            if (i % 2 == 0 && i / 2 < failures) {
                worker.failed(ticket, now);
            } else {
                worker.succeeded(ticket, now);
            }
        }
    }

    private void breakDown(WorkerHealth worker) {
        while (worker.standing(now).state() == State.CLOSED) {
            worker.failed(worker.sent(now), now);
        }
    }

    private long gone(List<WorkerHealth> pool) {
        return pool.stream()
                .filter(worker -> worker.standing(now).state() != State.CLOSED)
                .count();
    }
}
