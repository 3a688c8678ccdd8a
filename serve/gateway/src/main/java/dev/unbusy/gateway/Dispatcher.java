package dev.unbusy.gateway;

import dev.unbusy.admission.FairQueue;
import dev.unbusy.admission.Headroom;
import dev.unbusy.admission.Job;
import dev.unbusy.admission.Offer;
import dev.unbusy.admission.Place;
import dev.unbusy.admission.PriceBook;
import dev.unbusy.admission.StartTime;
import dev.unbusy.routing.RequestFacts;
import dev.unbusy.routing.RoutingPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings requests and workers together, late: a worker gets no more requests than it computes at once and a few more, and
 * whatever is left waits here, where it can still go to whichever worker is free first, in fair order. Thread-safe: event
 * loops place requests, the supervisor's threads report workers; choice and lease are one step under one lock, so that two
 * event loops never both see a worker's last free slot. The lock is held for microseconds and never while calling a
 * {@link Candidate}.
 *
 * <p>The registry calls its listeners under its own lock, and this class never calls the registry's writers: the order of
 * the two locks is always registry, dispatcher.
 */
final class Dispatcher implements AutoCloseable {
    private static final long LEAST_RETRY_NANOS = 1_000_000_000L;
    private static final long TICK_NANOS = 100_000_000L;

    private final Backends backends;
    private final PriceBook prices;
    private final long maxWaitingBytes;
    private final Object lock = new Object();
    private final Pool pool;
    /** By model. */
    private final Map<String, Line> lines = new HashMap<>();

    private final Consumer<Backends.Snapshot> onChange = this::changed;
    private final BiConsumer<String, PublishedLoad> onLoad = this::published;
    private long waitingBytes;
    private long tickedNanos;

    /** What is kept for one model: who waits, who leaves slots free, and how long answers take to begin. */
    private record Line(FairQueue<Candidate> queue, Headroom headroom, StartTime start) {}

    /**
     * Who gets something now.
     *
     * @param beyond no place is free: whoever gets one takes it back from somebody
     * @param heldBack the tenants that get nothing
     */
    private record Turn(boolean beyond, Predicate<String> heldBack) {
        private static final Turn FREE = new Turn(false, tenant -> false);

        private boolean takesBackFor(Job<Candidate> job) {
            return beyond && !job.returning();
        }
    }

    /** A request in search of a worker. The calls come on any thread. */
    interface Candidate {
        /** Unique; smaller for whoever arrived first. */
        long arrival();

        RequestFacts facts();

        /** Whose share it takes. */
        String tenant();

        /** Of the tenant's share against others'. */
        double weight();

        /**
         * What it waits as; asked for only where it has to.
         *
         * @param startNanos what a worker needs to begin an answer: to be kept of its time
         */
        Job<Candidate> job(boolean returning, long startNanos);

        long bodyBytes();

        /** True where this very state of the backend has just failed this request. */
        boolean avoids(Backends.Entry entry);

        /** It waited, and now has a worker. The slot is the candidate's to release, also where it no longer wants it. */
        void placed(Placement.Placed placed);

        /** It waited, and now nothing is left to wait for. */
        void hopeless(Placement.Hopeless why);
    }

    Dispatcher(Backends backends, RoutingPolicy policy, PriceBook prices, DispatchLimits limits) {
        this.backends = backends;
        this.prices = prices;
        this.maxWaitingBytes = limits.maxWaitingBytes();
        this.pool = new Pool(backends, policy, limits);
        backends.addListener(onChange);
        backends.addLoadListener(onLoad);
    }

