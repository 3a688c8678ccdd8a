package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long MINUTE = 60_000_000_000L;

    @Test
    void bucket_refillsEvenly_upToAMinutesWorth() {
        TokenBucket bucket = new TokenBucket(600, 0);
        bucket.take(600);
        bucket.advance(MINUTE / 600 - 1);
        assertThat(bucket.level()).isZero();
        bucket.advance(MINUTE / 600);
        assertThat(bucket.level()).isEqualTo(1);
        bucket.advance(MINUTE - 1_000);
        assertThat(bucket.level()).isEqualTo(599);
        bucket.advance(MINUTE);
        assertThat(bucket.level()).isEqualTo(600);
        bucket.advance(100 * MINUTE);
        assertThat(bucket.level()).isEqualTo(600);
    }

    /** However often it is looked at, also by clocks that are behind, it is as if it had been looked at once. */
    @Property
    void refill_losesAndMintsNothing_byBeingLookedAt(
            @ForAll @LongRange(min = 1, max = Limits.MOST_PER_MINUTE) long perMinute, @ForAll long seed) {
        Random random = new Random(seed);
        long now = random.nextLong(); // nanoTime has any origin, and may wrap
        TokenBucket looked = new TokenBucket(perMinute, now);
        TokenBucket once = new TokenBucket(perMinute, now);
        looked.take(3 * perMinute);
        once.take(3 * perMinute);
        for (int i = 0; i < 200; i++) {
            now += random.nextLong(MINUTE / 100);
            looked.advance(now);
            looked.advance(now - random.nextLong(20_000));
        }
        once.advance(now);
        assertThat(looked.level()).isEqualTo(once.level());
        assertThat(looked.waitNanos(perMinute, now)).isEqualTo(once.waitNanos(perMinute, now));
    }

    @Property
    void wait_isOver_atThatNanosecondAndNotBefore(
            @ForAll @LongRange(min = 1, max = Limits.MOST_PER_MINUTE) long perMinute, @ForAll long seed) {
        Random random = new Random(seed);
        long now = random.nextLong();
        TokenBucket bucket = new TokenBucket(perMinute, now);
        long taken = random.nextLong(3 * perMinute) + 1;
        bucket.take(taken);
        now += random.nextLong(MINUTE);
        bucket.advance(now);
        long asked = 1 + random.nextLong(perMinute);
        long wait = bucket.waitNanos(asked, now);
        if (wait == 0) {
            assertThat(bucket.level()).isGreaterThanOrEqualTo(asked);
            return;
        }
        bucket.advance(now + wait - 1);
        assertThat(bucket.level()).isLessThan(asked);
        assertThat(bucket.waitNanos(asked, now + wait - 1)).isEqualTo(1);
        bucket.advance(now + wait);
        assertThat(bucket.level()).isGreaterThanOrEqualTo(asked);
        assertThat(bucket.waitNanos(asked, now + wait)).isZero();
    }

    @Test
    void wait_ofAThreadWhoseClockIsBehind_countsFromItsOwnTime() {
        TokenBucket bucket = new TokenBucket(60, 0);
        bucket.advance(5_000);
        bucket.take(60);
        bucket.advance(1_000);
        assertThat(bucket.waitNanos(1, 1_000)).isEqualTo(1_000_000_000 + 4_000);
    }

    @Test
    void moreThanTheBucketHolds_waitsForAFullOne_andIsPaidOffAfterwards() {
        TokenBucket bucket = new TokenBucket(1_000, 0);
        bucket.take(1);
        assertThat(bucket.waitNanos(5_000, 0)).isEqualTo(MINUTE / 1_000);
        bucket.advance(MINUTE / 1_000);
        assertThat(bucket.waitNanos(5_000, MINUTE / 1_000)).isZero();
        bucket.take(5_000);
        assertThat(bucket.level()).isEqualTo(-4_000);
        assertThat(bucket.waitNanos(1_000, MINUTE / 1_000)).isEqualTo(5 * MINUTE);
    }

    @Test
    void endlessDebt_isTold_asALongWait() {
        TokenBucket bucket = new TokenBucket(1, 0);
        bucket.end(0, Quota.MOST_TOKENS);
        assertThat(bucket.waitNanos(1, 0)).isEqualTo(100_000_000 * MINUTE);
        bucket.advance(MINUTE);
        assertThat(bucket.level()).isEqualTo(2 - Quota.MOST_TOKENS);
    }

    @Test
    void anotherRate_movesTheLevelByTheDifference() {
        TokenBucket bucket = new TokenBucket(1_000, 0);
        bucket.take(600);
        bucket.changeRate(5_000);
        assertThat(bucket.level()).isEqualTo(4_400);
        bucket.changeRate(1_000);
        assertThat(bucket.level()).isEqualTo(400);
        bucket.end(600, 100);
        assertThat(bucket.level()).isEqualTo(900);
        bucket.changeRate(0);
        assertThat(bucket.waitNanos(1_000_000, 0)).isZero();
        bucket.take(50);
        bucket.changeRate(70);
        assertThat(bucket.level()).isEqualTo(20);
    }

    @Test
    void aMuchLowerRate_doesNotTurnFormerUseIntoDebt_butOpenReservations() {
        TokenBucket bucket = new TokenBucket(1_000_000, 0);
        bucket.take(900_000);
        bucket.end(900_000, 900_000);
        bucket.take(5_000);
        bucket.changeRate(1_000);
        assertThat(bucket.level()).isEqualTo(-5_000);
        bucket.end(5_000, 200);
        assertThat(bucket.level()).isEqualTo(-200);
    }
}
