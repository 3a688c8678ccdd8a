package dev.unbusy.routing;

import dev.unbusy.routing.Standing.Reason;
import dev.unbusy.routing.Standing.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Finds the workers of one pool that do far worse than their peers and ejects them for a while. The rules are Envoy's outlier
 * detection, with the peers' median in place of mean and deviation: pools of a few workers are usual here, and of four
 * values none lies two deviations from the mean. Stateless; to be asked every ten seconds or so.
 *
 * <ol>
 *   <li>Compared are workers that get requests and have enough outcomes, each with the median of the others.
 *   <li>An outlier has so large a share of failures, absolutely and in proportion to its peers'; or its typical time to first
 *       token is so many times its peers' and so much longer. For that, two peers at least must be known: of two workers
 *       nobody can say which is the odd one.
 *   <li>The worst goes first, failures before slowness, and never so many that more than half of the pool gets no requests:
 *       where most seem ill, the cause is elsewhere. Those whose breaker is open count into that half.
 *   <li>The n-th ejection in short order is n times as long; each look at which a worker is in line takes one off.
 * </ol>
 */
public final class OutlierDetector {
    private final OutlierRules rules;

    public OutlierDetector(OutlierRules rules) {
        this.rules = rules;
    }

    /**
     * One worker that gets no requests from now on.
     *
     * @param value its share of failures, or its typical time to first token in nanoseconds
     * @param peers the median of the others'
     * @param nanos how long
     */
    public record Ejection(String workerId, Reason reason, double value, double peers, long nanos) {}

    private record Suspect(WorkerHealth worker, Reason reason, double value, double peers) {
        double ratio() {
            return value / peers;
        }
    }

    /** @param pool all workers that serve the same model */
    public List<Ejection> look(Collection<WorkerHealth> pool, long nowNanos) {
        List<WorkerHealth> serving = pool.stream()
                .filter(worker -> worker.standing(nowNanos).state() == State.CLOSED)
                .toList();
        List<Suspect> suspects = new ArrayList<>();
        for (int i = 0; i < serving.size(); i++) {
            suspect(serving, i, nowNanos, suspects);
        }
        // 3
        suspects.sort(Comparator.comparing(Suspect::reason).thenComparing(Suspect::ratio, Comparator.reverseOrder()));
        int allowed = pool.size() / 2 - (pool.size() - serving.size());
        List<Ejection> ejected = new ArrayList<>();
        for (Suspect suspect : suspects.subList(0, Math.clamp(allowed, 0, suspects.size()))) {
            long nanos = suspect.worker.eject(suspect.reason, rules, nowNanos); // 4
            ejected.add(new Ejection(suspect.worker.workerId(), suspect.reason, suspect.value, suspect.peers, nanos));
        }
        // 4
        serving.stream()
                .filter(worker -> suspects.stream().noneMatch(suspect -> suspect.worker == worker))
                .forEach(WorkerHealth::inLine);
        return ejected;
    }

    // 1, 2
    private void suspect(List<WorkerHealth> serving, int index, long nowNanos, List<Suspect> suspects) {
        WorkerHealth worker = serving.get(index);
        double share = failureShare(worker, nowNanos);
        double[] shares = peers(serving, index, peer -> failureShare(peer, nowNanos));
        if (shares.length >= 1 && share >= rules.failureShare()) {
            double median = OutcomeWindow.median(shares);
            if (share >= rules.failureTimes() * median) {
                suspects.add(new Suspect(worker, Reason.OUTLIER_FAILURES, share, median));
                return;
            }
        }
        double ttft = ttft(worker, nowNanos);
        double[] ttfts = peers(serving, index, peer -> ttft(peer, nowNanos));
        if (ttfts.length >= 2) {
            double median = OutcomeWindow.median(ttfts);
            if (ttft >= rules.ttftTimes() * median && ttft >= median + rules.ttftMarginNanos()) {
                suspects.add(new Suspect(worker, Reason.OUTLIER_SLOW, ttft, median));
            }
        }
    }

    private double failureShare(WorkerHealth worker, long nowNanos) {
        OutcomeWindow window = worker.window();
        return window.outcomes(nowNanos) < rules.leastOutcomes() ? Double.NaN : window.failureShare(nowNanos);
    }

    private double ttft(WorkerHealth worker, long nowNanos) {
        return worker.window().typicalTtftNanos(rules.leastOutcomes(), nowNanos);
    }

    private static double[] peers(List<WorkerHealth> serving, int index, ToDoubleFunction<WorkerHealth> value) {
        double[] values = new double[serving.size()];
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            double known = i == index ? Double.NaN : value.applyAsDouble(serving.get(i));
            if (!Double.isNaN(known)) {
                values[count++] = known;
            }
        }
        return Arrays.copyOf(values, count);
    }
}
