package dev.unbusy.gateway;

import dev.unbusy.admission.Headroom;
import dev.unbusy.routing.BreakerRules;
import dev.unbusy.routing.Choice;
import dev.unbusy.routing.OutlierDetector;
import dev.unbusy.routing.OutlierRules;
import dev.unbusy.routing.OutstandingWork;
import dev.unbusy.routing.PrefixKeys;
import dev.unbusy.routing.PrefixMap;
import dev.unbusy.routing.RequestFacts;
import dev.unbusy.routing.RoutingPolicy;
import dev.unbusy.routing.WorkerHealth;
import dev.unbusy.routing.WorkerView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backends as the {@link Dispatcher} sees them: what each has been given, how much more it takes, and which one is
 * chosen. Not thread-safe: the dispatcher calls it under its lock.
 */
final class Pool {
    private static final Logger LOG = LoggerFactory.getLogger(Pool.class);
    private static final int BYTES_PER_TOKEN = 4;
    /** Of prompts that a KV cache is thought to hold whose size nobody has told: some 32,000 tokens. */
    private static final long UNKNOWN_CACHE_BYTES = 128 << 10;

    /** Of a request that is sent although the breaker is open: its end changes nothing. */
    private static final long NO_TICKET = -1;

    private static final long LOOK_NANOS = 10_000_000_000L;

    private final Backends backends;
    private final RoutingPolicy policy;
    private final DispatchLimits limits;
    private final Map<String, Member> members = new HashMap<>();
    private final Map<String, Long> turns = new HashMap<>();
    private final PrefixMap prefixes = new PrefixMap(UNKNOWN_CACHE_BYTES);
    private final OutlierDetector outliers = new OutlierDetector(OutlierRules.usual());
    private long lookedNanos;

    Pool(Backends backends, RoutingPolicy policy, DispatchLimits limits) {
        this.backends = backends;
        this.policy = policy;
        this.limits = limits;
    }

    /** One backend: what it has been given, and what its answers say about it. */
    private static final class Member {
        private final OutstandingWork work = new OutstandingWork();
        private final WorkerHealth health;
        private Backend.State state;

        private Member(String id, Backend.State state) {
            this.health = new WorkerHealth(id, BreakerRules.usual(), System.nanoTime());
            this.state = state;
        }
    }

    /**
     * A chosen backend, which has been charged with the request.
     *
     * @param ticket with which its {@link WorkerHealth} knows the request
     * @param sent with which the {@link PrefixMap} does; null where nobody looked at the prompt
     * @param tenant whose request it is
     * @param arrival which of the candidates it is
     * @param tookBack whether it got its place before others that waited in the backend
     */
    record Chosen(
            Backends.Entry entry,
            OutstandingWork.Lease lease,
            Choice.Reason reason,
            long ticket,
            PrefixMap.@Nullable Sent sent,
            String model,
            String tenant,
            long arrival,
            boolean tookBack) {}

    /**
     * Takes the lease of the chosen one, so that the next choice sees it; null where none has room for the candidate.
     *
     * @param beyond whether it may take a place back from somebody
     */
    @Nullable
    Chosen choose(Dispatcher.Candidate candidate, boolean beyond) {
        long now = System.nanoTime();
        RequestFacts facts = candidate.facts();
        boolean anyone = noneIsTrusted(facts.model(), now);
        List<Backends.Entry> serving = new ArrayList<>();
        List<WorkerView> views = new ArrayList<>();
        for (Backends.Entry entry : backends.snapshot().entries()) {
            if (entry.backend().serves(facts.model())) {
                serving.add(entry);
                views.add(view(candidate, entry, hasRoom(entry.backend(), anyone, beyond, now), now));
            }
        }
        long turn = turns.getOrDefault(facts.model(), 0L);
        return switch (policy.choose(facts, views, turn)) {
            case Choice.Chosen(int index, Choice.Reason reason) -> {
                turns.put(facts.model(), turn + 1);
                Backends.Entry entry = serving.get(index);
                Member member = of(entry.backend());
                PrefixKeys prefix = facts.prefix();
                yield new Chosen(
                        entry,
                        member.work.take(
                                facts.price().afterPrefix(views.get(index).matchedPrefixTokens())),
                        reason,
                        member.health.standing(now).takesRequests() ? member.health.sent(now) : NO_TICKET,
                        prefix == null ? null : prefixes.sent(entry.backend().id(), prefix),
                        facts.model(),
                        candidate.tenant(),
                        candidate.arrival(),
                        beyond);
            }
            case Choice.NoWorker none -> null;
        };
    }

    private WorkerView view(Dispatcher.Candidate candidate, Backends.Entry entry, boolean hasRoom, long now) {
        Backend backend = entry.backend();
        Member member = of(backend);
        PublishedLoad load = backends.load(backend.id());
        PrefixKeys prefix = candidate.facts().prefix();
        return new WorkerView(
                backend.id(),
                hasRoom && !candidate.avoids(entry),
                member.work.nanos(),
                member.work.requests(),
                load == null ? 0 : load.capacity(),
                prefix == null
                        ? 0
                        : prefixes.expectedTokens(
                                backend.id(), prefix, candidate.facts().price().promptTokens()),
                load == null ? Double.NaN : load.kvFreeShare(),
                load == null ? -1 : load.waiting(),
                member.health.standing(now).warmth());
    }

    void firstToken(Chosen chosen, long tookNanos) {
        of(chosen.entry().backend()).health.firstToken(chosen.ticket(), tookNanos, System.nanoTime());
    }

