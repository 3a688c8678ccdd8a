package dev.unbusy.scheduler;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Prints what a real trace makes of admission and fairness, in virtual time, as Markdown: the tables of
 * docs/decisions/0011-admission-and-shares.md.
 *
 * <p>Argument: the file AzureLLMInferenceTrace_conv.csv of the Azure public data set (2023): arrival, prompt and output tokens.
 */
final class TraceReplay {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("yyyy-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);

    private TraceReplay() {}

    public static void main(String[] arguments) throws IOException {
        List<VirtualServer.Request> trace = read(Path.of(arguments[0]), 3000);
        System.out.println("| cells | requests | tokens/s | running at once | TTFT mean | p95 | preemptions |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (int cells : new int[] {16_384, 32_768, 65_536}) {
            VirtualServer server = new VirtualServer(Machine.GPU, 1);
            VirtualServer.Outcome outcome = server.serve(options(cells), faster(trace, 1.5), 0);
            System.out.printf(
                    Locale.ROOT,
                    "| %d | %d | %.0f | %.1f | %.1f s | %.1f s | %d |%n",
                    cells,
                    outcome.ttftMillis().length,
                    outcome.tokensPerSecond(),
                    server.meanRunning(),
                    outcome.meanTtft() / 1000,
                    outcome.ttft(0.95) / 1000,
                    server.preemptions());
        }
        System.out.println("\n| load | TTFT of the others: p50 | p95 | worst | of the flood: p50 | preemptions |");
        System.out.println("|---|---|---|---|---|---|");
        List<VirtualServer.Request> few = thinned(trace, 0.15);
        flood("others alone", few);
        flood("with the flood, told apart", flooded(few, trace, "flood"));
        flood("with the flood, all one tenant", flooded(few, trace, "others"));
    }

    private static void flood(String what, List<VirtualServer.Request> load) {
        VirtualServer server = new VirtualServer(Machine.GPU, 1);
        server.serve(options(65_536), load, 0);
        double[] others = server.ttftMillis("others");
        double[] flood = server.ttftMillis("flood");
        System.out.printf(
                Locale.ROOT,
                "| %s | %.2f s | %.2f s | %.2f s | %s | %d |%n",
                what,
                others[others.length / 2] / 1000,
                others[others.length * 95 / 100] / 1000,
                others[others.length - 1] / 1000,
                flood.length == 0 ? "" : String.format(Locale.ROOT, "%.1f s", flood[flood.length / 2] / 1000),
                server.preemptions());
    }

    private static SchedulerOptions options(int cells) {
        return new SchedulerOptions(
                32, KvLayout.SHARED, cells, 64, 0, 8192, 512, 250_000_000, 256, 64, 0, Speculation.AUTO, true);
    }

    private static List<VirtualServer.Request> read(Path file, int most) throws IOException {
        List<VirtualServer.Request> requests = new ArrayList<>();
        LocalDateTime start = null;
        for (String line : Files.readAllLines(file).subList(1, most + 1)) {
            String[] fields = line.split(",", 3);
            LocalDateTime time = LocalDateTime.parse(fields[0], TIME);
            start = start == null ? time : start;
            int prompt = Math.clamp(Integer.parseInt(fields[1].strip()), 1, 7000);
            int output = Math.clamp(Integer.parseInt(fields[2].strip()), 1, 1000);
            requests.add(
                    new VirtualServer.Request(ChronoUnit.NANOS.between(start, time), prompt, output, 1024, "others"));
        }
        return requests;
    }

    /** The same requests, arriving so many times as fast. */
    private static List<VirtualServer.Request> faster(List<VirtualServer.Request> requests, double factor) {
        return requests.stream()
                .map(r -> new VirtualServer.Request(
                        (long) (r.arrivalNanos() / factor), r.prompt(), r.output(), r.most(), r.tenant()))
                .toList();
    }

    private static List<VirtualServer.Request> thinned(List<VirtualServer.Request> requests, double share) {
        Random random = new Random(1);
        return requests.stream().filter(r -> random.nextDouble() < share).toList();
    }

    /** The whole trace comes in the first quarter of the time on top. */
    private static List<VirtualServer.Request> flooded(
            List<VirtualServer.Request> few, List<VirtualServer.Request> trace, String tenant) {
        List<VirtualServer.Request> all = new ArrayList<>(few);
        for (VirtualServer.Request r : faster(trace, 4)) {
            all.add(new VirtualServer.Request(r.arrivalNanos(), r.prompt(), r.output(), r.most(), tenant));
        }
        all.sort(Comparator.comparingLong(VirtualServer.Request::arrivalNanos));
        return all;
    }
}
