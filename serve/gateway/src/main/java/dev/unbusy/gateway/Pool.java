package dev.unbusy.gateway;

import dev.unbusy.routing.Choice;
import dev.unbusy.routing.OutstandingWork;
import dev.unbusy.routing.RoutingPolicy;
import dev.unbusy.routing.WorkerView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The backends as the {@link Dispatcher} sees them: what each has been given, how much more it takes, and which one is
 * chosen. Not thread-safe: the dispatcher calls it under its lock.
 */
final class Pool {
    private final Backends backends;
    private final RoutingPolicy policy;
    private final DispatchLimits limits;
    private final Map<String, OutstandingWork> work = new HashMap<>();
    private final Map<String, Long> turns = new HashMap<>();

    Pool(Backends backends, RoutingPolicy policy, DispatchLimits limits) {
        this.backends = backends;
        this.policy = policy;
        this.limits = limits;
    }

    /** A chosen backend, which has been charged with the request. */
    record Chosen(Backends.Entry entry, OutstandingWork.Lease lease, Choice.Reason reason) {}

    /** Takes the lease of the chosen one, so that the next choice sees it; null where none has room for the candidate. */
    @Nullable
    Chosen choose(Dispatcher.Candidate candidate) {
        String model = candidate.facts().model();
        List<Backends.Entry> serving = new ArrayList<>();
        List<WorkerView> views = new ArrayList<>();
        for (Backends.Entry entry : backends.snapshot().entries()) {
            if (entry.backend().serves(model)) {
                serving.add(entry);
                OutstandingWork load = of(entry.backend());
                views.add(new WorkerView(
                        entry.backend().id(),
                        hasRoom(entry.backend()) && !candidate.avoids(entry),
                        load.nanos(),
                        load.requests()));
            }
        }
        long turn = turns.getOrDefault(model, 0L);
        return switch (policy.choose(candidate.facts(), views, turn)) {
            case Choice.Chosen(int index, Choice.Reason reason) -> {
                turns.put(model, turn + 1);
                Backends.Entry entry = serving.get(index);
                yield new Chosen(
                        entry, of(entry.backend()).take(candidate.facts().price()), reason);
            }
            case Choice.NoWorker none -> null;
        };
    }

    /** Whether {@link #choose} would find a backend. */
    boolean fits(Dispatcher.Candidate candidate) {
        for (Backends.Entry entry : backends.snapshot().entries()) {
            if (entry.backend().serves(candidate.facts().model())
                    && hasRoom(entry.backend())
                    && !candidate.avoids(entry)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any backend takes one more request for the model. */
    boolean hasRoom(String model) {
        for (Backends.Entry entry : backends.snapshot().entries()) {
            if (entry.backend().serves(model) && hasRoom(entry.backend())) {
                return true;
            }
        }
        return false;
    }

    /** Backends that take requests for the model, full ones included. */
    int ready(String model) {
        int ready = 0;
        for (Backends.Entry entry : backends.snapshot().entries()) {
            ready += entry.backend().serves(model) && entry.backend().state() == Backend.State.READY ? 1 : 0;
        }
        return ready;
    }

    /** Null while waiting makes sense; else why each backend that serves the model does not. */
    @Nullable
    List<String> hopeless(String model) {
        List<String> reasons = new ArrayList<>();
        for (Backends.Entry entry : backends.snapshot().entries()) {
            Backend backend = entry.backend();
            if (backend.serves(model)) {
                if (backend.state() != Backend.State.DOWN) {
                    return null;
                }
                reasons.add(backend.id() + ": " + backend.reason());
            }
        }
        return reasons;
    }

    int running() {
        return work.values().stream().mapToInt(OutstandingWork::requests).sum();
    }

    /** Forgets backends that are gone and have nothing left. */
    void tidy(Backends.Snapshot snapshot) {
        work.entrySet().removeIf(one -> one.getValue().requests() == 0 && snapshot.backend(one.getKey()) == null);
    }

    private boolean hasRoom(Backend backend) {
        if (backend.state() != Backend.State.READY) {
            return false;
        }
        PublishedLoad load = backends.load(backend.id());
        int capacity = load == null || load.capacity() <= 0 ? limits.unknownCapacity() : load.capacity();
        return of(backend).requests() < capacity + limits.ahead();
    }

    private OutstandingWork of(Backend backend) {
        return work.computeIfAbsent(backend.id(), id -> new OutstandingWork());
    }
}
