package dev.unbusy.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One process's metrics. Thread-safe. Look a meter up once and keep it: a look-up by labels hashes and allocates, an
 * increment of the meter found does not.
 */
public final class Metrics implements AutoCloseable {
    /** TTFT and whole requests last from a millisecond to minutes; token gaps live at the lower end. */
    private static final Duration[] SECONDS_BUCKETS = millis(
            1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000, 300_000,
            600_000);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /**
     * @param labelValues one value for each of {@link Metric#labels()}, in that order, from a bounded set: every new value
     *     is kept for the life of the process
     */
    public Counter counter(Metric metric, String... labelValues) {
        require(metric, Metric.Kind.COUNTER);
        return Counter.builder(metric.id())
                .description(metric.english())
                .tags(tags(metric, labelValues))
                .register(registry);
    }

    /** Reads {@code value} at each scrape, on the scraping thread; keeps a strong reference to it. */
    public void gauge(Metric metric, Supplier<Number> value, String... labelValues) {
        require(metric, Metric.Kind.GAUGE);
        Gauge.builder(metric.id(), value)
                .description(metric.english())
                .tags(tags(metric, labelValues))
                .register(registry);
    }

    public Timer seconds(Metric metric, String... labelValues) {
        require(metric, Metric.Kind.SECONDS);
        return Timer.builder(metric.id())
                .description(metric.english())
                .tags(tags(metric, labelValues))
                .serviceLevelObjectives(SECONDS_BUCKETS)
                .register(registry);
    }

    public DistributionSummary sizes(Metric metric, String... labelValues) {
        require(metric, Metric.Kind.SIZES);
        return DistributionSummary.builder(metric.id())
                .description(metric.english())
                .tags(tags(metric, labelValues))
                .serviceLevelObjectives(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
                .register(registry);
    }

    /** Everything in Prometheus' text exposition format. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }

    private static void require(Metric metric, Metric.Kind kind) {
        if (metric.kind() != kind) {
            throw new IllegalArgumentException(metric + " is a " + metric.kind() + ", not a " + kind);
        }
    }

    private static Tags tags(Metric metric, String... values) {
        List<String> names = metric.labels();
        if (names.size() != values.length) {
            throw new IllegalArgumentException(
                    metric + " has the labels " + names + ", got " + values.length + " values");
        }
        List<Tag> tags = new ArrayList<>(values.length);
        for (int i = 0; i < values.length; i++) {
            tags.add(Tag.of(names.get(i), values[i]));
        }
        return Tags.of(tags);
    }

    private static Duration[] millis(long... values) {
        Duration[] durations = new Duration[values.length];
        for (int i = 0; i < values.length; i++) {
            durations[i] = Duration.ofMillis(values[i]);
        }
        return durations;
    }
}
