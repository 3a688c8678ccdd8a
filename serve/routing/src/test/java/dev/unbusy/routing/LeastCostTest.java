package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.admission.Price;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LeastCostTest {
    private static final RoutingPolicy UNBUSY = RoutingPolicy.named(RoutingPolicy.DEFAULT);
    private static final RoutingPolicy LEAST_WORK = RoutingPolicy.named("least-work");
    private static final RequestFacts REQUEST = new RequestFacts("m", Works.of(4_000, 200));

    @Provide
    Arbitrary<List<WorkerView>> workers() {
        Arbitrary<WorkerView> known = Combinators.combine(
                        Arbitraries.of(true, true, true, false),
                        Arbitraries.longs().between(0, 3_000),
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.integers().between(0, 16),
                        Arbitraries.longs().between(0, 5_000),
                        Arbitraries.of(Double.NaN, 0.0, 0.05, 0.5, 1.0),
                        Arbitraries.integers().between(-1, 30),
                        Arbitraries.of(0.1, 0.5, 1.0))
                .as((ready, tokens, requests, capacity, matched, free, waiting, warmth) ->
                        new WorkerView("w", ready, tokens, requests, capacity, matched, free, waiting, warmth));
        return known.list().ofMaxSize(8);
    }

    @Property
    void whateverIsKnown_choosesAReadyWorker_orSaysWhyNot(
            @ForAll("workers") List<WorkerView> workers, @ForAll long turn) {
        for (RoutingPolicy policy : RoutingPolicy.all()) {
            switch (policy.choose(REQUEST, workers, turn)) {
                case Choice.Chosen chosen ->
                    assertThat(workers.get(chosen.index()).ready()).isTrue();
                case Choice.NoWorker none -> assertThat(workers).noneMatch(WorkerView::ready);
            }
        }
    }

    @Property
    void whereNothingIsKnown_choosesAsLeastWorkDoes(@ForAll("workers") List<WorkerView> workers, @ForAll long turn) {
        List<WorkerView> unknown = workers.stream()
                .map(w -> new WorkerView(w.id(), w.ready(), w.outstandingNanos(), w.outstandingRequests()))
                .toList();
        assertThat(UNBUSY.choose(REQUEST, unknown, turn)).isEqualTo(LEAST_WORK.choose(REQUEST, unknown, turn));
    }

    @Property
    void withEqualMatches_andFreePlaces_choosesAsLeastWorkDoes(
            @ForAll("workers") List<WorkerView> workers,
            @ForAll @IntRange(max = 5_000) int matched,
            @ForAll long turn) {
        List<WorkerView> equal = workers.stream()
                .map(w -> new WorkerView(w.id(), w.ready(), w.outstandingNanos(), w.outstandingRequests())
                        .withCapacity(32)
                        .withMatchedPrefix(matched))
                .toList();
        assertThat(UNBUSY.choose(REQUEST, equal, turn)).isEqualTo(LEAST_WORK.choose(REQUEST, equal, turn));
    }

    @Property
    void whileNothingFinishes_differsByAtMostTheLargestRequestOverTheShare(
            @ForAll @IntRange(min = 1, max = 8) int count, @ForAll boolean capacityKnown, @ForAll long seed) {
        Random random = new Random(seed);
        List<OutstandingWork> loads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            loads.add(new OutstandingWork());
        }
        long largest = 0;
        int favourite = random.nextInt(count);
        for (int turn = 0; turn < 150; turn++) {
            Price work = Works.of(random.nextInt(20_000), 8 + random.nextInt(100));
            largest = Math.max(largest, work.totalNanos());
            List<WorkerView> views = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                // One worker matches nearly always: the worst case for the balance.
                long matched = i == favourite || random.nextInt(4) == 0 ? work.promptTokens() : random.nextInt(500);
                views.add(new WorkerView(
                                "w" + i,
                                true,
                                loads.get(i).nanos(),
                                loads.get(i).requests())
                        .withCapacity(capacityKnown ? 1_000 : 0)
                        .withMatchedPrefix(matched));
            }
            int index = chosen(UNBUSY.choose(new RequestFacts("m", work), views, turn));
            loads.get(index).take(work.afterPrefix(views.get(index).matchedPrefixTokens()));
        }
        List<Long> tokens = loads.stream().map(OutstandingWork::nanos).toList();
        double share = capacityKnown ? LeastCost.SHARE : LeastCost.BLIND_SHARE;
        // Half a unit of rounding per prompt, either way.
        assertThat((double) Collections.max(tokens) - Collections.min(tokens)).isLessThanOrEqualTo(largest / share + 2);
    }

    @Property
    void whatAWorkerPublishes_neverDrawsARequestToIt(@ForAll("workers") List<WorkerView> workers, @ForAll long turn) {
        List<WorkerView> silent =
                workers.stream().map(w -> w.withPublished(Double.NaN, -1)).toList();
        if (!(UNBUSY.choose(REQUEST, silent, turn) instanceof Choice.Chosen(int before, Choice.Reason reason))) {
            return;
        }
        for (int i = 0; i < silent.size(); i++) {
            List<WorkerView> oneTalks = new ArrayList<>(silent);
            WorkerView talker = workers.get(i);
            oneTalks.set(i, silent.get(i).withPublished(talker.kvFreeShare(), talker.waiting()));
            if (i != before) {
                assertThat(chosen(UNBUSY.choose(REQUEST, oneTalks, turn))).isNotEqualTo(i);
            }
        }
    }

    @Test
    void aMatch_decidesUntilItsWorkerIsSaturated_andTheReasonSaysSo() {
        WorkerView matching =
                new WorkerView("a", true, 2_000, 10).withCapacity(16).withMatchedPrefix(4_000);
        WorkerView idle = new WorkerView("b", true, 0, 0).withCapacity(16);
        assertThat(UNBUSY.choose(REQUEST, List.of(matching, idle), 0))
                .isEqualTo(new Choice.Chosen(0, Choice.Reason.PREFIX_AFFINITY));

        WorkerView full = new WorkerView("a", true, 3_000, 20).withCapacity(16).withMatchedPrefix(4_000);
        assertThat(UNBUSY.choose(REQUEST, List.of(full, idle), 0))
                .isEqualTo(new Choice.Chosen(1, Choice.Reason.AFFINITY_SATURATED));

        // Where all are full, r waits anyhow, and its match is worth all the more.
        WorkerView fullToo = new WorkerView("b", true, 2_900, 20).withCapacity(16);
        assertThat(UNBUSY.choose(REQUEST, List.of(full, fullToo), 0))
                .isEqualTo(new Choice.Chosen(0, Choice.Reason.PREFIX_AFFINITY));
    }

    @Test
    void longestPrefix_neverSeesSaturation() {
        WorkerView full =
                new WorkerView("a", true, 900_000, 500).withCapacity(16).withMatchedPrefix(300);
        WorkerView idle = new WorkerView("b", true, 0, 0).withCapacity(16);
        RoutingPolicy prefix = RoutingPolicy.named("prefix");
        assertThat(prefix.choose(REQUEST, List.of(full, idle), 0))
                .isEqualTo(new Choice.Chosen(0, Choice.Reason.PREFIX_AFFINITY));
        assertThat(prefix.choose(REQUEST, List.of(full.withMatchedPrefix(0), idle), 0))
                .isEqualTo(new Choice.Chosen(1, Choice.Reason.LEAST_WORK));
    }

    @Test
    void kvCellsRunningOut_takeTheMatchsWorth_unlessTheyRunOutEverywhere() {
        WorkerView matching = new WorkerView("a", true, 500, 5).withCapacity(16).withMatchedPrefix(4_000);
        WorkerView other = new WorkerView("b", true, 400, 5).withCapacity(16);
        assertThat(chosen(UNBUSY.choose(REQUEST, List.of(matching, other), 0))).isZero();
        assertThat(UNBUSY.choose(REQUEST, List.of(matching.withPublished(0.005, -1), other), 0))
                .isEqualTo(new Choice.Chosen(1, Choice.Reason.AFFINITY_SATURATED));
        assertThat(chosen(UNBUSY.choose(
                        REQUEST, List.of(matching.withPublished(0.005, -1), other.withPublished(0.005, -1)), 0)))
                .isZero();
    }

    @Test
    void requestsOfOtherGateways_countAsWork() {
        WorkerView crowded = new WorkerView("a", true, 100, 1).withCapacity(16).withPublished(0.9, 9);
        WorkerView busy = new WorkerView("b", true, 500, 3).withCapacity(16).withPublished(0.9, 0);
        assertThat(UNBUSY.choose(REQUEST, List.of(crowded, busy), 0))
                .isEqualTo(new Choice.Chosen(1, Choice.Reason.LEAST_COST));
        // Those may be our own.
        assertThat(UNBUSY.choose(REQUEST, List.of(crowded.withPublished(0.9, 1), busy), 0))
                .isEqualTo(new Choice.Chosen(0, Choice.Reason.LEAST_WORK));
    }

    @Test
    void aWorkerHalfAsWarm_getsHalfTheWork() {
        List<OutstandingWork> loads = List.of(new OutstandingWork(), new OutstandingWork());
        for (int turn = 0; turn < 600; turn++) {
            List<WorkerView> views = List.of(
                    new WorkerView(
                                    "cold",
                                    true,
                                    loads.get(0).nanos(),
                                    loads.get(0).requests())
                            .withWarmth(0.5),
                    new WorkerView(
                            "warm", true, loads.get(1).nanos(), loads.get(1).requests()));
            loads.get(chosen(UNBUSY.choose(REQUEST, views, turn))).take(REQUEST.price());
        }
        assertThat(loads.get(0).requests()).isBetween(190, 205);
    }

    private static int chosen(Choice choice) {
        return switch (choice) {
            case Choice.Chosen chosen -> chosen.index();
            case Choice.NoWorker none -> throw new AssertionError(none);
        };
    }
}
