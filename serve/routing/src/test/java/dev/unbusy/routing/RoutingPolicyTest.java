package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.admission.Price;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RoutingPolicyTest {
    private static final RoutingPolicy LEAST_WORK = RoutingPolicy.named("least-work");

    @Provide
    Arbitrary<List<WorkerView>> workers() {
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.longs().between(0, 50),
                        Arbitraries.integers().between(0, 5))
                .as((ready, tokens, requests) -> new WorkerView("w", ready, tokens, requests))
                .list()
                .ofMaxSize(8);
    }

    @Property
    void everyPolicy_choosesAReadyWorker_orSaysWhyNot(@ForAll("workers") List<WorkerView> workers, @ForAll long turn) {
        for (RoutingPolicy policy : RoutingPolicy.all()) {
            switch (policy.choose(request(1), workers, turn)) {
                case Choice.Chosen chosen ->
                    assertThat(workers.get(chosen.index()).ready()).isTrue();
                case Choice.NoWorker(Choice.Absence why) -> {
                    assertThat(workers).noneMatch(WorkerView::ready);
                    assertThat(why == Choice.Absence.NONE_KNOWN).isEqualTo(workers.isEmpty());
                }
            }
        }
    }

    @Property
    void leastWork_choosesAMinimum_andNamesTheReason(@ForAll("workers") List<WorkerView> workers, @ForAll long turn) {
        if (LEAST_WORK.choose(request(1), workers, turn) instanceof Choice.Chosen(int index, Choice.Reason reason)) {
            List<WorkerView> ready = workers.stream().filter(WorkerView::ready).toList();
            long load = workers.get(index).outstandingNanos();
            assertThat(ready).allMatch(worker -> worker.outstandingNanos() >= load);
            long ties = ready.stream()
                    .filter(worker -> worker.outstandingNanos() == load)
                    .count();
            assertThat(reason)
                    .isEqualTo(
                            ready.size() == 1
                                    ? Choice.Reason.ONLY_READY
                                    : ties == 1 ? Choice.Reason.LEAST_WORK : Choice.Reason.TIE_IN_TURN);
        }
    }

    @Property
    void leastWork_whileNothingFinishes_differsByAtMostTheLargestRequest(
            @ForAll @IntRange(min = 1, max = 9) int count,
            @ForAll @Size(max = 120) List<@LongRange(min = 8, max = 5_000) Long> sizes) {
        List<OutstandingWork> loads = loads(count);
        long largest = 0;
        for (int i = 0; i < sizes.size(); i++) {
            RequestFacts request = request(sizes.get(i));
            largest = Math.max(largest, request.price().totalNanos());
            loads.get(chosen(LEAST_WORK.choose(request, views(loads), i))).take(request.price());
        }
        List<Long> tokens = loads.stream().map(OutstandingWork::nanos).toList();
        assertThat(Collections.max(tokens) - Collections.min(tokens)).isLessThanOrEqualTo(largest);
    }

    @Property
    void equalWorkers_areTakenInTurn_soTheirCountsDifferByAtMostOne(
            @ForAll @IntRange(min = 1, max = 9) int count, @ForAll @IntRange(min = 0, max = 100) int requests) {
        for (RoutingPolicy policy : RoutingPolicy.all()) {
            int[] taken = new int[count];
            for (int turn = 0; turn < requests; turn++) {
                // Each request is finished before the next one comes: all are idle, all the time.
                taken[chosen(policy.choose(request(10), views(loads(count)), turn))]++;
            }
            int[] sorted = IntStream.of(taken).sorted().toArray();
            assertThat(sorted[count - 1] - sorted[0]).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void leastWork_sendsShortRequestsPastALongOne() {
        List<OutstandingWork> loads = loads(2);
        loads.get(0).take(new Price(40_000, 500, 10_000, 500));
        for (int i = 0; i < 20; i++) {
            RequestFacts small = request(100);
            int index = chosen(LEAST_WORK.choose(small, views(loads), i));
            assertThat(index).isEqualTo(1);
            loads.get(index).take(small.price());
        }
        // The comparison policies do not see sizes.
        assertThat(RoutingPolicy.named("least-conn").choose(request(100), views(loads), 0))
                .isEqualTo(new Choice.Chosen(0, Choice.Reason.LEAST_CONNECTIONS));
    }

    @Test
    void roundRobin_skipsWorkersThatAreNotReady() {
        RoutingPolicy policy = RoutingPolicy.named("round-robin");
        List<WorkerView> workers = List.of(
                new WorkerView("a", true, 900, 9), new WorkerView("b", false, 0, 0), new WorkerView("c", true, 0, 0));
        assertThat(IntStream.range(0, 4).map(turn -> chosen(policy.choose(request(1), workers, turn))))
                .containsExactly(0, 2, 0, 2);
    }

    @Test
    void anUnknownName_isRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> RoutingPolicy.named("fastest")).isInstanceOfSatisfying(RoutingException.class, e -> {
            assertThat(e.text().en()).contains("\"fastest\"");
            assertThat(e.remedy().en()).contains("least-work", "least-conn", "round-robin");
            assertThat(e.remedy().zh()).contains("least-work");
        });
    }

    static RequestFacts request(long outputTokens) {
        return new RequestFacts("m", new Price(0, outputTokens, 0, outputTokens));
    }

    private static List<OutstandingWork> loads(int count) {
        List<OutstandingWork> loads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            loads.add(new OutstandingWork());
        }
        return loads;
    }

    private static List<WorkerView> views(List<OutstandingWork> loads) {
        return IntStream.range(0, loads.size())
                .mapToObj(i -> new WorkerView(
                        "w" + i, true, loads.get(i).nanos(), loads.get(i).requests()))
                .toList();
    }

    private static int chosen(Choice choice) {
        return switch (choice) {
            case Choice.Chosen chosen -> chosen.index();
            case Choice.NoWorker none -> throw new AssertionError(none);
        };
    }
}
