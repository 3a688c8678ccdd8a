package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;

/**
 * Prints what our scheduler and llama-server's way make of the same loads on the same simulated machines, as Markdown: the
 * tables of docs/decisions/0010-prefill-chunks.md.
 */
final class PolicyComparison {
    static final List<Machine> MACHINES = List.of(
            Machine.TWO_CORES,
            Machine.TWO_CORES_SPLIT,
            Machine.MATRIX_CORES,
            Machine.MATRIX_CORES_SPLIT,
            Machine.BUSY_MATRIX_CORES_SPLIT,
            Machine.LARGER_MODEL,
            Machine.GPU);

    private static final int SEEDS = 15;

    private PolicyComparison() {}

    public static void main(String[] arguments) {
        print("8 clients, 64 requests of 454 + 48 tokens, nothing shared", unique(64), 8);
        for (Machine machine : MACHINES) {
            System.out.println();
            row("mixed", "llama-server's", peer(machine, mixed(machine), 0));
            row(machine.name(), "ours, bound 250 ms", ours(machine, 250, mixed(machine), 0));
        }
        print("2 answers of 400 tokens, and after 1 s two prompts of 4,000", longPrompts(), 0);
    }

    /** All alike, as the comparison with llama-server sends them. */
    static List<VirtualServer.Request> unique(int count) {
        List<VirtualServer.Request> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(new VirtualServer.Request(0, 454, 48));
        }
        return requests;
    }

    /** 150 requests of all lengths that arrive by themselves, at four fifths of what the machine can do at best. */
    static List<VirtualServer.Request> mixed(Machine machine) {
        return mixed(machine, 1);
    }

    static List<VirtualServer.Request> mixed(Machine machine, long seed) {
        Random random = new Random(4 + seed);
        double millis = (machine.prompt() * 400 + machine.decode() * 100 + machine.fixed() * 30) / 0.8;
        double arrival = 0;
        List<VirtualServer.Request> requests = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            arrival -= Math.log(1 - random.nextDouble()) * millis * 1e6;
            int prompt = Math.min(6_000, 50 + (int) (250 * Math.exp(0.9 * random.nextGaussian())));
            int output = 10 + (int) (70 * Math.exp(0.9 * random.nextGaussian()));
            requests.add(new VirtualServer.Request((long) arrival, prompt, output));
        }
        return requests;
    }

    static List<VirtualServer.Request> longPrompts() {
        return List.of(
                new VirtualServer.Request(0, 60, 400),
                new VirtualServer.Request(0, 60, 400),
                new VirtualServer.Request(1_000_000_000L, 4000, 20),
                new VirtualServer.Request(1_000_000_000L, 4000, 20));
    }

    /** The median of a figure over a few seeds: one noise more or less changes what follows, and a single run tells little. */
    static double median(LongToDoubleFunction figure) {
        double[] values =
                LongStream.rangeClosed(1, SEEDS).mapToDouble(figure).sorted().toArray();
        return values[values.length / 2];
    }

    static VirtualServer.Outcome ours(
            Machine machine, long stallMillis, List<VirtualServer.Request> load, int clients) {
        return ours(machine, stallMillis, load, clients, 1);
    }

    static VirtualServer.Outcome ours(
            Machine machine, long stallMillis, List<VirtualServer.Request> load, int clients, long seed) {
        SchedulerOptions options = new SchedulerOptions(
                8,
                machine.split() ? KvLayout.SPLIT : KvLayout.SHARED,
                8 * 8192,
                8,
                0,
                8192,
                512,
                stallMillis * 1_000_000,
                256,
                32,
                4, // Nobody guesses here, but cells can be taken back.
                Speculation.AUTO,
                true);
        return new VirtualServer(machine, seed).serve(options, load, clients);
    }

    static VirtualServer.Outcome peer(Machine machine, List<VirtualServer.Request> load, int clients) {
        return peer(machine, load, clients, 1);
    }

    static VirtualServer.Outcome peer(Machine machine, List<VirtualServer.Request> load, int clients, long seed) {
        return new VirtualServer(machine, seed).serveAsPeer(8, 2048, load, clients);
    }

    private static void print(String title, List<VirtualServer.Request> load, int clients) {
        System.out.println("\n" + title + "\n");
        System.out.println("| machine | policy | tokens/s | TTFT mean | p95 | gap p50 | p99 | worst |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (Machine machine : MACHINES) {
            row(machine.name(), "llama-server's", peer(machine, load, clients));
            for (long bound : new long[] {250, 500, 1000}) {
                row("", "ours, bound " + bound + " ms", ours(machine, bound, load, clients));
            }
        }
    }

    private static void row(String machine, String policy, VirtualServer.Outcome outcome) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.1f | %.1f s | %.1f s | %.0f ms | %.0f ms | %.0f ms |%n",
                machine,
                policy,
                outcome.tokensPerSecond(),
                outcome.meanTtft() / 1000,
                outcome.ttft(0.95) / 1000,
                outcome.gap(0.5),
                outcome.gap(0.99),
                outcome.gap(1));
    }
}