    /** @param returning it comes back from a failed attempt: it is not refused, and goes before those that wait */
    Placement place(Candidate candidate, boolean returning) {
        return locked(calls -> {
            long now = System.nanoTime();
            String model = candidate.facts().model();
            List<String> hopeless = pool.hopeless(model);
            if (hopeless != null) {
                return new Placement.Hopeless(hopeless);
            }
            Line line = line(model, now);
            FairQueue<Candidate> queue = line.queue();
            line.headroom().came(candidate.tenant(), candidate.weight(), now);
            boolean atOnce = returning || queue.size() == 0;
            Turn turn = atOnce && !returning ? turn(line, model, now) : Turn.FREE;
            boolean mayPass = atOnce && !turn.heldBack().test(candidate.tenant());
            Placement.Placed placed = mayPass ? choose(candidate, turn.beyond()) : null;
            if (placed != null) {
                long cost = candidate.facts().price().totalNanos();
                if (returning) {
                    queue.resumed(candidate.arrival(), cost, now);
                } else {
                    queue.charge(candidate.arrival(), candidate.tenant(), candidate.weight(), cost, now);
                }
                return placed;
            }
            if (!returning && waitingBytes + candidate.bodyBytes() > maxWaitingBytes) {
                return new Placement.Full(queue.size(), waitingBytes, drainNanos(queue) / 2);
            }
            queue.beyond(pool.beyond(model));
            return switch (queue.offer(candidate.job(returning, line.start().nanos()), now)) {
                case Offer.Queued(Place place) -> {
                    waitingBytes += candidate.bodyBytes();
                    pump(model, calls); // those before it may all avoid the worker that is free
                    yield new Placement.Waits(place);
                }
                case Offer.Refused(long expected, long retry) -> new Placement.TooLate(expected, retry);
            };
        });
    }

    /** Looks again for those that wait for this model, because one of them avoids fewer backends now. */
    void retry(String model) {
        locked(calls -> pump(model, calls));
    }

    /** It waits no longer. @return false where it did not wait, or has just been called */
    boolean leave(Candidate candidate) {
        synchronized (lock) {
            Line line = lines.get(candidate.facts().model());
            boolean waited = line != null && line.queue().remove(candidate.arrival());
            waitingBytes -= waited ? candidate.bodyBytes() : 0;
            return waited;
        }
    }

    /** Where a waiting candidate stands. */
    Place where(Candidate candidate) {
        synchronized (lock) {
            long now = System.nanoTime();
            return line(candidate.facts().model(), now).queue().place(candidate.arrival(), now);
        }
    }

    /** A request that had been dispatched has ended, and has taken so much of a worker's time. */
    void settled(Candidate candidate, long actualNanos) {
        synchronized (lock) {
            Line line = lines.get(candidate.facts().model());
            if (line != null) {
                line.queue()
                        .settled(
                                candidate.tenant(),
                                candidate.weight(),
                                candidate.facts().price().totalNanos(),
                                actualNanos);
            }
        }
    }

    /** About when what waits for this model now will have been started; 0 where nobody knows. */
    long retryNanos(String model) {
        synchronized (lock) {
            Line line = lines.get(model);
            return line == null ? 0 : drainNanos(line.queue());
        }
    }

    int waiting() {
        synchronized (lock) {
            return lines.values().stream().mapToInt(line -> line.queue().size()).sum();
        }
    }

    /** Cost of what waits, in worker seconds. */
    double waitingSeconds() {
        synchronized (lock) {
            return lines.values().stream()
                            .mapToLong(line -> line.queue().waitingCostNanos())
                            .sum()
                    * 1e-9;
        }
    }

    /** Requests dispatched and not finished, over all backends. */
    int running() {
        synchronized (lock) {
            return pool.running();
        }
    }

    @Override
    public void close() {
        backends.removeListener(onChange);
        backends.removeLoadListener(onLoad);
    }

    /** Called by {@link Slot}. */
    void freed(Pool.Chosen chosen, Slot.End end) {
        locked(calls -> {
            pool.ended(chosen, end);
            long now = System.nanoTime();
            Line line = line(chosen.model(), now);
            line.headroom().ended(chosen.tenant());
            line.queue().ended(chosen.arrival(), now);
            return pumpAll(chosen.entry().backend(), calls);
        });
    }

    /** Called by {@link Slot}. */
    void firstToken(Pool.Chosen chosen, long tookNanos) {
        synchronized (lock) {
            pool.firstToken(chosen, tookNanos);
            if (!chosen.tookBack()) { // it says nothing of those that wait for a free place
                line(chosen.model(), System.nanoTime()).start().took(tookNanos);
            }
        }
    }

    /** Called by {@link Slot}. */
    void observed(Pool.Chosen chosen, long promptTokens, long cachedTokens) {
        synchronized (lock) {
            pool.observed(chosen, promptTokens, cachedTokens);
        }
    }

