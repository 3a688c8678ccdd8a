package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.admission.Price;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OutstandingWorkTest {
    @Property
    void totals_areTheSumOverUnreleasedLeases_inEverySchedule(
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 99) Integer> steps, @ForAll long seed) {
        Random random = new Random(seed);
        OutstandingWork work = new OutstandingWork();
        List<OutstandingWork.Lease> leases = new ArrayList<>();
        for (int step : steps) {
            if (step < 40 || leases.isEmpty()) {
                leases.add(work.take(price(random.nextInt(5_000), random.nextInt(2_000))));
            } else {
                // Released ones are taken too: progress and a second release after the end must change nothing.
                OutstandingWork.Lease lease = leases.get(random.nextInt(leases.size()));
                if (step < 60) {
                    lease.prefilled();
                } else if (step < 80) {
                    lease.produced(random.nextInt(300));
                } else {
                    lease.release();
                }
            }
            assertThat(work.nanos())
                    .isEqualTo(leases.stream()
                            .mapToLong(OutstandingWork.Lease::remaining)
                            .sum());
            assertThat(work.requests()).isEqualTo((int)
                    leases.stream().filter(lease -> lease.remaining() > 0).count());
        }
        leases.forEach(OutstandingWork.Lease::release);
        assertThat(work.nanos()).isZero();
        assertThat(work.requests()).isZero();
    }

    @Property
    void progress_reducesTheLease_butAnUnfinishedAnswerAlwaysCounts(
            @ForAll @LongRange(min = 0, max = 100_000) long prompt,
            @ForAll @LongRange(min = 1, max = 4_000) long output,
            @ForAll @Size(max = 50) List<@LongRange(min = 0, max = 500) Long> tokens) {
        OutstandingWork.Lease lease = new OutstandingWork().take(price(prompt, output));
        long before = lease.remaining();
        for (long n : tokens) {
            lease.produced(n);
            assertThat(lease.remaining())
                    .isLessThanOrEqualTo(before)
                    .isGreaterThanOrEqualTo(OutstandingWork.Lease.LEAST_TOKENS * 4);
            before = lease.remaining();
        }
    }

    @Test
    void firstOutput_releasesThePromptsShareOnce() {
        OutstandingWork work = new OutstandingWork();
        OutstandingWork.Lease lease = work.take(price(4_000, 200));
        assertThat(work.nanos()).isEqualTo(4_800);
        lease.prefilled();
        lease.produced(50);
        assertThat(work.nanos()).isEqualTo(600);
    }

    @Test
    void release_fromManyThreads_countsOnce() throws InterruptedException {
        OutstandingWork work = new OutstandingWork();
        for (int round = 0; round < 200; round++) {
            OutstandingWork.Lease lease = work.take(price(100, 100));
            AtomicInteger released = new AtomicInteger();
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        start.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    lease.produced(1);
                    if (lease.release()) {
                        released.incrementAndGet();
                    }
                }));
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(released).hasValue(1);
            assertThat(work.nanos()).isZero();
            assertThat(work.requests()).isZero();
        }
    }

    /** A token of the prompt takes a nanosecond, one of the answer four. */
    private static Price price(long promptTokens, long outputTokens) {
        return new Price(promptTokens, outputTokens, promptTokens, 4 * outputTokens);
    }
}
