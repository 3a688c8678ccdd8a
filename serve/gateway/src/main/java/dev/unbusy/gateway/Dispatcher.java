package dev.unbusy.gateway;

import dev.unbusy.routing.Choice;
import dev.unbusy.routing.OutstandingWork;
import dev.unbusy.routing.RequestFacts;
import dev.unbusy.routing.RoutingPolicy;
import dev.unbusy.routing.WorkerView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Brings requests and workers together: a request goes to a worker now, or waits until one is ready, or is told that none
 * will be. Thread-safe: event loops place requests, the supervisor's threads report workers; choice and lease are one step
 * under one lock, so that two event loops never both see a worker's last idle moment. The lock is held for microseconds
 * and never while calling a {@link Candidate}.
 *
 * <p>The registry calls its listeners under its own lock, and this class never calls the registry's writers: the order of
 * the two locks is always registry, dispatcher.
 */
final class Dispatcher implements AutoCloseable {
    private final Backends backends;
    private final RoutingPolicy policy;
    private final Object lock = new Object();
    private final WaitingRoom<Candidate> waiting;
    private final Map<String, OutstandingWork> work = new HashMap<>();
    private final Map<String, Long> turns = new HashMap<>();
    private final Consumer<Backends.Snapshot> onChange = this::changed;

    /** A request in search of a worker. The calls come on any thread. */
    interface Candidate {
        /** Unique; smaller for whoever arrived first. */
        long arrival();

        RequestFacts facts();

        long bodyBytes();

        /** True where this very state of the backend has just failed this request. */
        boolean avoids(Backends.Entry entry);

        /** It waited, and now has a worker. The lease is the candidate's to release, also where it no longer wants it. */
        void placed(Placement.Placed placed);

        /** It waited, and now nothing is left to wait for. */
        void hopeless(Placement.Hopeless why);
    }

    /** What becomes of a request. */
    sealed interface Placement {
        record Placed(Backend backend, long backendVersion, OutstandingWork.Lease lease, Choice.Reason reason)
                implements Placement {}

        /** It waits; the candidate will be called. */
        record Waits() implements Placement {}

        /** Too many wait already. */
        record Full(int waiting, long waitingBytes) implements Placement {}

        /**
         * No worker that serves the model runs or is being started.
         *
         * @param reasons one per backend that serves it and is down: {@code id: reason}
         */
        record Hopeless(List<String> reasons) implements Placement {}
    }

    private static final Placement.Waits WAITS = new Placement.Waits();

    Dispatcher(Backends backends, RoutingPolicy policy, int maxWaiting, long maxWaitingBytes) {
        this.backends = backends;
        this.policy = policy;
        this.waiting = new WaitingRoom<>(maxWaiting, maxWaitingBytes);
        backends.addListener(onChange);
    }

    /** @param admitted true for a request that comes back from a failed attempt: it is not refused for lack of room */
    Placement place(Candidate candidate, boolean admitted) {
        synchronized (lock) {
            Placement placement = choose(candidate, backends.snapshot());
            if (!(placement instanceof Placement.Waits)) {
                return placement;
            }
            if (!admitted && !waiting.hasRoomFor(candidate.bodyBytes())) {
                return new Placement.Full(waiting.count(), waiting.bytes());
            }
            waiting.add(candidate.arrival(), candidate, candidate.bodyBytes());
            return placement;
        }
    }

    /** Tries again for one that waits, because it avoids fewer backends now. Waits: nothing has changed for it. */
    Placement retry(Candidate candidate) {
        synchronized (lock) {
            if (!waiting.remove(candidate.arrival())) {
                return WAITS; // it has just been called from another thread
            }
            Placement placement = choose(candidate, backends.snapshot());
            if (placement instanceof Placement.Waits) {
                waiting.add(candidate.arrival(), candidate, candidate.bodyBytes());
            }
            return placement;
        }
    }

    /** It waits no longer. @return false where it did not wait, or has just been called */
    boolean leave(Candidate candidate) {
        synchronized (lock) {
            return waiting.remove(candidate.arrival());
        }
    }

    int waiting() {
        synchronized (lock) {
            return waiting.count();
        }
    }

    /** Requests dispatched and not finished, over all backends. */
    int running() {
        synchronized (lock) {
            return work.values().stream().mapToInt(OutstandingWork::requests).sum();
        }
    }

    @Override
    public void close() {
        backends.removeListener(onChange);
    }

    private void changed(Backends.Snapshot snapshot) {
        List<Runnable> calls = new ArrayList<>();
        synchronized (lock) {
            work.entrySet().removeIf(e -> e.getValue().requests() == 0 && snapshot.backend(e.getKey()) == null);
            for (Candidate candidate : waiting.inOrder()) {
                switch (choose(candidate, snapshot)) {
                    case Placement.Placed placed -> {
                        waiting.remove(candidate.arrival());
                        calls.add(() -> candidate.placed(placed));
                    }
                    case Placement.Hopeless hopeless -> {
                        waiting.remove(candidate.arrival());
                        calls.add(() -> candidate.hopeless(hopeless));
                    }
                    case Placement.Waits waits -> {}
                    case Placement.Full full -> throw new IllegalStateException("a choice is never refused for room");
                }
            }
        }
        calls.forEach(Runnable::run);
    }

    /** Takes the lease of the chosen one, so that the next choice sees it. */
    private Placement choose(Candidate candidate, Backends.Snapshot snapshot) {
        String model = candidate.facts().model();
        List<Backends.Entry> serving = new ArrayList<>();
        List<OutstandingWork> loads = new ArrayList<>();
        List<WorkerView> views = new ArrayList<>();
        boolean hope = false;
        for (Backends.Entry entry : snapshot.entries()) {
            Backend backend = entry.backend();
            if (!backend.serves(model)) {
                continue;
            }
            hope |= backend.state() != Backend.State.DOWN;
            OutstandingWork load = work.computeIfAbsent(backend.id(), id -> new OutstandingWork());
            serving.add(entry);
            loads.add(load);
            views.add(new WorkerView(
                    backend.id(),
                    backend.state() == Backend.State.READY && !candidate.avoids(entry),
                    load.tokens(),
                    load.requests()));
        }
        if (!hope) {
            return new Placement.Hopeless(serving.stream()
                    .map(entry -> entry.backend().id() + ": " + entry.backend().reason())
                    .toList());
        }
        long turn = turns.merge(model, 1L, Long::sum) - 1;
        return switch (policy.choose(candidate.facts(), views, turn)) {
            case Choice.Chosen(int index, Choice.Reason reason) -> {
                Backends.Entry entry = serving.get(index);
                OutstandingWork.Lease lease =
                        loads.get(index).take(candidate.facts().work());
                yield new Placement.Placed(entry.backend(), entry.version(), lease, reason);
            }
            case Choice.NoWorker none -> {
                turns.merge(model, -1L, Long::sum); // no choice was made
                yield WAITS;
            }
        };
    }
}