    void ended(Chosen chosen, Slot.End end) {
        WorkerHealth health = of(chosen.entry().backend()).health;
        switch (end) {
            case SUCCEEDED -> health.succeeded(chosen.ticket(), System.nanoTime());
            case FAILED -> health.failed(chosen.ticket(), System.nanoTime());
            case ABANDONED -> health.abandoned(chosen.ticket(), System.nanoTime());
        }
    }

    void observed(Chosen chosen, long promptTokens, long cachedTokens) {
        if (chosen.sent() != null) {
            prefixes.observed(chosen.sent(), promptTokens, cachedTokens);
        }
    }

    /** What a backend has said of itself. */
    void published(String id, PublishedLoad load) {
        if (load.kvTokens() > 0) {
            prefixes.budget(id, load.kvTokens() * BYTES_PER_TOKEN);
        }
    }

    /** Now and then: takes those out that do far worse than the others. */
    void look() {
        long now = System.nanoTime();
        if (now - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = now;
        List<WorkerHealth> serving = members.values().stream()
                .filter(member -> member.state == Backend.State.READY)
                .map(member -> member.health)
                .toList();
        for (OutlierDetector.Ejection ejection : outliers.look(serving, now)) {
            LOG.warn(
                    "{} gets nothing for {} s ({}): {} against {} of the others",
                    ejection.workerId(),
                    ejection.nanos() / 1_000_000_000,
                    ejection.reason().name().toLowerCase(Locale.ROOT),
                    ejection.value(),
                    ejection.peers());
        }
    }

    /** Whether {@link #choose} would find a backend. */
    boolean fits(Dispatcher.Candidate candidate, boolean beyond) {
        long now = System.nanoTime();
        boolean anyone = noneIsTrusted(candidate.facts().model(), now);
        for (Backends.Entry entry : backends.snapshot().entries()) {
            if (entry.backend().serves(candidate.facts().model())
                    && hasRoom(entry.backend(), anyone, beyond, now)
                    && !candidate.avoids(entry)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any backend takes one more request for the model. */
    boolean hasRoom(String model, boolean beyond) {
        long now = System.nanoTime();
        boolean anyone = noneIsTrusted(model, now);
        for (Backends.Entry entry : backends.snapshot().entries()) {
            if (entry.backend().serves(model) && hasRoom(entry.backend(), anyone, beyond, now)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any of the backends that take requests for the model takes places back. */
    boolean takesBack(String model) {
        return sum(model, backend -> takesBack(backend) ? 1 : 0) > 0;
    }

    /** What the backends that take requests for the model compute at once. */
    int capacity(String model) {
        return sum(model, this::capacity);
    }

    /** Requests that these backends have. */
    int taken(String model) {
        return sum(model, backend -> of(backend).work.requests());
    }

    /** Requests that these backends have taken places back for. */
    int beyond(String model) {
        return sum(model, backend -> Math.max(0, of(backend).work.requests() - places(backend)));
    }

    /** Backends that take requests for the model, full ones included. */
    int ready(String model) {
        return sum(model, backend -> 1);
    }

    private int sum(String model, ToIntFunction<Backend> of) {
        int sum = 0;
        for (Backends.Entry entry : backends.snapshot().entries()) {
            Backend backend = entry.backend();
            if (backend.serves(model) && backend.state() == Backend.State.READY) {
                sum += of.applyAsInt(backend);
            }
        }
        return sum;
    }

    private boolean takesBack(Backend backend) {
        PublishedLoad load = backends.load(backend.id());
        return load != null && load.takesBack();
    }

    private int capacity(Backend backend) {
        PublishedLoad load = backends.load(backend.id());
        return load == null || load.capacity() <= 0 ? limits.unknownCapacity() : load.capacity();
    }

    /** Requests that a backend gets without taking a place back from anybody. */
    private int places(Backend backend) {
        return capacity(backend) + limits.ahead();
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
        return members.values().stream()
                .mapToInt(member -> member.work.requests())
                .sum();
    }

    /** The registry has changed: forgets backends that are gone, and what the process before knew of one that is back. */
    void changed(Backends.Snapshot snapshot) {
        members.entrySet()
                .removeIf(one -> one.getValue().work.requests() == 0 && snapshot.backend(one.getKey()) == null);
        long now = System.nanoTime();
        for (Backends.Entry entry : snapshot.entries()) {
            Backend backend = entry.backend();
            Member member = of(backend);
            if (backend.state() == Backend.State.READY && member.state != Backend.State.READY) {
                if (member.state == Backend.State.DRAINING) {
                    member.health.returned(now);
                } else {
                    member.health.restarted(now);
                    prefixes.forget(backend.id());
                }
            }
            member.state = backend.state();
        }
    }

    /**
     * Where every breaker is open, the cause is likely elsewhere, and a request that waits for a pause to end is no better
     * off than one that is tried: then any backend will do (Envoy's panic mode).
     */
    private boolean noneIsTrusted(String model, long now) {
        for (Backends.Entry entry : backends.snapshot().entries()) {
            Backend backend = entry.backend();
            if (backend.serves(model)
                    && backend.state() == Backend.State.READY
                    && of(backend).health.standing(now).takesRequests()) {
                return false;
            }
        }
        return true;
    }

    /** @param anyone whatever its breaker says */
    private boolean hasRoom(Backend backend, boolean anyone, boolean beyond, long now) {
        if (backend.state() != Backend.State.READY) {
            return false;
        }
        Member member = of(backend);
        int most = places(backend) + (beyond && takesBack(backend) ? Headroom.beyond(capacity(backend)) : 0);
        return member.work.requests() < most
                && (anyone || member.health.standing(now).takesRequests());
    }

    private Member of(Backend backend) {
        return members.computeIfAbsent(backend.id(), id -> new Member(id, backend.state()));
    }
}
