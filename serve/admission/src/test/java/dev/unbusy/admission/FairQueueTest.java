package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long FAR = 1_000_000 * SECOND;
    private static final List<Job.Level> LEVELS = List.of(Job.Level.values());

    private final FairQueue<String> queue = new FairQueue<>();
    private long arrivals;

    private Job<String> job(String tenant, Job.Level level, long deadline, long cost) {
        return new Job<>(tenant + ++arrivals, arrivals, tenant, 1, level, deadline, cost, arrivals, false);
    }

    private Job<String> queued(String tenant, Job.Level level, long deadline, long cost) {
        Job<String> job = job(tenant, level, deadline, cost);
        assertThat(queue.offer(job, 0)).isInstanceOf(Offer.Queued.class);
        return job;
    }

    private String next() {
        return Objects.requireNonNull(queue.poll(tenant -> false, job -> true, 0))
                .who();
    }

    @Property(tries = 300)
    void betweenTenantsThatWait_servedCostPerWeightDiffers_byNoMoreThanTheirLargestJobs(@ForAll long seed) {
        Random random = new Random(seed);
        FairQueue<Integer> subject = new FairQueue<>();
        subject.workers(1, 0);
        int tenants = 2 + random.nextInt(5);
        double[] weights = random.doubles(tenants, 0.5, 4).toArray();
        double[] served = new double[tenants];
        double[] largest = new double[tenants];
        long arrival = 0;
        for (int tenant = 0; tenant < tenants; tenant++) {
            for (int i = 0; i < 60; i++) {
                long cost = 1L + random.nextInt(1_000_000);
                largest[tenant] = Math.max(largest[tenant], cost / weights[tenant]);
                subject.offer(
                        new Job<>(
                                tenant,
                                ++arrival,
                                "t" + tenant,
                                weights[tenant],
                                Job.Level.NORMAL,
                                FAR,
                                cost,
                                0,
                                false),
                        0);
            }
        }
        // While all of them wait: the one that is served first runs out after 60 at the earliest.
        for (int i = 0; i < 60; i++) {
            Job<Integer> job = Objects.requireNonNull(subject.poll(tenant -> false, any -> true, i));
            served[job.who()] += job.costNanos() / weights[job.who()];
            for (int a = 0; a < tenants; a++) {
                for (int b = 0; b < tenants; b++) {
                    assertThat(served[a] - served[b]).isLessThanOrEqualTo(largest[a] + largest[b] + 1e-3);
                }
            }
        }
    }

    @Test
    void aHeavyJob_liftsItselfOnly_andNotWhatElseItsTenantHas() {
        FairQueue<Integer> subject = new FairQueue<>();
        for (int i = 0; i < 20; i++) {
            for (String tenant : List.of("a", "b")) {
                subject.offer(
                        new Job<>(
                                i,
                                2L * i + (tenant.equals("a") ? 0 : 1),
                                tenant,
                                1,
                                Job.Level.NORMAL,
                                FAR,
                                SECOND,
                                0,
                                false),
                        0);
            }
        }
        subject.offer(new Job<>(99, 99, "a", 50, Job.Level.NORMAL, FAR, SECOND, 0, false), 0);
        int ofA = 0;
        for (int i = 0; i < 20; i++) {
            ofA += Objects.requireNonNull(subject.poll(tenant -> false, any -> true, 0))
                            .tenant()
                            .equals("a")
                    ? 1
                    : 0;
        }
        assertThat(ofA).isBetween(9, 11);
    }

    @Property(tries = 300)
    void noJobIsLost_noneIsServedTwice_andWhoHasLeftIsNotServed(@ForAll long seed) {
        Random random = new Random(seed);
        FairQueue<Long> subject = new FairQueue<>();
        Set<Long> waiting = new HashSet<>();
        Map<Long, Job<Long>> all = new HashMap<>();
        long now = 0;
        for (int i = 0; i < 400; i++) {
            now += random.nextInt(50_000_000);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3, 4 -> {
                    Job<Long> job = new Job<>(
                            (long) i,
                            i,
                            "t" + random.nextInt(4),
                            1 + random.nextInt(3),
                            LEVELS.get(random.nextInt(3)),
                            now + random.nextInt(20) * SECOND,
                            1L + random.nextInt(300_000_000),
                            random.nextInt(50),
                            random.nextInt(10) == 0);
                    if (subject.offer(job, now) instanceof Offer.Queued(Place place)) {
                        waiting.add((long) i);
                        all.put((long) i, job);
                        assertThat(place.position()).isBetween(1, waiting.size());
                    } else {
                        assertThat(job.returning())
                                .as("one that returns is never refused")
                                .isFalse();
                    }
                }
                case 5, 6, 7 -> {
                    boolean odd = random.nextBoolean();
                    Job<Long> job = subject.poll(tenant -> false, one -> !odd || one.who() % 2 == 1, now);
                    if (job != null) {
                        assertThat(waiting.remove(job.who())).isTrue();
                        subject.ended(job.arrival(), now);
                        subject.settled(job.tenant(), job.weight(), job.costNanos(), (long)
                                (job.costNanos() * random.nextDouble() * 2));
                    } else {
                        assertThat(waiting).noneMatch(who -> !odd || who % 2 == 1);
                    }
                }
                case 8 -> {
                    long who = random.nextInt(i + 1);
                    assertThat(subject.remove(who)).isEqualTo(waiting.remove(who));
                }
                default -> subject.workers(random.nextInt(3), now);
            }
            assertThat(subject.size()).isEqualTo(waiting.size());
        }
        long cost = waiting.stream()
                .map(all::get)
                .filter(one -> !one.returning())
                .mapToLong(Job::costNanos)
                .sum();
        assertThat(subject.waitingCostNanos()).isEqualTo(cost);
    }

    @Test
    void aTenantsJobs_goByClassThenDeadlineThenArrival_andItsClassesMoveNobodyElse() {
        queued("a", Job.Level.NORMAL, FAR, 10);
        queued("a", Job.Level.NORMAL, FAR - 1, 10);
        queued("a", Job.Level.INTERACTIVE, FAR, 10);
        queued("b", Job.Level.NORMAL, FAR, 10);
        queued("b", Job.Level.NORMAL, FAR, 10);
        List<String> order = List.of(next(), next(), next(), next(), next());
        assertThat(order.stream().filter(who -> who.startsWith("a"))).containsExactly("a3", "a2", "a1");
        assertThat(order.stream().map(who -> who.charAt(0))).containsExactly('a', 'b', 'a', 'b', 'a');
    }

    @Test
    void batchJobs_waitForAllOthers_butGetASixteenth() {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            queued("a", Job.Level.NORMAL, FAR, 15);
        }
        for (int i = 0; i < 10; i++) {
            queued("b", Job.Level.BATCH, FAR, 15);
        }
        for (int i = 0; i < 74; i++) {
            order.add(next());
        }
        assertThat(order.subList(0, 64).stream().filter(who -> who.startsWith("b")))
                .hasSize(4);
        assertThat(order.get(0)).startsWith("a");
    }

    @Test
    void idleness_earnsABurst_andNoMore() {
        queue.workers(1, 0);
        for (int i = 0; i < 200; i++) {
            queued("flood", Job.Level.NORMAL, FAR, SECOND);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(next()).startsWith("flood");
        }
        for (int i = 0; i < 50; i++) {
            queued("late", Job.Level.NORMAL, FAR, SECOND);
        }
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            order.add(next());
        }
        assertThat(order.stream().filter(who -> who.startsWith("late")).count())
                .as("half of them and a burst, not the hundred that the other had before")
                .isBetween(15L, 20L);
    }

    @Test
    void aJobThatLostItsWorker_goesFirst_andIsNeverRefused() {
        queue.workers(1, 0);
        queued("a", Job.Level.INTERACTIVE, FAR, SECOND);
        Job<String> back = new Job<>("back", 0, "a", 1, Job.Level.BATCH, 1, 1_000 * SECOND, 7, true);
        assertThat(queue.offer(back, 5 * SECOND)).isInstanceOf(Offer.Queued.class);
        assertThat(next()).isEqualTo("back");
    }

    @Test
    void whatWouldStartTooLate_isRefusedAtOnce_withATimeThatHolds() {
        queue.workers(1, 0);
        for (int i = 0; i < 60; i++) {
            queued("a", Job.Level.INTERACTIVE, FAR, SECOND);
        }
        Job<String> hasty = job("a", Job.Level.NORMAL, 10 * SECOND, SECOND);
        Offer.Refused refused = (Offer.Refused) queue.offer(hasty, 0);
        assertThat(refused.expectedWaitNanos()).isBetween(60 * SECOND, 63 * SECOND);
        assertThat(refused.retryNanos()).isBetween(50 * SECOND, 70 * SECOND);
        assertThat(queue.size()).isEqualTo(60);

        Job<String> other = job("a", Job.Level.NORMAL, 10 * SECOND, SECOND);
        Offer.Refused later = (Offer.Refused) queue.offer(other, 0);
        assertThat(later.retryNanos()).as("behind the one that was promised").isGreaterThan(refused.retryNanos());

        long now = 0;
        while (now < refused.retryNanos()) {
            now += SECOND;
            Job<String> job = queue.poll(tenant -> false, any -> true, now);
            if (job != null) {
                queue.ended(job.arrival(), now + SECOND);
            }
        }
        Job<String> again = new Job<>(
                "again", 1_000, "a", 1, Job.Level.NORMAL, now + 10 * SECOND, SECOND, hasty.fingerprint(), false);
        assertThat(queue.offer(again, now)).isInstanceOf(Offer.Queued.class);
    }

    @Test
    void aLongAnswerOnAWorkerWithOneSlot_doesNotLookLikeAWorkerThatDoesNothing() {
        queue.workers(1, 0);
        queued("a", Job.Level.NORMAL, FAR, 30 * SECOND);
        next();
        for (int i = 0; i < 4; i++) {
            queued("a", Job.Level.NORMAL, FAR, 3 * SECOND);
        }
        Job<String> last = queued("b", Job.Level.NORMAL, FAR, 3 * SECOND);
        assertThat(queue.place(last.arrival(), SECOND).waitNanos().orElseThrow())
                .isBetween(29 * SECOND, 50 * SECOND);
        assertThat(queue.place(last.arrival(), 29 * SECOND).waitNanos().orElseThrow())
                .isBetween(SECOND, 25 * SECOND);
        assertThat(queue.drainRate()).isBetween(0.9, 1.1);
        // It was to have ended long ago: costs are too low.
        queue.place(last.arrival(), 120 * SECOND);
        assertThat(queue.drainRate()).isLessThan(0.2);
    }

    @Test
    void whatRanWhileNothingWaited_doesNotMakeTheQueueFaster() {
        queue.workers(1, 0);
        queue.charge(1_000, "a", 1, 40 * SECOND, 0);
        queue.workers(1, 20 * SECOND);
        Job<String> job = job("a", Job.Level.NORMAL, FAR, SECOND);
        queue.offer(job, 20 * SECOND);
        queue.ended(1_000, 25 * SECOND);
        assertThat(queue.drainRate())
                .as("a fifth of what was left, not all of it")
                .isBetween(1.0, 1.6);
    }

    @Test
    void aPromiseThatNobodyRedeems_lapses() {
        PromiseBook book = new PromiseBook();
        book.add(1, 0, 20 * SECOND, 5, 1);
        book.add(1, 0, 30 * SECOND, 7, 1);
        book.add(0, 0, 30 * SECOND, 7, 1);
        assertThat(book.costNanos())
                .as("without a fingerprint there is nobody to know again")
                .isEqualTo(12);
        assertThat(book.costBefore(Objects.requireNonNull(book.find(1)))).isZero();
        book.tidy(29 * SECOND);
        assertThat(book.costNanos()).isEqualTo(12);
        book.tidy(30 * SECOND);
        assertThat(book.costNanos()).isEqualTo(7);
        book.remove(Objects.requireNonNull(book.find(1)));
        assertThat(book.isEmpty()).isTrue();
        assertThat(book.find(1)).isNull();
        for (int i = 1; i < PromiseBook.MOST + 100; i++) {
            book.add(i, 0, SECOND, 1, 1);
        }
        assertThat(book.costNanos()).isEqualTo(PromiseBook.MOST);
    }

    @Test
    void notMoreIsPromisedForOneTime_thanIsServedInIt() {
        PromiseBook book = new PromiseBook();
        List<Long> waits = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            waits.add(book.add(i, 0, 100 * SECOND, SECOND, 0.5));
        }
        assertThat(waits).allMatch(wait -> wait >= 100 * SECOND).isSorted();
        assertThat(waits.get(99)).as("one each two seconds").isBetween(296 * SECOND, 300 * SECOND);
        book.remove(Objects.requireNonNull(book.find(50)));
        assertThat(book.add(101, 0, 100 * SECOND, SECOND, 0.5)).isEqualTo(waits.get(49));
        assertThat(book.add(102, 0, 150 * SECOND, 100 * SECOND, 0.5))
                .as("more than a piece of time has")
                .isBetween(298 * SECOND, 302 * SECOND);
    }

    @Test
    void withoutAWorker_nobodyKnowsTheWait_andNobodyIsRefusedForIt() {
        queue.workers(0, 0);
        for (int i = 0; i < 100; i++) {
            Offer offer = queue.offer(job("a", Job.Level.NORMAL, SECOND, SECOND), 0);
            assertThat(((Offer.Queued) offer).place().waitNanos()).isEmpty();
        }
        queue.workers(2, SECOND);
        assertThat(queue.place(50, SECOND).position()).isBetween(49, 51);
        assertThat(queue.place(50, SECOND).waitNanos().orElseThrow()).isBetween(20 * SECOND, 30 * SECOND);
    }

    @Test
    void aJobWithoutCostOrWeight_isAMistake() {
        assertThatThrownBy(() -> new Job<>("x", 1, "t", 0, Job.Level.NORMAL, 1, 1, 1, false))
                .hasMessageContaining("weight");
        assertThatThrownBy(() -> new Job<>("x", 1, "t", 1, Job.Level.NORMAL, 1, 0, 1, false))
                .hasMessageContaining("cost");
    }
}