    /** Time has passed: a breaker's pause may be over. */
    void tick(long now) {
        locked(calls -> {
            if (now - tickedNanos >= TICK_NANOS) {
                tickedNanos = now;
                pool.look();
                lines.keySet().forEach(model -> pump(model, calls));
            }
            return null;
        });
    }

    private void published(String id, PublishedLoad load) {
        locked(calls -> {
            Backend backend = backends.snapshot().backend(id);
            if (backend == null) {
                return null;
            }
            pool.published(id, load);
            if (load.isNearlyFull()) {
                for (ServedModel model : backend.models()) {
                    prices.rates(model.id(), load.promptTokensPerSecond(), load.outputTokensPerSecond());
                }
            }
            return pumpAll(backend, calls);
        });
    }

    private void changed(Backends.Snapshot snapshot) {
        locked(calls -> {
            pool.changed(snapshot);
            long now = System.nanoTime();
            lines.forEach((model, line) -> {
                FairQueue<Candidate> queue = line.queue();
                queue.workers(pool.ready(model), now);
                pump(model, calls);
                List<String> hopeless = pool.hopeless(model);
                while (hopeless != null && queue.size() > 0) {
                    Job<Candidate> job = Objects.requireNonNull(queue.poll(tenant -> false, any -> true, now));
                    queue.settled(job.tenant(), job.weight(), job.costNanos(), 0);
                    queue.ended(job.arrival(), now);
                    waitingBytes -= job.who().bodyBytes();
                    calls.add(() -> job.who().hopeless(new Placement.Hopeless(hopeless)));
                }
            });
            return null;
        });
    }

    private @Nullable Void pumpAll(Backend backend, List<Runnable> calls) {
        for (ServedModel model : backend.models()) {
            pump(model.id(), calls);
        }
        return null;
    }

    /** Gives free slots to those that wait, in fair order. */
    private @Nullable Void pump(String model, List<Runnable> calls) {
        Line line = lines.get(model);
        while (line != null && line.queue().size() > 0 && pool.hasRoom(model, true)) {
            long now = System.nanoTime();
            Turn turn = turn(line, model, now);
            Job<Candidate> job =
                    line.queue().poll(turn.heldBack(), waits -> pool.fits(waits.who(), turn.takesBackFor(waits)), now);
            if (job == null) {
                return null;
            }
            Candidate candidate = job.who();
            waitingBytes -= candidate.bodyBytes();
            Placement.Placed placed = Objects.requireNonNull(choose(candidate, turn.takesBackFor(job)));
            calls.add(() -> candidate.placed(placed));
        }
        return null;
    }

    private Placement.@Nullable Placed choose(Candidate candidate, boolean beyond) {
        Pool.Chosen chosen = pool.choose(candidate, beyond);
        if (chosen == null) {
            return null;
        }
        long now = System.nanoTime();
        line(chosen.model(), now).headroom().started(candidate.tenant(), candidate.weight(), now);
        Backend backend = chosen.entry().backend();
        return new Placement.Placed(backend, chosen.entry().version(), new Slot(this, chosen), chosen.reason());
    }

    /** Does it under the lock, and afterwards, without it, what it has left to call. */
    private <R extends @Nullable Object> R locked(Function<List<Runnable>, R> task) {
        List<Runnable> calls = new ArrayList<>(1);
        R result;
        synchronized (lock) {
            result = task.apply(calls);
        }
        calls.forEach(Runnable::run);
        return result;
    }

    private Turn turn(Line line, String model, long now) {
        Headroom headroom = line.headroom();
        if (!pool.hasRoom(model, false)) {
            return new Turn(true, headroom.overtaking().negate());
        }
        return pool.takesBack(model)
                ? Turn.FREE
                : new Turn(false, headroom.heldBack(pool.capacity(model), pool.taken(model), now)::contains);
    }

    private Line line(String model, long now) {
        Line line = lines.get(model);
        if (line == null) {
            line = new Line(new FairQueue<>(), new Headroom(), new StartTime());
            line.queue().workers(pool.ready(model), now);
            lines.put(model, line);
        }
        return line;
    }

    private static long drainNanos(FairQueue<Candidate> queue) {
        double rate = queue.drainRate();
        return rate <= 0 ? 0 : Math.max(LEAST_RETRY_NANOS, (long) (queue.waitingCostNanos() / rate));
    }
}
