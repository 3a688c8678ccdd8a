package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = -5 * SECOND; // its origin is arbitrary

    @Test
    void aStream_mustBeginBeforeItsDeadline_whoeverHasIt() {
        Patience patience = new Patience(10_000, true, NOW);
        patience.sent(NOW + SECOND);
        patience.lost(NOW + 2 * SECOND);
        assertThat(patience.remainingMillis(NOW + 2 * SECOND)).isEqualTo(8_000);
        assertThat(patience.isOver(NOW + 10 * SECOND - 1)).isFalse();
        assertThat(patience.isOver(NOW + 10 * SECOND)).isTrue();
        assertThat(patience.remainingMillis(NOW + 20 * SECOND)).isEqualTo(1);
        patience.again(NOW + 9 * SECOND);
        assertThat(patience.isOver(NOW + 18 * SECOND)).isFalse();
    }

    @Test
    void aWholeAnswer_hasTime_whileAWorkerHasIt() {
        Patience patience = new Patience(10_000, false, NOW);
        patience.sent(NOW + SECOND);
        assertThat(patience.isOver(NOW + TimeUnit.MINUTES.toNanos(59))).isFalse();
        assertThat(patience.isOver(NOW + TimeUnit.MINUTES.toNanos(61))).isTrue();
        patience.lost(NOW + 30 * SECOND);
        assertThat(patience.isOver(NOW + 39 * SECOND)).isFalse();
        assertThat(patience.isOver(NOW + 40 * SECOND)).isTrue();
    }
}
