package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One flooding tenant and ten quiet ones, offered three and ten times what the workers can do; in virtual time. */
class OverloadTest {
    private static final int SEEDS = 6;
    private static final int QUIET = 10;
    private static final double QUIET_LOAD = 0.05;
    private static final long FLOOD_FROM = 30 * Overload.SECOND;
    private static final long UNTIL = 300 * Overload.SECOND;
    private static final int WORKERS = 2;
    private static final int SLOTS = 8;

    private static Overload world(long seed, double load, double comesBack, long patienceSeconds) {
        Overload world = new Overload(seed, WORKERS, SLOTS).with(Overload.Way.QUEUE_ALONE); // the queue alone
        long patience = patienceSeconds * Overload.SECOND;
        for (int tenant = 1; tenant <= QUIET; tenant++) {
            world.tenant(tenant, QUIET_LOAD, 1, patience, 1, 0, UNTIL);
        }
        if (load > 0) {
            world.tenant(0, load - QUIET * QUIET_LOAD, 1, patience, comesBack, FLOOD_FROM, UNTIL);
        }
        world.run();
        return world;
    }

    @ParameterizedTest
    @CsvSource({"3, 0.5, 5", "3, 0.5, 30", "10, 0.5, 5", "10, 0.5, 30", "3, 1, 5", "3, 1, 30", "10, 1, 5", "10, 1, 30"})
    void clientsThatComeBackWhenTold_areAdmitted_andWhatIsAdmittedStartsInTime(
            double load, double comesBack, long patienceSeconds) {
        int told = 0;
        int admittedThen = 0;
        int admitted = 0;
        int expired = 0;
        double served = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            for (Overload.Request request : world(seed, load, comesBack, patienceSeconds).requests) {
                if (request.refusals > 0 && request.comesBack) {
                    told++;
                    admittedThen += request.refusals == 1 ? 1 : 0;
                }
                admitted += request.startedNanos >= 0 || request.expired ? 1 : 0;
                expired += request.expired ? 1 : 0;
                assertThat(request.startedNanos >= 0 || request.expired || request.gaveUp)
                        .as("every request has an end")
                        .isTrue();
                served += request.startedNanos >= FLOOD_FROM && request.startedNanos < UNTIL ? request.actualNanos : 0;
            }
        }
        assertThat(told).isGreaterThan(10_000);
        assertThat((double) admittedThen / told).isGreaterThan(0.99);
        assertThat((double) expired / admitted).isLessThan(0.01);
        assertThat(served / SEEDS / WORKERS / (UNTIL - FLOOD_FROM))
                .as("share of what the workers could do")
                .isGreaterThan(0.98);
    }

    @ParameterizedTest
    @CsvSource({"3, 0", "3, 1", "10, 0", "10, 1"})
    void quietTenants_areNotRefusedForTheFlood_andWaitAboutForASlot(double load, double comesBack) {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<Long> waits = new ArrayList<>();
            for (Overload.Request request : world(seed, load, comesBack, 30).requests) {
                if (request.tenant != 0) {
                    assertThat(request.refusals).as("seed " + seed).isZero();
                    assertThat(request.startedNanos).isPositive();
                    waits.add(request.waitedNanos());
                }
            }
            // A slot becomes free 8 times a second; all ten together hold half of them.
            assertThat(Overload.percentile(waits, 0.5)).isLessThan(0.35 * Overload.SECOND);
            assertThat(Overload.percentile(waits, 0.99)).isLessThan(2.0 * Overload.SECOND);
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 0.25", "10, 1, 0.25"}) // of the wait, and of the two seconds for which a job has its slot
    void waitsComeTrue(double load, double comesBack, double medianError) {
        List<Long> errors = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            for (Overload.Request request : world(seed, load, comesBack, 30).requests) {
                if (request.expectedNanos > Overload.SECOND && request.startedNanos >= 0) {
                    double wait = Math.max(2.0 * Overload.SECOND, (double) request.waitedNanos());
                    errors.add(Math.round(1e6 * Math.abs(request.expectedNanos - wait) / wait));
                }
            }
        }
        assertThat(errors.size()).isGreaterThan(1_000);
        assertThat(Overload.percentile(errors, 0.5) / 1e6).isLessThan(medianError);
    }
}
