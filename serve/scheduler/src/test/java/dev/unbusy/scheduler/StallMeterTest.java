package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StallMeterTest {
    private static final long MINUTE = 60_000_000_000L;

    @Test
    void withoutTokens_nothingStalls() {
        StallMeter meter = new StallMeter(MINUTE);
        assertThat(meter.worstNanos(5)).isZero();
        assertThat(meter.quantileNanos(5, 0.99)).isZero();
    }

    @Test
    void tokensNobodyDelayed_countToo() {
        StallMeter meter = new StallMeter(MINUTE);
        for (int i = 0; i < 199; i++) {
            meter.record(i, 0);
        }
        meter.record(200, 90_000_000);
        assertThat(meter.quantileNanos(200, 0.99)).isZero();
        assertThat(meter.worstNanos(200)).isEqualTo(90_000_000);
    }

    @Property(tries = 100)
    void quantiles_areAtMostFivePercentAboveTheExactOnes(@ForAll long seed) {
        Random random = new Random(seed);
        StallMeter meter = new StallMeter(MINUTE);
        long[] stalls = new long[1 + random.nextInt(500)];
        for (int i = 0; i < stalls.length; i++) {
            stalls[i] = (long) (1e5 * Math.exp(12 * random.nextDouble()));
            meter.record(i, stalls[i]);
        }
        Arrays.sort(stalls);
        for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
            long exact = stalls[(int) Math.ceil(share * stalls.length) - 1];
            assertThat(meter.quantileNanos(0, share)).isBetween(exact, exact + exact / 19);
        }
        assertThat(meter.worstNanos(0)).isEqualTo(stalls[stalls.length - 1]);
    }

    @Test
    void whatIsOlderThanTwoWindows_isForgottenAndWhatIsYoungerThanOneIsNot() {
        StallMeter meter = new StallMeter(MINUTE);
        meter.record(0, 300_000_000);
        meter.record(MINUTE - 1, 100_000_000);
        assertThat(meter.worstNanos(MINUTE + 5)).isEqualTo(300_000_000);
        meter.record(2 * MINUTE - 1, 50_000_000);
        assertThat(meter.worstNanos(2 * MINUTE + 1)).isEqualTo(50_000_000);
        assertThat(meter.worstNanos(9 * MINUTE)).isZero();
        assertThat(meter.quantileNanos(9 * MINUTE, 1)).isZero();
    }
}
