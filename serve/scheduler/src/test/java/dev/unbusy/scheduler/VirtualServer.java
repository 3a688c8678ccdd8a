package dev.unbusy.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Requests served in virtual time, by our scheduler or as llama-server does it: what each policy makes of a load. */
final class VirtualServer {
    /**
     * One request.
     *
     * @param output tokens after which it ends
     * @param most tokens it says it may get
     */
    record Request(long arrivalNanos, int prompt, int output, int most, String tenant) {
        Request(long arrivalNanos, int prompt, int output) {
            this(arrivalNanos, prompt, output, output, "");
        }
    }

    /** What clients saw; times in ascending order. */
    @SuppressWarnings("ArrayRecordComponent") // Read by tests; never compared.
    record Outcome(double tokensPerSecond, double[] ttftMillis, double[] gapMillis) {
        double ttft(double share) {
            return at(ttftMillis, share);
        }

        double meanTtft() {
            return Arrays.stream(ttftMillis).average().orElse(0);
        }

        double gap(double share) {
            return at(gapMillis, share);
        }

        private static double at(double[] sorted, double share) {
            return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
        }
    }

    private static final Request NONE = new Request(0, 1, 1);

    private final Machine machine;
    private final Random random;
    private final List<Double> ttft = new ArrayList<>();
    private final Map<String, List<Double>> ttftByTenant = new TreeMap<>();
    private final List<Double> gaps = new ArrayList<>();
    private final Map<Object, Long> last = new HashMap<>();
    private long clock;
    private long generated;
    private long preemptions;
    private double runningNanos;

    VirtualServer(Machine machine, long seed) {
        this.machine = machine;
        random = new Random(seed);
    }

    private long run(Machine.Step step) {
        long nanos = (long) (1e6 * machine.millis(step) * Machine.noise(random));
        clock += nanos;
        return nanos;
    }

    private void token(Object sequence, long arrival) {
        Long before = last.put(sequence, clock);
        (before == null ? ttft : gaps).add((clock - (before == null ? arrival : before)) / 1e6);
        generated++;
    }

    /** Times to first token of one tenant's requests. */
    double[] ttftMillis(String tenant) {
        return sorted(ttftByTenant.getOrDefault(tenant, List.of()));
    }

    long preemptions() {
        return preemptions;
    }

    /** Sequences that ran at once, on average over time. */
    double meanRunning() {
        return runningNanos / clock;
    }

    private Outcome outcome() {
        double seconds = clock / 1e9;
        return new Outcome(generated / seconds, sorted(ttft), sorted(gaps));
    }

    private static double[] sorted(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    /** @param clients 0: requests arrive when they say; else as many clients send one after the other */
    Outcome serve(SchedulerOptions options, List<Request> requests, int clients) {
        Scheduler<Sequence> scheduler = new Scheduler<>(options);
        ArrayDeque<Request> left = new ArrayDeque<>(requests);
        Map<Sequence, Request> served = new HashMap<>();
        Map<Sequence, Long> arrivals = new HashMap<>();
        int live = 0;
        while (!left.isEmpty() || live > 0) {
            while (!left.isEmpty() && (clients > 0 ? live < clients : left.getFirst().arrivalNanos <= clock)) {
                Request request = left.removeFirst();
                Sequence sequence = new Sequence(
                        random.ints(request.prompt, 0, 1 << 30).toArray(),
                        request.most,
                        Claim.ofTenant(request.tenant),
                        "");
                served.put(sequence, request);
                if (scheduler.submit(sequence, clock) instanceof Submission.TooLong refused) {
                    throw new IllegalArgumentException("the load does not fit: " + refused);
                }
                arrivals.put(sequence, clients > 0 ? clock : request.arrivalNanos);
                live++;
            }
            StepPlan<Sequence> plan = scheduler.plan(clock);
            scheduler.operationsDone();
            if (plan.runs() == 0) {
                clock = Math.max(clock, left.getFirst().arrivalNanos);
                continue;
            }
            long nanos = run(Machine.Step.of(plan));
            runningNanos += (double) nanos * scheduler.running();
            scheduler.completed(clock, nanos);
            for (int i = 0; i < plan.runs(); i++) {
                Sequence sequence = plan.sequence(i);
                if (plan.wantsLogits(i)) {
                    Request request = served.getOrDefault(sequence, NONE);
                    token(sequence, arrivals.getOrDefault(sequence, 0L));
                    if (sequence.generated() == 0) {
                        ttftByTenant
                                .computeIfAbsent(request.tenant, t -> new ArrayList<>())
                                .add(ttft.getLast());
                    }
                    scheduler.append(sequence, random.nextInt(1 << 30));
                    if (sequence.generated() == Math.min(request.output, sequence.maxOutput())) {
                        scheduler.finish(sequence);
                        live--;
                    }
                }
            }
        }
        preemptions = scheduler.preemptions();
        return outcome();
    }

    /** As llama-server: slots, one token of each that decodes, then prompts up to the batch, computed 512 at a time. */
    Outcome serveAsPeer(int slots, int batch, List<Request> requests, int clients) {
        ArrayDeque<Request> left = new ArrayDeque<>(requests);
        ArrayDeque<Peer> queue = new ArrayDeque<>();
        Peer[] running = new Peer[slots];
        int live = 0;
        while (!left.isEmpty() || live > 0) {
            while (!left.isEmpty() && (clients > 0 ? live < clients : left.getFirst().arrivalNanos <= clock)) {
                Request request = left.removeFirst();
                queue.add(new Peer(request, clients > 0 ? clock : request.arrivalNanos));
                live++;
            }
            List<int[]> tokens = new ArrayList<>();
            for (int i = 0; i < slots; i++) {
                if (running[i] == null && !queue.isEmpty()) {
                    running[i] = queue.removeFirst();
                }
                if (running[i] != null && running[i].generated > 0) {
                    tokens.add(new int[] {i, 1});
                }
            }
            int used = tokens.size();
            for (int i = 0; i < slots; i++) {
                if (running[i] != null && running[i].generated == 0 && used < batch) {
                    int count = Math.min(batch - used, running[i].request.prompt - running[i].computed);
                    tokens.add(new int[] {i, count});
                    used += count;
                }
            }
            if (tokens.isEmpty()) {
                clock = Math.max(clock, left.getFirst().arrivalNanos);
                continue;
            }
            Machine.Step step = new Machine.Step();
            for (int[] run : tokens) {
                Peer peer = running[run[0]];
                while (run[1] > 0) {
                    int count = machine.split() ? run[1] : Math.min(run[1], 512 - step.tokens());
                    step.add(run[0], count, peer.computed, peer.generated > 0);
                    peer.computed += count;
                    run[1] -= count;
                    if (step.tokens() == 512) {
                        run(step);
                        step = new Machine.Step();
                    }
                }
            }
            if (step.tokens() > 0) {
                run(step);
            }
            for (int[] run : tokens) {
                Peer peer = running[run[0]];
                if (peer.computed >= peer.request.prompt) {
                    token(peer, peer.arrival);
                    if (++peer.generated == peer.request.output) {
                        running[run[0]] = null;
                        live--;
                    }
                }
            }
        }
        return outcome();
    }

    private static final class Peer {
        private final Request request;
        private final long arrival;
        private int computed;
        private int generated;

        Peer(Request request, long arrival) {
            this.request = request;
            this.arrival = arrival;
        }
    }
}
