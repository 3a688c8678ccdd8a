package dev.unbusy.routing;

import dev.unbusy.admission.Price;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The real policies, prefix map and leases before simulated workers in virtual time. The chooser sees what a gateway sees:
 * its own leases, estimates of the answer's length, and published state that is as old as {@code staleMillis}.
 */
final class RoutingSimulation {
    private static final int USUAL_OUTPUT = 100;

    private final RoutingPolicy policy;
    private final List<SimulatedWorker> workers;
    private final PrefixMap prefixes;
    private final double[] stepEnds;
    private final double[] kvFreeShare;
    private final int[] waiting;
    private double publishedAt = Double.NEGATIVE_INFINITY;
    private boolean capacityKnown = true;
    private double staleMillis = 250;
    private boolean lies;
    private long turn;

    final List<SimulatedWorker.Running> done = new ArrayList<>();

    /** What came out, over all requests. */
    record Figures(
            double meanTtftMillis,
            double p95TtftMillis,
            double makespanSeconds,
            double hitShare,
            int mostWaiting,
            double imbalance) {
        @Override
        public String toString() {
            return "TTFT mean %.0f ms, p95 %.0f ms; done after %.0f s; prefix hits %.0f %%; longest queue %d; busiest worker %.2f of mean"
                    .formatted(meanTtftMillis, p95TtftMillis, makespanSeconds, 100 * hitShare, mostWaiting, imbalance);
        }
    }

    /** @param budgetTokens that the chooser thinks a worker's cache holds */
    RoutingSimulation(RoutingPolicy policy, List<SimulatedWorker> workers, long budgetTokens) {
        this.policy = policy;
        this.workers = workers;
        this.prefixes = new PrefixMap(4 * budgetTokens);
        this.stepEnds = new double[workers.size()];
        this.kvFreeShare = new double[workers.size()];
        this.waiting = new int[workers.size()];
        Arrays.fill(stepEnds, Double.POSITIVE_INFINITY);
    }

    /** Equal workers with 16 places. */
    static RoutingSimulation equal(String policy, int count, int cells) {
        return new RoutingSimulation(RoutingPolicy.named(policy), workers(count, cells, 1), cells);
    }

    /** Workers with 16 places, of which the first is so many times slower than the others. */
    static List<SimulatedWorker> workers(int count, int cells, double slownessOfFirst) {
        List<SimulatedWorker> workers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            workers.add(new SimulatedWorker("w" + i, 16, cells, i == 0 ? slownessOfFirst : 1));
        }
        return workers;
    }

    RoutingSimulation withUnknownCapacity() {
        capacityKnown = false;
        return this;
    }

    /** @param lie the first worker always says that it is empty, the others tell the truth of so long ago */
    RoutingSimulation withStalePublished(double millis, boolean lie) {
        staleMillis = millis;
        lies = lie;
        return this;
    }

    Figures run(List<SimulatedLoad.Request> load) {
        int next = 0;
        while (done.size() < load.size()) {
            int worker = 0;
            for (int i = 1; i < stepEnds.length; i++) {
                if (stepEnds[i] < stepEnds[worker]) {
                    worker = i;
                }
            }
            if (next < load.size() && load.get(next).atMillis <= stepEnds[worker]) {
                arrive(load.get(next++));
            } else {
                stepEnded(worker);
            }
        }
        return figures();
    }

    private void arrive(SimulatedLoad.Request request) {
        double now = request.atMillis;
        publish(now);
        Price work = Works.fine(request.promptTokens, USUAL_OUTPUT);
        List<WorkerView> views = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
            SimulatedWorker worker = workers.get(i);
            views.add(new WorkerView(
                    worker.id,
                    true,
                    worker.outstanding.nanos(),
                    worker.outstanding.requests(),
                    capacityKnown ? worker.places() : 0,
                    prefixes.expectedTokens(worker.id, request.keys, request.promptTokens),
                    kvFreeShare[i],
                    waiting[i],
                    1));
        }
        Choice choice = policy.choose(new RequestFacts("m", work, request.keys), views, turn++);
        if (!(choice instanceof Choice.Chosen(int index, Choice.Reason reason))) {
            throw new AssertionError(choice);
        }
        SimulatedWorker chosen = workers.get(index);
        OutstandingWork.Lease lease =
                chosen.outstanding.take(work.afterPrefix(views.get(index).matchedPrefixTokens()));
        PrefixMap.Sent sent = prefixes.sent(chosen.id, request.keys);
        chosen.take(new SimulatedWorker.Running(request, now, lease, sent));
        if (stepEnds[index] == Double.POSITIVE_INFINITY) {
            stepEnds[index] = chosen.step(now);
        }
    }

    private void stepEnded(int index) {
        SimulatedWorker worker = workers.get(index);
        for (SimulatedWorker.Running request : worker.finished()) {
            prefixes.observed(request.sent, request.promptTokens, request.cachedTokens);
            done.add(request);
        }
        stepEnds[index] = worker.isIdle() ? Double.POSITIVE_INFINITY : worker.step(stepEnds[index]);
    }

    private void publish(double now) {
        if (now - publishedAt < staleMillis) {
            return;
        }
        publishedAt = now;
        for (int i = 0; i < workers.size(); i++) {
            boolean lie = lies && i == 0;
            kvFreeShare[i] = lie ? 1 : workers.get(i).kvFreeShare();
            waiting[i] = lie ? 0 : workers.get(i).waiting();
        }
    }

    private Figures figures() {
        double[] ttfts = done.stream()
                .mapToDouble(r -> r.firstTokenMillis - r.arrivalMillis)
                .sorted()
                .toArray();
        double prompt = done.stream().mapToDouble(r -> r.promptTokens).sum();
        double cached = done.stream().mapToDouble(r -> r.cachedTokens).sum();
        double end = done.stream().mapToDouble(r -> r.firstTokenMillis).max().orElseThrow();
        long[] taken = workers.stream().mapToLong(SimulatedWorker::taken).toArray();
        return new Figures(
                Arrays.stream(ttfts).average().orElseThrow(),
                ttfts[(int) (0.95 * ttfts.length)],
                end / 1000,
                cached / prompt,
                workers.stream().mapToInt(w -> w.mostWaiting).max().orElseThrow(),
                (double) Arrays.stream(taken).max().orElseThrow() * taken.length / done.size());
    }
}
