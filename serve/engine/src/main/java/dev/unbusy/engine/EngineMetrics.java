package dev.unbusy.engine;

import dev.unbusy.metrics.Metric;
import dev.unbusy.metrics.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The engine's meters, looked up once. Thread-safe. */
public final class EngineMetrics {
    private final Timer step;
    private final DistributionSummary stepTokens;
    private final Timer firstToken;
    private final Timer betweenTokens;
    private final Counter promptTokens;
    private final Counter cachedTokens;
    private final Counter completionTokens;
    private final Counter guessedRight;
    private final Counter guessedWrong;
    private final Counter wastedSeconds;
    private final Map<CancelReason, Counter> cancelled = new EnumMap<>(CancelReason.class);

    public EngineMetrics(Metrics metrics) {
        step = metrics.seconds(Metric.WORKER_STEP_SECONDS);
        stepTokens = metrics.sizes(Metric.WORKER_STEP_TOKENS);
        firstToken = metrics.seconds(Metric.WORKER_FIRST_TOKEN_SECONDS);
        betweenTokens = metrics.seconds(Metric.WORKER_BETWEEN_TOKENS_SECONDS);
        promptTokens = metrics.counter(Metric.WORKER_TOKENS, "prompt");
        cachedTokens = metrics.counter(Metric.WORKER_TOKENS, "cached");
        completionTokens = metrics.counter(Metric.WORKER_TOKENS, "completion");
        guessedRight = metrics.counter(Metric.WORKER_GUESSES, "accepted");
        guessedWrong = metrics.counter(Metric.WORKER_GUESSES, "rejected");
        wastedSeconds = metrics.counter(Metric.WORKER_WASTED_SECONDS);
        for (CancelReason reason : CancelReason.values()) {
            cancelled.put(reason, metrics.counter(Metric.WORKER_CANCELLED, reason.word()));
        }
    }

    /** Gauges over the engine's published status. */
    static void gauges(Metrics metrics, Engine engine) {
        metrics.gauge(Metric.WORKER_RUNNING, () -> engine.status().running());
        metrics.gauge(Metric.WORKER_WAITING, engine::waiting);
        metrics.gauge(Metric.WORKER_KV_CELLS, () -> engine.status().cellsTotal());
        metrics.gauge(Metric.WORKER_KV_CELLS_FREE, () -> engine.status().cellsFree());
        metrics.gauge(Metric.WORKER_KV_CELLS_EMPTY, () -> engine.status().cellsEmpty());
        metrics.gauge(Metric.WORKER_DECODE_RATE, () -> engine.status().tokensPerSecond());
        metrics.gauge(Metric.WORKER_PREFILL_RATE, () -> engine.status().prefillTokensPerSecond());
        metrics.gauge(Metric.WORKER_STEP_RUNNING_SECONDS, () -> engine.step().runningMs() * 1e-3);
        metrics.gauge(Metric.WORKER_STEP_EXPECTED_SECONDS, () -> engine.step().expectedMs() * 1e-3);
        metrics.gauge(Metric.WORKER_STEPS, () -> engine.status().steps());
        metrics.gauge(Metric.WORKER_WORST_STALL_SECONDS, () -> engine.status().worstStallNanos() * 1e-9);
        metrics.gauge(Metric.WORKER_P99_STALL_SECONDS, () -> engine.status().p99StallNanos() * 1e-9);
        metrics.gauge(Metric.WORKER_PREEMPTIONS, () -> engine.status().preemptions());
    }

    void step(long durationNanos, int tokens) {
        step.record(durationNanos, TimeUnit.NANOSECONDS);
        stepTokens.record(tokens);
    }

    /** A token was chosen just now. */
    void token(Generation generation) {
        long nowNanos = System.nanoTime();
        completionTokens.increment();
        if (generation.isFirst()) {
            promptTokens.increment(generation.promptLength());
            cachedTokens.increment(Math.max(0, generation.cachedTokens()));
            firstToken.record(nowNanos - generation.submittedNanos, TimeUnit.NANOSECONDS);
        } else {
            betweenTokens.record(nowNanos - generation.lastTokenNanos, TimeUnit.NANOSECONDS);
        }
        generation.lastTokenNanos = nowNanos;
    }

    /** A text was embedded. */
    void embedded(int tokens, int cached) {
        promptTokens.increment(tokens);
        cachedTokens.increment(cached);
    }

    /** Guesses were checked, of which so many were right. */
    void guesses(int checked, int right) {
        guessedRight.increment(right);
        guessedWrong.increment((double) checked - right);
    }

    /** So long was computed for clients already gone. */
    void wasted(long nanos) {
        if (nanos > 0) {
            wastedSeconds.increment(nanos * 1e-9);
        }
    }

    void cancelled(CancelReason reason) {
        Objects.requireNonNull(cancelled.get(reason)).increment();
    }
}
