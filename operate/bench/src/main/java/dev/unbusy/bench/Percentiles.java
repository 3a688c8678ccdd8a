package dev.unbusy.bench;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Milliseconds below which that share of the values lies. Error at most 0.1 %. */
public record Percentiles(double p50, double p95, double p99) {
    private static final long LONGEST_MICROS = 24L * 3600 * 1_000_000;
    private static final int DIGITS = 3;

    /** Gathers values of one kind. */
    static final class Gauge {
        private final Histogram micros = new Histogram(LONGEST_MICROS, DIGITS);

        void add(double millis) {
            micros.recordValue(Math.clamp(Math.round(millis * 1_000), 0, LONGEST_MICROS));
        }

        /** Null where there was no value: unknown is not zero. */
        @Nullable
        Percentiles get() {
            return micros.getTotalCount() == 0 ? null : new Percentiles(at(50), at(95), at(99));
        }

        private double at(double percent) {
            return micros.getValueAtPercentile(percent) / 1e3;
        }
    }
}
