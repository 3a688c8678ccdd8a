package dev.unbusy.admission;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for the workers of one model: shared out fairly between tenants by the cost of what was served,
 * bounded by time instead of length, with waits that come true. Not thread-safe: its owner calls it under a lock of its
 * own. Time and costs in nanoseconds.
 *
 * <ol>
 *   <li>Order between tenants: start-time fair queueing (Goyal, Vin, Cheng 1996). Each tenant has a tag in virtual time; the
 *       one with the smallest goes next and its tag moves on by cost over weight. Who was idle starts at the queue's virtual
 *       time, so idleness earns nothing. Between two tenants that both wait, cost served per weight differs by no more than
 *       one largest job of each. What a job really cost is corrected afterwards ({@link #settled}).
 *   <li>Order within a tenant: class, deadline, arrival. Batch jobs are a band of their own, served when no other job fits,
 *       but with one part in {@value #BATCH_SHARE} of the cost while they wait.
 *   <li>Jobs that have lost their worker go before all others and are not charged again.
 *   <li>A job's wait: what comes before it, over the {@link DrainRate}. Before it come its tenant's earlier jobs, and of
 *       every other tenant what that one has waiting or will ask for during the wait ({@link TenantLane#demand}), up to its
 *       fair share: an admitted job of a flood is told a wait that holds when the quiet tenants come back.
 *   <li>A job whose wait passes its deadline is refused at once and told when to come again; its place is kept in the
 *       {@link PromiseBook}, which counts as waiting work for later jobs of its tenant only.
 * </ol>
 */
public final class FairQueue<T> {
    static final int BATCH_SHARE = 16;
    private static final int ROUNDS = 40;
    /** Waits are estimates: a job is admitted where this share of its time would do. */
    private static final double SURE = 0.9;
    /** A kept promise may use up most of that margin. */
    private static final double PROMISE_TOLERANCE = 1.08;
    /** Who was idle may be so many usual jobs ahead: a burst of a quiet tenant does not queue behind a flood's backlog. */
    private static final int CREDIT_JOBS = 4;
    /** Told waits are longer than computed ones by this share, because coming too early costs a round trip. */
    private static final double RETRY_MARGIN = 0.2;
    /** And they aim at so much less than the time that the job has, since what comes in between comes in bursts. */
    private static final double PROMISE_SLACK_NANOS = 10e9;

    private static final long LEAST_RETRY_NANOS = 1_000_000_000L;
    private static final long LANE_KEPT_NANOS = 600_000_000_000L;
    private static final int TIDY_EVERY = 4_096;

    private final Map<String, TenantLane<T>> lanes = new HashMap<>();
    private final Map<Long, TenantLane.Entry<T>> waiting = new HashMap<>();
    private final TreeMap<Long, Job<T>> returning = new TreeMap<>();
    private final DrainRate drain = new DrainRate();
    private double virtualTime;
    private double batchCredit;
    private int workers;
    private int beyond;
    private long lastNanos;
    private boolean started;
    private int offers;

    /** How many workers there are whose slots this queue's jobs may take. */
    public void workers(int count, long nowNanos) {
        passTo(nowNanos);
        workers = count;
    }

    /** How many jobs run beyond the workers' places: so many more have to end before the next is started. */
    public void beyond(int jobs) {
        beyond = jobs;
    }

    /** Asks for a place. */
    public Offer offer(Job<T> job, long nowNanos) {
        passTo(nowNanos);
        tidy(nowNanos);
        if (job.returning()) { // 3
            returning.put(job.arrival(), job);
            return new Offer.Queued(
                    new Place(returning.headMap(job.arrival(), true).size(), OptionalLong.empty()));
        }
        TenantLane<T> lane = lane(job.tenant(), job.weight());
        lane.promises.tidy(nowNanos);
        TenantLane.Entry<T> entry = new TenantLane.Entry<>(job, lane);
        TenantLane.Band<T> band = lane.band(job.level());
        PromiseBook.Promise promise = lane.promises.find(job.fingerprint());
        boolean due = promise != null && nowNanos - promise.dueNanos() >= 0;
        long before = band.costBefore(entry);
        double wait = wait(lane, job, before, nowNanos); // 4
        double allowed = SURE * (job.deadlineNanos() - nowNanos);
        if (workers > 0 && (due ? wait > PROMISE_TOLERANCE * allowed : wait > Math.min(allowed, idleSoon()))) { // 5
            long promised = promise == null ? lane.promises.costNanos() : lane.promises.costBefore(promise);
            double promisedWait = due || promised == 0 ? wait : wait(lane, job, before + promised, nowNanos);
            if (due || promisedWait > allowed) {
                return refuse(lane, job, promise, before + promised, promisedWait, allowed, nowNanos);
            }
        }
        if (promise != null) {
            lane.promises.remove(promise);
        }
        lane.tag = startOf(lane);
        band.add(entry, nowNanos);
        waiting.put(job.arrival(), entry);
        lane.asked(job.costNanos(), nowNanos);
        return new Offer.Queued(place(job.arrival(), nowNanos));
    }

    /** A wait so short that a promise must not keep the place free: a worker would have nothing to do. */
    private double idleSoon() {
        double rate = drain.rate(workers);
        return rate <= 0 ? Double.MAX_VALUE : 2 * drain.usualCost(0) / rate;
    }

    private Offer.Refused refuse(
            TenantLane<T> lane,
            Job<T> job,
            PromiseBook.@Nullable Promise promise,
            long ahead,
            double wait,
            double allowed,
            long nowNanos) {
        double slack = Math.min(PROMISE_SLACK_NANOS, allowed / 4);
        double late = Math.max(0, wait - Math.max(0, allowed - slack));
        long retry = (long) Math.max(LEAST_RETRY_NANOS, late * (1 + RETRY_MARGIN));
        if (promise != null && promise.dueNanos() - nowNanos > 0) { // too early: what was said holds
            return new Offer.Refused((long) wait, Math.max(retry, promise.dueNanos() - nowNanos));
        }
        if (promise != null) {
            lane.promises.remove(promise);
        }
        double rate = (ahead + job.costNanos()) / Math.max(1, wait) / (1 + RETRY_MARGIN);
        long promised = lane.promises.add(job.fingerprint(), nowNanos, retry, job.costNanos(), rate);
        return new Offer.Refused((long) wait, promised);
    }

    /**
     * Takes the next job out, in fair order among those that fit; until {@link #ended} it counts as running.
     *
     * @param heldBack whether a tenant gets nothing now; what has lost its worker does all the same
     * @param fits whether there is a worker for it now; others keep their places
     */
    public @Nullable Job<T> poll(Predicate<String> heldBack, Predicate<Job<T>> fits, long nowNanos) {
        passTo(nowNanos);
        for (Job<T> job : returning.values()) { // 3
            if (fits.test(job)) {
                returning.remove(job.arrival());
                drain.resumed(job.arrival(), job.costNanos());
                return job;
            }
        }
        TenantLane.Entry<T> prompt = next(heldBack, fits, false);
        TenantLane.Entry<T> batch = next(heldBack, fits, true);
        TenantLane.Entry<T> chosen = inTurn(prompt, batch);
        if (chosen == null) {
            return null;
        }
        forget(chosen);
        advance(chosen.lane, chosen.job.costNanos(), chosen.job.weight());
        drain.started(chosen.job.arrival(), chosen.job.costNanos());
        return chosen.job;
    }

    /** 1. */
    private TenantLane.@Nullable Entry<T> next(Predicate<String> heldBack, Predicate<Job<T>> fits, boolean batch) {
        TenantLane.Entry<T> best = null;
        for (Map.Entry<String, TenantLane<T>> named : lanes.entrySet()) {
            TenantLane<T> lane = named.getValue();
            TenantLane.Band<T> band = batch ? lane.batch : lane.prompt;
            if (band.size() == 0 || (best != null && lane.tag > best.lane.tag) || heldBack.test(named.getKey())) {
                continue;
            }
            TenantLane.Entry<T> first = band.first(fits);
            boolean better = first != null
                    && (best == null
                            || lane.tag < best.lane.tag
                            || first.job.arrival() < best.job.arrival()); // a tie: whoever came first
            best = better ? first : best;
        }
        return best;
    }

    /** 2. */
    private TenantLane.@Nullable Entry<T> inTurn(
            TenantLane.@Nullable Entry<T> prompt, TenantLane.@Nullable Entry<T> batch) {
        if (batch == null) {
            batchCredit = 0;
            return prompt;
        }
        if (prompt == null || batchCredit >= batch.job.costNanos()) {
            batchCredit = Math.max(0, batchCredit - batch.job.costNanos());
            return batch;
        }
        batchCredit += (double) prompt.job.costNanos() / (BATCH_SHARE - 1);
        return prompt;
    }

    /** Something of this tenant was started without waiting: it counts like the rest. */
    public void charge(long arrival, String tenant, double weight, long costNanos, long nowNanos) {
        passTo(nowNanos);
        TenantLane<T> lane = lane(tenant, weight);
        lane.tag = startOf(lane);
        lane.asked(costNanos, nowNanos);
        advance(lane, costNanos, weight);
        drain.started(arrival, costNanos);
    }

    /** What had been started, and has lost its worker, was started again without waiting. */
    public void resumed(long arrival, long costNanos, long nowNanos) {
        passTo(nowNanos);
        drain.resumed(arrival, costNanos);
    }

    /** It has left its worker, or has lost it. */
    public void ended(long arrival, long nowNanos) {
        passTo(nowNanos);
        drain.ended(arrival);
    }

    /** By the weight of the request itself: a tenant's keys may have several. */
    private void advance(TenantLane<T> lane, long costNanos, double weight) {
        virtualTime = Math.max(virtualTime, lane.tag);
        lane.tag += costNanos / weight;
    }

    /** What was charged as an estimate has ended and cost this. */
    public void settled(String tenant, double weight, long estimatedNanos, long actualNanos) {
        TenantLane<T> lane = lanes.get(tenant);
        if (lane != null) {
            lane.tag += (actualNanos - estimatedNanos) / weight;
        }
    }

    /** It waits no longer. @return false where it did not wait */
    public boolean remove(long arrival) {
        if (returning.remove(arrival) != null) {
            return true;
        }
        TenantLane.Entry<T> entry = waiting.get(arrival);
        if (entry == null) {
            return false;
        }
        forget(entry);
        return true;
    }

    /** Where a waiting job stands, as of at most a second ago. */
    public Place place(long arrival, long nowNanos) {
        passTo(nowNanos);
        TenantLane.Entry<T> entry = waiting.get(arrival);
        if (entry == null) {
            return new Place(Math.max(1, returning.headMap(arrival, true).size()), OptionalLong.empty());
        }
        TenantLane<T> lane = entry.lane;
        TenantLane.Band<T> band = lane.band(entry.job.level());
        long own = band.aheadOf(entry, nowNanos);
        double wait = wait(lane, entry.job, own, nowNanos);
        double position = 1.0 + returning.size() + band.indexOf(entry, nowNanos);
        double start = lane.tag + own / lane.weight;
        for (TenantLane<T> other : lanes.values()) {
            TenantLane.Band<T> theirs = other.band(entry.job.level());
            if (other != lane && theirs.size() > 0) {
                double before = Math.min((double) theirs.costNanos(), Math.max(0, start - other.tag) * other.weight);
                position += Math.ceil(before * theirs.size() / Math.max(1.0, (double) theirs.costNanos()));
            }
        }
        return new Place(
                (int) Math.min(size(), position), workers == 0 ? OptionalLong.empty() : OptionalLong.of((long) wait));
    }

    public int size() {
        return waiting.size() + returning.size();
    }

    /** Jobs of one tenant that wait. */
    public int size(String tenant) {
        TenantLane<T> lane = lanes.get(tenant);
        return lane == null ? 0 : lane.prompt.size() + lane.batch.size();
    }

    /** Cost that waits, in worker nanoseconds. */
    public long waitingCostNanos() {
        long sum = 0;
        for (TenantLane<T> lane : lanes.values()) {
            sum += lane.prompt.costNanos() + lane.batch.costNanos();
        }
        return sum;
    }

    /** Cost that leaves the queue per second, in worker seconds; 0 without workers. */
    public double drainRate() {
        return drain.rate(workers);
    }

    /**
     * 4. The least fixed point of: wait = (own + others' work before it within the wait) / rate. From below, so that each
     * round is a lower bound of the next.
     *
     * @param own cost of the tenant's jobs before it
     * @return nanoseconds; 0 without workers, since nobody is refused then
     */
    private double wait(TenantLane<T> lane, Job<T> job, long own, long nowNanos) {
        double rate = drain.rate(workers);
        if (rate <= 0) {
            return 0;
        }
        boolean batch = job.level() == Job.Level.BATCH;
        double first = drain.costToNextEnd(job.costNanos()) + beyond * drain.usualCost(job.costNanos());
        for (Job<T> before : returning.values()) {
            first += before.costNanos();
        }
        double start = startOf(lane) + own / lane.weight;
        double wait = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double before = own;
            double promptBefore = batch ? lane.prompt.costNanos() : 0;
            for (TenantLane<T> other : lanes.values()) {
                if (other == lane) {
                    continue;
                }
                double wanted = other.demand(nowNanos) * wait;
                double room = Math.max(0, start - startOf(other)) * other.weight;
                before += Math.min(room, other.band(job.level()).costNanos() + wanted);
                promptBefore += batch ? other.prompt.costNanos() + wanted : 0;
            }
            double all = batch
                    ? before + Math.min(promptBefore, (BATCH_SHARE - 1) * (before + job.costNanos())) // 2
                    : before;
            double next = (first + all) / rate;
            if (next - wait < 0.01 * next) {
                return next;
            }
            wait = next;
        }
        return wait;
    }

    private double startOf(TenantLane<T> lane) {
        return lane.waits() ? lane.tag : Math.max(virtualTime - CREDIT_JOBS * drain.usualCost(0), lane.tag);
    }

    private TenantLane<T> lane(String tenant, double weight) {
        TenantLane<T> lane = lanes.computeIfAbsent(tenant, name -> new TenantLane<>());
        lane.weight = weight;
        return lane;
    }

    private void forget(TenantLane.Entry<T> entry) {
        waiting.remove(entry.job.arrival());
        entry.lane.band(entry.job.level()).remove(entry);
    }

    private void passTo(long nowNanos) {
        if (started) {
            drain.passed(nowNanos - lastNanos, workers, size() > 0);
        }
        if (!started || nowNanos - lastNanos > 0) { // clocks of several threads may differ by a little
            lastNanos = nowNanos;
            started = true;
        }
    }

    private void tidy(long nowNanos) {
        if (++offers % TIDY_EVERY == 0) {
            lanes.values().removeIf(lane -> {
                lane.promises.tidy(nowNanos);
                return lane.isIdle(nowNanos, LANE_KEPT_NANOS) && lane.tag <= virtualTime;
            });
        }
    }
}
