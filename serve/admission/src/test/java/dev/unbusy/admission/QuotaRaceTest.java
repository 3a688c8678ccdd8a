package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many threads at one instant, and what users of other gateways complained about. */
class QuotaRaceTest {
    private static final int THREADS = 1_000;
    private static final Scope KEY = new Scope(Scope.Kind.KEY, "k");

    private final Quota quota = new Quota();

    @ParameterizedTest
    @CsvSource({"137, 0, 0, 137", "0, 50000, 0, 500", "0, 50099, 0, 500", "0, 0, 64, 64", "400, 30000, 301, 300"})
    void aThousandThreadsAtOneInstant_getExactlyWhatTheLimitAllows(
            long requests, long tokens, int concurrency, int expected) throws InterruptedException {
        List<ScopedLimits> scopes = List.of(
                new ScopedLimits(KEY, new Limits(requests, tokens, concurrency)),
                new ScopedLimits(new Scope(Scope.Kind.TENANT, "t"), new Limits(900, 0, 0)));
        AtomicInteger granted = new AtomicInteger();
        atOnce(_ -> {
            if (quota.reserve(scopes, 100, 7) instanceof QuotaAnswer.Granted) {
                granted.incrementAndGet();
            }
        });
        assertThat(granted).hasValue(expected);
        RateLimitState.Window tenant = quota.state(scopes.subList(1, 2), 7).requests();
        assertThat(Objects.requireNonNull(tenant).remaining()).isEqualTo(900 - expected);
    }

    @Test
    void threadsWhoseClocksDiffer_doNotMintTokens() throws InterruptedException {
        long perMinute = 60_000_000; // one each microsecond
        List<ScopedLimits> scopes = List.of(new ScopedLimits(KEY, new Limits(0, perMinute, 0)));
        AtomicInteger granted = new AtomicInteger();
        atOnce(i -> {
            for (int round = 0; round < 200; round++) {
                long skewed = i * 7_919L % 5_000; // 5 µs
                if (quota.reserve(scopes, perMinute / 1_000, skewed) instanceof QuotaAnswer.Granted) {
                    granted.incrementAndGet();
                }
            }
        });
        assertThat(granted).hasValue(1_000);
        long remaining =
                Objects.requireNonNull(quota.state(scopes, 5_000).tokens()).remaining();
        assertThat(remaining).isBetween(0L, 5L);
    }

    @Test
    void neverMoreRunAtOnceThanAllowed_whileReservationsEndInAllWaysAtTheSameTime() throws InterruptedException {
        List<ScopedLimits> scopes = List.of(new ScopedLimits(KEY, new Limits(1_000_000, 100_000_000, 10)));
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger granted = new AtomicInteger();
        AtomicInteger settled = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        AtomicReference<Reservation> shared = new AtomicReference<>();
        atOnce(i -> {
            for (int round = 0; round < 20; round++) {
                List<Reservation> mine = new ArrayList<>();
                while (quota.reserve(scopes, 100, 0) instanceof QuotaAnswer.Granted(Reservation reservation)) {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    mine.add(reservation);
                }
                granted.addAndGet(mine.size());
                for (Reservation reservation : mine) {
                    running.decrementAndGet();
                    // Whoever gets it here ends it at the same time.
                    Reservation other = shared.getAndSet(reservation);
                    if (reservation.cancel(0)) {
                        cancelled.incrementAndGet();
                    }
                    if (other != null && other.settle(30, 0)) {
                        settled.incrementAndGet();
                    }
                    Reservation next = shared.get();
                    if (next != null && next.settle(30, 0)) {
                        settled.incrementAndGet();
                    }
                }
            }
        });
        assertThat(most).hasValue(10);
        assertThat(settled.get() + cancelled.get()).isEqualTo(granted.get());
        RateLimitState state = quota.state(scopes, 0);
        assertThat(Objects.requireNonNull(state.requests()).remaining()).isEqualTo(1_000_000 - settled.get());
        assertThat(Objects.requireNonNull(state.tokens()).remaining()).isEqualTo(100_000_000 - 30L * settled.get());
    }

    /** LiteLLM #18730: tokens were counted when answers ended, so requests at the same time passed a limit six times. */
    @Test
    void requestsAtTheSameTime_doNotPassATokenLimitSixTimes() throws InterruptedException {
        List<ScopedLimits> scopes = List.of(new ScopedLimits(KEY, new Limits(0, 10_000, 0)));
        List<Reservation> running = new ArrayList<>();
        atOnce(i -> {
            if (i < 60 && quota.reserve(scopes, 1_000, 0) instanceof QuotaAnswer.Granted granted) {
                synchronized (running) {
                    running.add(granted.reservation());
                }
            }
        });
        running.forEach(reservation -> reservation.settle(1_000, 0));
        assertThat(running).hasSize(10);
        assertThat(quota.reserve(scopes, 1, 0)).isInstanceOf(QuotaAnswer.Refused.class);
    }

    /** LiteLLM #24677: a limit stopped callers who had used 70 % of it. */
    @Test
    void aLimit_isUsedInFull_thoughEstimatesAreTooHigh() {
        List<ScopedLimits> scopes = List.of(new ScopedLimits(KEY, new Limits(0, 100_000, 0)));
        long used = 0;
        while (quota.reserve(scopes, 1_300, 0) instanceof QuotaAnswer.Granted granted) {
            granted.reservation().settle(1_000, 0);
            used += 1_000;
        }
        assertThat(used).isGreaterThan(100_000 - 1_300);
        assertThat(quota.reserve(scopes, 100_000 - used, 0)).isInstanceOf(QuotaAnswer.Granted.class);
        assertThat(quota.reserve(scopes, 1, 0)).isInstanceOf(QuotaAnswer.Refused.class);
    }

    /** LiteLLM #39309: refused requests used up the quota, so that who tried again was never let in. */
    @Test
    void refusedRequests_useNothing_howeverManyTryAgain() {
        ScopedLimits key = new ScopedLimits(KEY, new Limits(60, 6_000, 0));
        ScopedLimits tenant = new ScopedLimits(new Scope(Scope.Kind.TENANT, "t"), new Limits(1_000, 50_000, 3));
        List<ScopedLimits> scopes = List.of(tenant, key);
        assertThat(quota.reserve(scopes, 6_000, 0)).isInstanceOf(QuotaAnswer.Granted.class);
        RateLimitState before = quota.state(List.of(tenant), 0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(quota.reserve(scopes, 600, i)).isInstanceOf(QuotaAnswer.Refused.class);
        }
        assertThat(quota.state(List.of(tenant), 0)).isEqualTo(before);
        assertThat(quota.reserve(scopes, 600, 6_000_000_000L)).isInstanceOf(QuotaAnswer.Granted.class);
    }

    private static void atOnce(IntConsumer work) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(THREADS);
        CountDownLatch start = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    ready.countDown();
                    start.await();
                    work.accept(number);
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        ready.await();
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }
}
