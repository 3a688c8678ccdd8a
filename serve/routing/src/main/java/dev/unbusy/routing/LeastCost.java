package dev.unbusy.routing;

import dev.unbusy.admission.Price;
import java.util.List;

/**
 * The ready worker where this request is expected to wait least for its first token and to add least work: outstanding
 * work, corrected by prefix affinity until the worker is saturated and another is not. The policy {@code unbusy}.
 *
 * <p>All in time of a fully loaded worker, of request r at worker w:
 *
 * <ol>
 *   <li>added = work of r, less that of the prompt's tokens that w has already.
 *   <li>ahead = outstanding work at w, and r's own work once more for each request that waits there and cannot be ours: other
 *       gateways' requests.
 *   <li>share of it that counts. Work that stands before r costs less than work that r adds: answers run side by side with a
 *       new prompt, while a prompt computed twice delays whoever is there and whoever comes next; near saturation, giving up
 *       matches too easily adds the very work that saturates. So it is {@value #SHARE}, or {@value #BLIND_SHARE} where a
 *       ready worker's capacity is unknown and 4 cannot help.
 *   <li>place = the part of the outstanding work that must end before w has a place for r; 0 while it has one, and while no
 *       other ready worker has one either: then r waits wherever it goes, and its match is worth all the more.
 *   <li>scarcity of KV cells, from 0 with {@value #ENOUGH_KV} of them free or unknown to 1 with none, less that of the
 *       ready worker with the least. What runs must end, or make room, before r can run, so the share rises to the scarcity;
 *       cached prefixes make room first, so by that part the match is not relied on.
 *   <li>cost = (share · ahead + place + added) ÷ warmth: half as warm counts as twice as busy.
 * </ol>
 *
 * <p>Where nothing is known but the outstanding work, and where matches and all else are equal and places are free, the
 * order is that of {@link LeastWork}.
 *
 * <p>Bound, while nothing finishes, leases are taken after the match ({@link Price#afterPrefix}), all are warm,
 * nothing is published, and places are free or unknown: ready workers differ by at most the largest single request ÷ share.
 * For r goes to a only where share · (ahead of a − ahead of b) ≤ match of a − match of b for every b, and then adds its work
 * less the match of a. What workers publish can only add to a cost, so old news never draws requests to a worker.
 */
final class LeastCost implements RoutingPolicy {
    static final double SHARE = 1.0 / 3;
    static final double BLIND_SHARE = 0.5;
    static final double ENOUGH_KV = 0.125;

    @Override
    public String name() {
        return "unbusy";
    }

    @Override
    public Choice choose(RequestFacts request, List<WorkerView> workers, long turn) {
        Pool pool = Pool.of(workers);
        Choice choice =
                Selection.least(workers, turn, worker -> cost(request.price(), worker, pool), Choice.Reason.LEAST_COST);
        return choice instanceof Choice.Chosen(int index, Choice.Reason reason) && reason == Choice.Reason.LEAST_COST
                ? new Choice.Chosen(index, reason(workers, workers.get(index)))
                : choice;
    }

    /** What the costs of all workers have in common. */
    private record Pool(double share, boolean hasFreePlace, double leastScarcity) {
        static Pool of(List<WorkerView> workers) {
            boolean blind = false;
            boolean free = false;
            double scarcity = 1;
            for (WorkerView worker : workers) {
                if (worker.ready()) {
                    blind |= worker.capacity() == 0;
                    free |= worker.outstandingRequests() < worker.capacity();
                    scarcity = Math.min(scarcity, scarcity(worker));
                }
            }
            return new Pool(blind ? BLIND_SHARE : SHARE, free, scarcity);
        }
    }

    private static double cost(Price price, WorkerView worker, Pool pool) {
        // 5
        double scarcity = scarcity(worker) - pool.leastScarcity;
        // 1
        double added = price.afterPrefix((long) (worker.matchedPrefixTokens() * (1 - scarcity)))
                .totalNanos();
        // 2
        long foreign = Math.max(0, worker.waiting() - worker.outstandingRequests());
        double ahead = worker.outstandingNanos() + (double) foreign * price.totalNanos();
        // 3
        double share = Math.max(pool.share, scarcity);
        // 4
        double place = 0;
        int beyond = worker.outstandingRequests() + 1 - worker.capacity();
        if (pool.hasFreePlace && worker.capacity() > 0 && beyond > 0) {
            place = (double) worker.outstandingNanos() * beyond / worker.outstandingRequests();
        }
        // 6
        return (share * ahead + place + added) / worker.warmth();
    }

    private static double scarcity(WorkerView worker) {
        double free = worker.kvFreeShare();
        return Double.isNaN(free) ? 0 : Math.max(0, 1 - free / ENOUGH_KV);
    }

    private static Choice.Reason reason(List<WorkerView> workers, WorkerView chosen) {
        boolean longer = false;
        boolean shorter = false;
        boolean leastWork = true;
        for (WorkerView worker : workers) {
            if (worker.ready()) {
                longer |= worker.matchedPrefixTokens() > chosen.matchedPrefixTokens();
                shorter |= worker.matchedPrefixTokens() < chosen.matchedPrefixTokens();
                leastWork &= worker.outstandingNanos() >= chosen.outstandingNanos();
            }
        }
        if (longer) {
            return Choice.Reason.AFFINITY_SATURATED;
        }
        if (shorter) {
            return Choice.Reason.PREFIX_AFFINITY;
        }
        return leastWork ? Choice.Reason.LEAST_WORK : Choice.Reason.LEAST_COST;
    }
}
