package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.admission.Job;
import dev.unbusy.admission.Price;
import dev.unbusy.admission.PriceBook;
import dev.unbusy.routing.RequestFacts;
import dev.unbusy.routing.RoutingPolicy;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DispatcherTest {
    private final Backends backends = new Backends();
    private final Dispatcher dispatcher = dispatcher(backends, 1_000);
    private final List<String> calls = new ArrayList<>();

    private final class Request implements Dispatcher.Candidate {
        private final long arrival;
        private final String model;
        private String tenant = "";
        private long bytes = 1;
        private final Set<Long> avoided = new HashSet<>();
        private Placement.@Nullable Placed placed;

        Request(long arrival) {
            this(arrival, "m");
        }

        Request(long arrival, String model) {
            this.arrival = arrival;
            this.model = model;
        }

        @Override
        public long arrival() {
            return arrival;
        }

        @Override
        public RequestFacts facts() {
            return new RequestFacts(model, new Price(0, 100, 0, 100_000_000));
        }

        @Override
        public String tenant() {
            return tenant;
        }

        @Override
        public double weight() {
            return 1;
        }

        @Override
        public Job<Dispatcher.Candidate> job(boolean returning, long startNanos) {
            return new Job<>(
                    this, arrival, tenant, 1, Job.Level.NORMAL, Long.MAX_VALUE / 2, 100_000_000, arrival, returning);
        }

        @Override
        public long bodyBytes() {
            return bytes;
        }

        @Override
        public boolean avoids(Backends.Entry entry) {
            return avoided.contains(entry.version());
        }

        @Override
        public void placed(Placement.Placed given) {
            placed = given;
            calls.add(arrival + "→" + given.backend().id());
        }

        @Override
        public void hopeless(Placement.Hopeless why) {
            calls.add(arrival + "✗" + why.reasons());
        }
    }

    @Test
    void waitingRequests_areDispatchedInOrderOfArrivalTheMomentAWorkerIsReady() {
        backends.put(backend("a", Backend.State.STARTING));
        for (long arrival : new long[] {3, 1, 2}) {
            assertThat(dispatcher.place(new Request(arrival), false)).isInstanceOf(Placement.Waits.class);
        }
        assertThat(dispatcher.waiting()).isEqualTo(3);
        backends.setState("a", Backend.State.READY, "");
        assertThat(calls).containsExactly("1→a", "2→a", "3→a");
        assertThat(dispatcher.waiting()).isZero();
        assertThat(dispatcher.running()).isEqualTo(3);
    }

    @Test
    void theRoom_isBoundedForNewRequests_butNotForThoseThatComeBack() {
        backends.put(backend("a", Backend.State.STARTING));
        for (long arrival = 1; arrival <= 3; arrival++) {
            dispatcher.place(large(arrival), false);
        }
        assertThat(dispatcher.place(large(4), false)).isEqualTo(new Placement.Full(3, 900, 0));
        assertThat(dispatcher.place(large(0), true)).isInstanceOf(Placement.Waits.class);
        backends.setState("a", Backend.State.READY, "");
        assertThat(calls).startsWith("0→a");
    }

    private Request large(long arrival) {
        Request request = new Request(arrival);
        request.bytes = 300;
        return request;
    }

    @Test
    void underAFlood_theLastSlotsAreLeftToOthers_whoGetThemAtOnce() {
        backends.put(backend("a", Backend.State.READY));
        backends.publish("a", new PublishedLoad(8, 0, 0, 0, 0, 0, Double.NaN, false));
        dispatcher.place(of("quiet", 1), false);
        Request quiet = of("quiet", 50);
        for (long arrival = 2; arrival <= 20; arrival++) {
            dispatcher.place(of("flood", arrival), false);
        }
        assertThat(dispatcher.running()).as("two of eight are free").isEqualTo(6);
        dispatcher.place(quiet, false);
        assertThat(calls).containsExactly("50→a");
        assertThat(dispatcher.running()).isEqualTo(7);
    }

    @Test
    void underAFlood_workersThatTakePlacesBack_areFull_andGetWhatOthersAskForAtOnce() {
        backends.put(backend("a", Backend.State.READY));
        backends.publish("a", new PublishedLoad(8, 0, 0, 0, 0, 0, Double.NaN, true));
        dispatcher.place(of("quiet", 1), false);
        for (long arrival = 2; arrival <= 20; arrival++) {
            dispatcher.place(of("flood", arrival), false);
        }
        assertThat(dispatcher.running()).as("eight, and one ahead").isEqualTo(9);
        Request other = of("other", 50);
        dispatcher.place(other, false);
        assertThat(Objects.requireNonNull(other.placed).slot().tookBack()).isTrue();
        for (long arrival = 51; arrival <= 53; arrival++) {
            dispatcher.place(of("other", arrival), false);
        }
        assertThat(calls).as("the root of eight").containsExactly("50→a", "51→a", "52→a");
        assertThat(dispatcher.waiting()).isEqualTo(11 + 1);
    }

    @Test
    void whereAllHaveAlike_nobodyTakesAPlaceBack() {
        backends.put(backend("a", Backend.State.READY));
        backends.publish("a", new PublishedLoad(4, 0, 0, 0, 0, 0, Double.NaN, true));
        for (long arrival = 1; arrival <= 5; arrival++) {
            dispatcher.place(of("t" + arrival % 3, arrival), false);
        }
        for (long arrival = 6; arrival <= 9; arrival++) {
            dispatcher.place(of("t" + arrival % 3, arrival), false);
        }
        dispatcher.place(of("late", 10), false);
        assertThat(calls)
                .as("two and two and one: an exchange gains nobody anything but the one that has none")
                .containsExactly("10→a");
    }

    private Request of(String tenant, long arrival) {
        Request request = new Request(arrival);
        request.tenant = tenant;
        return request;
    }

    @Test
    void whoLeaves_isGoneAtOnce() {
        backends.put(backend("a", Backend.State.STARTING));
        Request request = new Request(1);
        dispatcher.place(request, false);
        assertThat(dispatcher.leave(request)).isTrue();
        assertThat(dispatcher.leave(request)).isFalse();
        backends.setState("a", Backend.State.READY, "");
        assertThat(calls).isEmpty();
        assertThat(dispatcher.running()).isZero();
    }

    @Test
    void aWorkerThatFailed_isAvoidedUntilItsNextChange() {
        backends.put(backend("a", Backend.State.READY));
        Request request = new Request(1);
        Placement.Placed first = (Placement.Placed) dispatcher.place(request, false);
        first.slot().release(Slot.End.FAILED);
        request.avoided.add(first.backendVersion());
        assertThat(dispatcher.place(request, true)).isInstanceOf(Placement.Waits.class);
        dispatcher.retry("m");
        assertThat(dispatcher.waiting()).isEqualTo(1);
        backends.put(backend("b", Backend.State.STARTING));
        assertThat(calls).isEmpty();
        backends.put(backend("a", Backend.State.READY));
        assertThat(calls).containsExactly("1→a");
    }

    @Test
    void retry_placesWhoAvoidsNothingAnyMore() {
        backends.put(backend("a", Backend.State.READY));
        Request request = new Request(1);
        request.avoided.add(1L);
        assertThat(dispatcher.place(request, true)).isInstanceOf(Placement.Waits.class);
        request.avoided.clear();
        dispatcher.retry("m");
        dispatcher.retry("m");
        assertThat(calls).containsExactly("1→a");
        assertThat(dispatcher.waiting()).isZero();
    }

    @Test
    void whereNothingIsLeftToWaitFor_theReasonsAreGiven() {
        assertThat(dispatcher.place(new Request(1), false)).isEqualTo(new Placement.Hopeless(List.of()));
        backends.put(backend("a", Backend.State.DRAINING));
        dispatcher.place(new Request(2), false);
        backends.setState("a", Backend.State.DOWN, "crashed 5 times");
        assertThat(calls).containsExactly("2✗[a: crashed 5 times]");
        assertThat(dispatcher.waiting()).isZero();
    }

    @Test
    void onlyWorkersThatServeTheModel_areChosen() {
        backends.put(backend("a", Backend.State.READY));
        backends.put(new Backend(
                "b",
                URI.create("http://127.0.0.1:2"),
                List.of(new ServedModel("other", List.of(), 0)),
                Backend.State.READY,
                ""));
        for (long arrival = 1; arrival < 6; arrival++) {
            assertThat(((Placement.Placed) dispatcher.place(new Request(arrival, "other"), false))
                            .backend()
                            .id())
                    .isEqualTo("b");
        }
    }

    /** Any order of arrivals, departures, failures and changes of workers: nobody is lost, nobody is called twice. */
    @Property
    void inEverySchedule_eachRequestIsCalledOnceOrStillWaits(@ForAll long seed) {
        Random random = new Random(seed);
        Backends registry = new Backends();
        Dispatcher subject = dispatcher(registry, 1_000_000);
        Set<Request> waiting = new HashSet<>();
        List<Request> placed = new ArrayList<>();
        for (long step = 0; step < 120; step++) {
            calls.clear();
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    Request request = new Request(step);
                    switch (subject.place(request, false)) {
                        case Placement.Placed now -> {
                            assertThat(now.backend().state()).isEqualTo(Backend.State.READY);
                            request.placed = now;
                            placed.add(request);
                        }
                        case Placement.Waits waits -> waiting.add(request);
                        case Placement.Full full -> throw new AssertionError(full);
                        case Placement.TooLate late -> throw new AssertionError(late);
                        case Placement.Hopeless hopeless -> {}
                    }
                }
                case 2 -> {
                    Backend.State state = List.of(Backend.State.values()).get(random.nextInt(4));
                    if (random.nextInt(5) == 0) {
                        registry.remove("w" + random.nextInt(3));
                    } else {
                        registry.put(backend("w" + random.nextInt(3), state));
                    }
                }
                default -> {
                    if (random.nextBoolean() && !placed.isEmpty()) {
                        Request done = placed.remove(random.nextInt(placed.size()));
                        assertThat(Objects.requireNonNull(done.placed).slot().release(Slot.End.SUCCEEDED))
                                .isTrue();
                    } else if (!waiting.isEmpty()) {
                        Request leaver = waiting.iterator().next();
                        assertThat(subject.leave(leaver)).isTrue();
                        waiting.remove(leaver);
                    }
                }
            }
            assertThat(calls).doesNotHaveDuplicates();
            for (Request request : List.copyOf(waiting)) {
                if (calls.stream().anyMatch(call -> call.matches(request.arrival + "[→✗].*"))) {
                    waiting.remove(request);
                    if (request.placed != null) {
                        placed.add(request);
                    }
                }
            }
            assertThat(subject.waiting()).isEqualTo(waiting.size());
            assertThat(subject.running()).isEqualTo(placed.size());
        }
    }

    @Test
    void aWorkerGetsWhatItComputesAtOnceAndOneMore_theRestWaitsForWhicheverIsFreeFirst() {
        for (String id : new String[] {"a", "b"}) {
            backends.put(backend(id, Backend.State.READY));
            backends.publish(id, new PublishedLoad(2, 0, 0, 0, 0, 0, Double.NaN, false));
        }
        List<Placement.Placed> placed = new ArrayList<>();
        for (long arrival = 1; arrival <= 6; arrival++) {
            placed.add((Placement.Placed) dispatcher.place(new Request(arrival), false));
        }
        assertThat(placed.stream().map(one -> one.backend().id())).containsExactly("a", "b", "a", "b", "a", "b");
        for (long arrival = 7; arrival <= 9; arrival++) {
            assertThat(dispatcher.place(new Request(arrival), false))
                    .isInstanceOfSatisfying(
                            Placement.Waits.class,
                            waits -> assertThat(waits.place().waitNanos()).isPresent());
        }
        placed.get(3).slot().release(Slot.End.SUCCEEDED);
        placed.get(1).slot().release(Slot.End.SUCCEEDED);
        placed.get(0).slot().release(Slot.End.SUCCEEDED);
        placed.get(0).slot().release(Slot.End.SUCCEEDED);
        assertThat(calls).containsExactly("7→b", "8→b", "9→a");
        assertThat(dispatcher.running()).isEqualTo(6);
    }

    @Test
    void whenMoreRoomIsPublished_thoseThatWaitGetIt() {
        backends.put(backend("a", Backend.State.READY));
        backends.publish("a", new PublishedLoad(1, 0, 0, 0, 0, 0, Double.NaN, false));
        for (long arrival = 1; arrival <= 4; arrival++) {
            dispatcher.place(new Request(arrival), false);
        }
        assertThat(dispatcher.waiting()).isEqualTo(2);
        backends.publish("a", new PublishedLoad(3, 1, 0, 0, 0, 0, Double.NaN, false));
        assertThat(calls).containsExactly("3→a", "4→a");
    }

    @Test
    void aTenantThatCameLate_isNotBehindAFloodsBacklog() {
        backends.put(backend("a", Backend.State.READY));
        backends.publish("a", new PublishedLoad(1, 0, 0, 0, 0, 0, Double.NaN, false));
        List<Placement.Placed> running = new ArrayList<>();
        for (long arrival = 1; arrival <= 20; arrival++) {
            Request request = new Request(arrival);
            request.tenant = "flood";
            if (dispatcher.place(request, false) instanceof Placement.Placed placed) {
                running.add(placed);
            }
        }
        Request quiet = new Request(21);
        quiet.tenant = "quiet";
        assertThat(dispatcher.place(quiet, false))
                .isInstanceOfSatisfying(
                        Placement.Waits.class,
                        waits -> assertThat(waits.place().position()).isEqualTo(1));
        running.getFirst().slot().release(Slot.End.SUCCEEDED);
        assertThat(calls).containsExactly("21→a");
    }

    private static Dispatcher dispatcher(Backends registry, long maxWaitingBytes) {
        return new Dispatcher(
                registry,
                RoutingPolicy.named("least-work"),
                new PriceBook(256),
                new DispatchLimits(1, 32, maxWaitingBytes));
    }

    private static Backend backend(String id, Backend.State state) {
        return new Backend(
                id, URI.create("http://127.0.0.1:1"), List.of(new ServedModel("m", List.of(), 0)), state, "");
    }
}
