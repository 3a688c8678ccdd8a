package dev.unbusy.admission;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A small world in virtual time around a {@link FairQueue}: workers with slots, tenants that ask at random moments, clients
 * that come back when told to. Everything follows from the seed.
 */
final class Overload {
    static final long SECOND = 1_000_000_000L;

    /** One request of the world. */
    static final class Request {
        final int tenant;
        final long id;
        final long costNanos;
        final long actualNanos;
        final long patienceNanos;
        final boolean comesBack;
        long arrivedNanos;
        long deadlineNanos;
        long startedNanos = -1;
        long leftNanos;
        long resumedNanos;
        int runs;
        int interruptions;
        long expectedNanos = -1;
        int refusals;
        boolean expired;
        boolean gaveUp;

        Request(int tenant, long id, long cost, long actual, long patience, boolean comesBack) {
            this.tenant = tenant;
            this.id = id;
            this.costNanos = cost;
            this.actualNanos = actual;
            this.patienceNanos = patience;
            this.comesBack = comesBack;
        }

        long waitedNanos() {
            return startedNanos - arrivedNanos;
        }
    }

    /** How the quiet get slots under a flood. */
    enum Way {
        QUEUE_ALONE,
        HEADROOM,
        /** Workers take slots back, as ours do. */
        TAKING_BACK
    }

    private record Event(long at, long order, Runnable what) {}

    final List<Request> requests = new ArrayList<>();
    final FairQueue<Request> queue = new FairQueue<>();
    private final Headroom headroom = new Headroom();
    private Way way = Way.HEADROOM;
    private int beyond;
    /** In the order in which they got their slots. */
    private final List<Request> running = new ArrayList<>();

    private final List<Request> interrupted = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.order(), b.order()));
    private final Map<Integer, Double> weights = new HashMap<>();
    private final Random random;
    private final int workers;
    private final int slotsPerWorker;
    private long now;
    private long orders;
    private long ids;

    Overload(long seed, int workers, int slotsPerWorker) {
        this.random = new Random(seed);
        this.workers = workers;
        this.slotsPerWorker = slotsPerWorker;
        queue.workers(workers, 0);
    }

    /**
     * A tenant that asks for a share of all there is.
     *
     * @param load cost asked for per second, over what the workers can do
     * @param comesBack share of its clients that come back when told to
     */
    void tenant(
            int tenant,
            double load,
            double weight,
            long patienceNanos,
            double comesBack,
            long fromNanos,
            long toNanos) {
        weights.put(tenant, weight);
        double meanCost = 0.25 * SECOND;
        double gap = meanCost / (load * workers);
        double at = fromNanos + random.nextDouble() * gap;
        while (at < toNanos) {
            long cost = (long) (meanCost * (0.3 + 1.4 * random.nextDouble()));
            long actual = (long) (cost * (0.7 + 0.6 * random.nextDouble()));
            Request request = new Request(tenant, ++ids, cost, actual, patienceNanos, random.nextDouble() < comesBack);
            requests.add(request);
            at((long) at, () -> arrives(request));
            at += -Math.log(1 - random.nextDouble()) * gap;
        }
    }

    void run() {
        while (!events.isEmpty()) {
            Event event = events.poll();
            now = event.at();
            event.what().run();
        }
    }

    private void at(long time, Runnable what) {
        events.add(new Event(time, ++orders, what));
    }

    private void arrives(Request request) {
        request.arrivedNanos = now;
        request.deadlineNanos = now + request.patienceNanos;
        headroom.came("t" + request.tenant, weight(request), now);
        if (queue.size() == 0 && getsOne("t" + request.tenant)) {
            queue.charge(request.id, "t" + request.tenant, weight(request), request.costNanos, now);
            start(request);
            return;
        }
        queue.beyond(Math.max(0, running.size() + interrupted.size() - slots()));
        switch (queue.offer(job(request), now)) {
            case Offer.Queued(Place place) -> {
                request.expectedNanos = place.waitNanos().orElse(-1);
                pump();
                at(request.deadlineNanos, () -> {
                    if (request.startedNanos < 0 && queue.remove(request.id)) {
                        request.expired = true;
                    }
                });
            }
            case Offer.Refused(long expected, long retry) -> {
                request.refusals++;
                if (request.comesBack && request.refusals < 10) {
                    // As a client would: the header has whole seconds, and the way there takes a moment.
                    long told = (retry + SECOND - 1) / SECOND * SECOND;
                    at(now + told + random.nextInt(50_000_000), () -> arrives(request));
                } else {
                    request.gaveUp = true;
                }
            }
        }
    }

    private Job<Request> job(Request request) {
        return new Job<>(
                request,
                request.id,
                "t" + request.tenant,
                weight(request),
                Job.Level.NORMAL,
                request.deadlineNanos,
                request.costNanos,
                request.id,
                false);
    }

    private double weight(Request request) {
        return weights.getOrDefault(request.tenant, 1.0);
    }

    private void start(Request request) {
        request.startedNanos = now;
        request.leftNanos = request.actualNanos * slotsPerWorker;
        headroom.started("t" + request.tenant, weight(request), now);
        if (running.size() == slots()) {
            interrupt();
        }
        resume(request);
    }

    /** Whoever has most gives a slot back, the youngest of its requests. */
    private void interrupt() {
        Map<Integer, Integer> counts = new HashMap<>();
        running.forEach(request -> counts.merge(request.tenant, 1, Integer::sum));
        int most = counts.values().stream().mapToInt(count -> count).max().orElseThrow();
        for (int i = running.size() - 1; i >= 0; i--) {
            Request request = running.get(i);
            if (counts.getOrDefault(request.tenant, 0) == most && request.interruptions < 3) {
                running.remove(i);
                interrupted.add(request);
                request.interruptions++;
                request.runs++;
                request.leftNanos -= now - request.resumedNanos;
                return;
            }
        }
        throw new IllegalStateException("nobody gives a slot back"); // not with the loads of these tests
    }

    private void resume(Request request) {
        running.add(request);
        request.resumedNanos = now;
        int run = ++request.runs;
        at(now + request.leftNanos, () -> {
            if (request.runs == run) {
                end(request);
            }
        });
    }

    private void end(Request request) {
        running.remove(request);
        queue.ended(request.id, now);
        queue.settled("t" + request.tenant, weight(request), request.costNanos, request.actualNanos);
        headroom.ended("t" + request.tenant);
        if (!interrupted.isEmpty()) {
            resume(interrupted.removeFirst());
        }
        pump();
    }

    private void pump() {
        Job<Request> next = queue.poll(tenant -> !getsOne(tenant), job -> true, now);
        while (next != null) {
            start(next.who());
            next = queue.poll(tenant -> !getsOne(tenant), job -> true, now);
        }
    }

    private int slots() {
        return workers * slotsPerWorker;
    }

    private boolean getsOne(String tenant) {
        int taken = running.size() + interrupted.size();
        if (taken >= slots()) {
            return taken < slots() + beyond && headroom.overtaking().test(tenant);
        }
        return way != Way.HEADROOM || !headroom.heldBack(slots(), taken, now).contains(tenant);
    }

    Overload with(Way chosen) {
        way = chosen;
        beyond = chosen == Way.TAKING_BACK ? workers * Headroom.beyond(slotsPerWorker) : 0;
        return this;
    }

    /** Of those values the one below which the given share lies; NaN where there is none. */
    static double percentile(List<Long> values, double share) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get((int) Math.min(sorted.size() - 1, share * sorted.size()));
    }
}
