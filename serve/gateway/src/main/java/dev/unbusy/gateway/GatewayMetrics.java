package dev.unbusy.gateway;

import dev.unbusy.admission.PriceBook;
import dev.unbusy.http.Disconnect;
import dev.unbusy.metrics.Metric;
import dev.unbusy.metrics.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gateway's meters, looked up once. Thread-safe. */
final class GatewayMetrics {
    private record Ended(String route, int status, Outcome outcome) {}

    private record Left(Stage stage, Disconnect reason) {}

    private final Metrics metrics;
    private final Map<Ended, Counter> requests = new ConcurrentHashMap<>();
    private final Map<RelayRequest.Route, Timer> durations = new EnumMap<>(RelayRequest.Route.class);
    private final Map<RelayRequest.Route, Timer> firstBytes = new EnumMap<>(RelayRequest.Route.class);
    private final Map<Left, Counter> disconnects = new HashMap<>();
    private final Map<Loss, Counter> retries = new EnumMap<>(Loss.class);
    private final Map<Loss, Counter> continuations = new EnumMap<>(Loss.class);
    private final Timer queue;
    private final DistributionSummary promptError;
    private final DistributionSummary outputError;
    private final Counter events;
    private final Counter promptTokens;
    private final Counter completionTokens;
    private final Counter cachedTokens;

    GatewayMetrics(Metrics metrics) {
        this.metrics = metrics;
        for (RelayRequest.Route route : RelayRequest.Route.values()) {
            durations.put(route, metrics.seconds(Metric.GATEWAY_REQUEST_SECONDS, route.label()));
            firstBytes.put(route, metrics.seconds(Metric.GATEWAY_FIRST_BYTE_SECONDS, route.label()));
        }
        for (Stage stage : Stage.values()) {
            for (Disconnect reason : Disconnect.values()) {
                disconnects.put(
                        new Left(stage, reason),
                        metrics.counter(Metric.GATEWAY_DISCONNECTS, stage.word(), reason.word()));
            }
        }
        for (Loss loss : Loss.values()) {
            retries.put(loss, metrics.counter(Metric.GATEWAY_RETRIES, loss.word()));
            continuations.put(loss, metrics.counter(Metric.GATEWAY_CONTINUATIONS, loss.word()));
        }
        queue = metrics.seconds(Metric.GATEWAY_QUEUE_SECONDS);
        promptError = metrics.sizes(Metric.GATEWAY_PRICE_ERROR, "prompt");
        outputError = metrics.sizes(Metric.GATEWAY_PRICE_ERROR, "output");
        events = metrics.counter(Metric.GATEWAY_RELAYED_EVENTS);
        promptTokens = metrics.counter(Metric.GATEWAY_TOKENS, "prompt");
        completionTokens = metrics.counter(Metric.GATEWAY_TOKENS, "completion");
        cachedTokens = metrics.counter(Metric.GATEWAY_TOKENS, "cached");
    }

    /** Time from arrival to the first dispatch. */
    void queued(long nanos) {
        queue.record(nanos, TimeUnit.NANOSECONDS);
    }

    void priced(PriceBook.Deviation deviation) {
        percent(promptError, deviation.promptRatio());
        percent(outputError, deviation.outputRatio());
    }

    private static void percent(DistributionSummary error, double ratio) {
        if (ratio >= 0) { // not NaN
            error.record(100 * Math.abs(ratio - 1));
        }
    }

    void firstByte(RelayRequest.Route route, long nanos) {
        of(firstBytes, route).record(nanos, TimeUnit.NANOSECONDS);
    }

    void retried(Loss loss) {
        of(retries, loss).increment();
    }

    /** @param relayed events of the answer that was lost */
    void continued(Loss loss, long relayed) {
        of(continuations, loss).increment();
        events.increment((double) relayed);
    }

    void disconnected(Stage stage, Disconnect reason) {
        of(disconnects, new Left(stage, reason)).increment();
    }

    void finished(RelayRequest.Route route, int status, Outcome outcome, long nanos, @Nullable WorkerAnswer answer) {
        ended(route.label(), status, outcome);
        of(durations, route).record(nanos, TimeUnit.NANOSECONDS);
        if (answer != null) {
            events.increment((double) answer.events());
            UsageScan.Found usage = answer.usage();
            if (usage != null) {
                add(promptTokens, usage.promptTokens());
                add(completionTokens, usage.completionTokens());
                add(cachedTokens, usage.cachedTokens());
            }
        }
    }

    /** A request that no endpoint answered: it broke HTTP or a limit, or its endpoint failed. */
    void unanswered(int status) {
        ended("none", status, status == 500 ? Outcome.INTERNAL_ERROR : Outcome.REJECTED);
    }

    /** @param route from a bounded set, never a path that a client made up */
    void ended(String route, int status, Outcome outcome) {
        requests.computeIfAbsent(
                        new Ended(route, status, outcome),
                        key -> metrics.counter(
                                Metric.GATEWAY_REQUESTS, route, Integer.toString(status), outcome.word()))
                .increment();
    }

    /** Every value of the enum has its meter. */
    private static <K, V> V of(Map<K, V> meters, K key) {
        return Objects.requireNonNull(meters.get(key));
    }

    private static void add(Counter counter, long count) {
        if (count > 0) {
            counter.increment((double) count);
        }
    }
}
