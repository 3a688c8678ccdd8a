package dev.unbusy.cli;

import dev.unbusy.bench.BenchOptions;
import dev.unbusy.bench.BenchReport;
import dev.unbusy.bench.LoadGenerator;
import dev.unbusy.bench.Percentiles;
import dev.unbusy.text.Text;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy bench}: loads a live server and says what it measured. */
@Command(name = "bench")
final class BenchCommand implements Callable<Integer> {
    private static final int MOST_CONNECTIONS = 20_000; // each is a socket: more than most systems allow
    private static final int MOST_REQUESTS = 1_000_000; // each is remembered until the end
    private static final int MOST_TOKENS = 1_000_000;

    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Option(names = "--model", paramLabel = "NAME", descriptionKey = "bench.model")
    private @Nullable String model;

    @Option(names = "--concurrency", paramLabel = "N", defaultValue = "1", descriptionKey = "bench.concurrency")
    private int concurrency;

    @Option(names = "--requests", paramLabel = "N", defaultValue = "10", descriptionKey = "bench.requests")
    private int requests;

    @Option(names = "--input-tokens", paramLabel = "N", defaultValue = "200", descriptionKey = "bench.input")
    private int inputTokens;

    @Option(names = "--output-tokens", paramLabel = "N", defaultValue = "64", descriptionKey = "bench.output")
    private int outputTokens;

    @Option(names = "--shared-prefix-tokens", paramLabel = "N", defaultValue = "0", descriptionKey = "bench.prefix")
    private int sharedPrefixTokens;

    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "1", descriptionKey = "bench.warmup")
    private int warmUp;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", descriptionKey = "bench.seed")
    private long seed;

    @Option(names = "--timeout-seconds", paramLabel = "N", defaultValue = "600", descriptionKey = "bench.timeout")
    private int timeoutSeconds;

    @Option(names = "--ttft-goal-ms", paramLabel = "MS", defaultValue = "0", descriptionKey = "bench.ttft")
    private double ttftGoalMillis;

    @Option(names = "--tpot-goal-ms", paramLabel = "MS", defaultValue = "0", descriptionKey = "bench.tpot")
    private double tpotGoalMillis;

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    BenchCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Logging.toStandardError(global.verbose);
        BenchReport report = LoadGenerator.run(options(), new ProgressPrinter(io));
        if (json) {
            io.out().println(report.toJson());
        } else {
            print(report);
        }
        return report.completed() > 0 ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private BenchOptions options() throws InterruptedException {
        within("--concurrency", concurrency, 1, MOST_CONNECTIONS);
        within("--requests", requests, 1, MOST_REQUESTS);
        within("--input-tokens", inputTokens, 1, MOST_TOKENS);
        within("--output-tokens", outputTokens, 1, MOST_TOKENS);
        within("--shared-prefix-tokens", sharedPrefixTokens, 0, inputTokens);
        within("--warm-up", warmUp, 0, MOST_REQUESTS);
        within("--timeout-seconds", timeoutSeconds, 1, 86_400);
        within("--ttft-goal-ms", ttftGoalMillis, 0, Double.MAX_VALUE);
        within("--tpot-goal-ms", tpotGoalMillis, 0, Double.MAX_VALUE);
        URI address;
        String served;
        try (ServiceClient client = service.connect(io)) {
            address = client.base();
            served = new ServedModels(client).resolve(model);
        }
        return new BenchOptions(
                address,
                service.key,
                served,
                concurrency,
                requests,
                inputTokens,
                outputTokens,
                sharedPrefixTokens,
                warmUp,
                seed,
                timeoutSeconds,
                ttftGoalMillis,
                tpotGoalMillis);
    }

    private static void within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw wrong(option, value, Text.of("from %d to %d", "在 %d 到 %d 之间", least, most));
        }
    }

    private static void within(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw wrong(option, value, Text.of("%.0f or more", "为不小于 %.0f 的数", least));
        }
    }

    private static CliException wrong(String option, Object value, Text range) {
        return CliException.usage(
                Text.of("%s is %s; it must be %s", "%s 的值为 %s，应%s", option, value, range),
                Text.of("See `unbusy bench --help`.", "参见 `unbusy bench --help`。"));
    }

    private void print(BenchReport report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ms", "p50", "p95", "p99"));
        rows.add(row("TTFT", report.ttftMs()));
        rows.add(row("TPOT", report.tpotMs()));
        rows.add(row("ITL", report.itlMs()));
        rows.add(row("E2E", report.e2eMs()));
        io.out()
                .println(Text.of(
                                "%s: %d completed, %d rejected, %d lost; errors: %s",
                                "共 %s：完成 %d，被拒 %d，丢失 %d；错误：%s",
                                Text.counted(report.requests(), "request", "requests", "个请求"),
                                report.completed(),
                                report.rejected(),
                                report.lost(),
                                report.errors())
                        .in(io.lang()));
        io.out()
                .println(Text.of(
                                "%s output tokens/s%s in %s s; prefix hits: %s",
                                "输出 %s 词元/秒%s，用时 %s 秒；前缀命中率：%s",
                                number(report.outputTokensPerSecond()),
                                report.tokensFromUsage()
                                        ? Text.same("")
                                        : Text.of(" (counted by pieces of text)", "（按文本片段计数）"),
                                number(report.seconds()),
                                number(report.prefixHitRatio()))
                        .in(io.lang()));
        io.out().print(Table.of(rows));
    }

    private static List<String> row(String name, @Nullable Percentiles values) {
        return values == null
                ? List.of(name, "?", "?", "?")
                : List.of(name, number(values.p50()), number(values.p95()), number(values.p99()));
    }

    private static String number(@Nullable Double value) {
        return value == null ? "?" : String.format(Locale.ROOT, "%.2f", value);
    }
}
