package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
                leases.add(work.take(new WorkEstimate(random.nextInt(5_000), random.nextInt(2_000))));
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
            assertThat(work.tokens())
                    .isEqualTo(leases.stream()
                            .mapToLong(OutstandingWork.Lease::remaining)
                            .sum());
            assertThat(work.requests()).isEqualTo((int)
                    leases.stream().filter(lease -> lease.remaining() > 0).count());
        }
        leases.forEach(OutstandingWork.Lease::release);
        assertThat(work.tokens()).isZero();
        assertThat(work.requests()).isZero();
    }

    @Property
    void progress_reducesTheLease_butAnUnfinishedAnswerAlwaysCounts(
            @ForAll @LongRange(min = 0, max = 100_000) long prompt,
            @ForAll @LongRange(min = 0, max = 4_000) long output,
            @ForAll @Size(max = 50) List<@LongRange(min = 0, max = 500) Long> tokens) {
        OutstandingWork.Lease lease = new OutstandingWork().take(new WorkEstimate(prompt, output));
        long before = lease.remaining();
        for (long n : tokens) {
            lease.produced(n);
            assertThat(lease.remaining())
                    .isLessThanOrEqualTo(before)
                    .isGreaterThanOrEqualTo(OutstandingWork.Lease.LEAST_WHILE_RUNNING);
            before = lease.remaining();
        }
    }

    @Test
    void firstOutput_releasesThePromptsShareOnce() {
        OutstandingWork work = new OutstandingWork();
        OutstandingWork.Lease lease = work.take(new WorkEstimate(4_000, 200));
        assertThat(work.tokens()).isEqualTo(1_200);
        lease.prefilled();
        lease.produced(50);
        assertThat(work.tokens()).isEqualTo(150);
    }

    @Test
    void release_fromManyThreads_countsOnce() throws InterruptedException {
        OutstandingWork work = new OutstandingWork();
        for (int round = 0; round < 200; round++) {
            OutstandingWork.Lease lease = work.take(new WorkEstimate(100, 100));
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
            assertThat(work.tokens()).isZero();
            assertThat(work.requests()).isZero();
        }
    }

    @Test
    void estimates_fromBytes_takeTheSmallerOfBoundAndUsualLength() {
        assertThat(WorkEstimate.ofBytes(4_001, 16, 256)).isEqualTo(new WorkEstimate(1_001, 16));
        assertThat(WorkEstimate.ofBytes(4_000, 100_000, 256)).isEqualTo(new WorkEstimate(1_000, 256));
        assertThat(WorkEstimate.ofBytes(0, -1, 256)).isEqualTo(new WorkEstimate(0, 256));
        assertThat(new WorkEstimate(0, 0).totalWork()).isEqualTo(1);
        assertThatThrownBy(() -> new WorkEstimate(-1, 0)).hasMessageContaining("-1");
    }
}
