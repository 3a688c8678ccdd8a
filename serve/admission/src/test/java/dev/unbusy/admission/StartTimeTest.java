package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StartTimeTest {
    private static final long SECOND = 1_000_000_000L;

    @Property(tries = 200)
    void coversNearlyAll_andNotFarMore(@ForAll long seed) {
        Random random = new Random(seed);
        StartTime start = new StartTime();
        int covered = 0;
        double kept = 0;
        for (int i = 0; i < 2_000; i++) {
            long next = (long) (SECOND * 0.05 - Math.log(1 - random.nextDouble()) * 0.2 * SECOND);
            if (i >= 100) {
                covered += next <= start.nanos() ? 1 : 0;
                kept += start.nanos();
            }
            start.took(next);
        }
        assertThat(covered / 1_900.0).isBetween(0.9, 0.99);
        assertThat(kept / 1_900).isLessThan(1.0 * SECOND);
    }

    @Test
    void followsTheLoad() {
        StartTime start = new StartTime();
        assertThat(start.nanos()).as("nobody knows").isZero();
        start.took(SECOND);
        assertThat(start.nanos()).isBetween(SECOND, 3 * SECOND);
        for (int i = 0; i < 100; i++) {
            start.took(SECOND / 10);
        }
        assertThat(start.nanos()).isLessThan(SECOND / 5);
        for (int i = 0; i < 30; i++) {
            start.took(2 * SECOND);
        }
        assertThat(start.nanos()).isGreaterThan(2 * SECOND);
    }
}
