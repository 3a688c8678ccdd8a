package dev.unbusy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run measured. Null is unknown, never zero.
 *
 * @param rejected refused by the server before any part of an answer
 * @param lost accepted or under way, and not finished
 * @param itlMs gaps between two pieces of text (inter-token latency where the server sends each token by itself)
 * @param goodputRatio completed requests that kept the goals, among all requests; without goals, all completed ones
 * @param prefixHitRatio prompt tokens that the server's prefix cache held, among all; null if it does not say
 * @param workerSeconds null: the client cannot know it
 * @param tokensFromUsage whether the server counted the output tokens; else they are pieces of text
 */
public record BenchReport(
        int requests,
        int completed,
        int rejected,
        int lost,
        @Nullable Percentiles ttftMs,
        @Nullable Percentiles tpotMs,
        @Nullable Percentiles itlMs,
        @Nullable Percentiles e2eMs,
        @Nullable Double outputTokensPerSecond,
        double goodputRatio,
        @Nullable Double prefixHitRatio,
        @Nullable Double workerSeconds,
        double seconds,
        @Nullable Double inputTokensMean,
        @Nullable Double outputTokensMean,
        boolean tokensFromUsage,
        Map<String, Integer> errors) {

    static BenchReport of(BenchOptions options, List<Measurement> measurements) {
        Percentiles.Gauge ttft = new Percentiles.Gauge();
        Percentiles.Gauge tpot = new Percentiles.Gauge();
        Percentiles.Gauge itl = new Percentiles.Gauge();
        Percentiles.Gauge e2e = new Percentiles.Gauge();
        Map<String, Integer> errors = new TreeMap<>();
        Sums sums = new Sums();
        for (Measurement measurement : measurements) {
            sums.add(measurement, options);
            if (measurement.error() != null) {
                errors.merge(measurement.error(), 1, Integer::sum);
            }
            if (measurement.outcome() != Measurement.Outcome.COMPLETED) {
                continue;
            }
            e2e.add(measurement.e2eMillis());
            if (measurement.chunks() > 0) {
                ttft.add(measurement.ttftMillis());
            }
            if (!Double.isNaN(measurement.tpotMillis())) {
                tpot.add(measurement.tpotMillis());
            }
            measurement.gapsMicros().forEach(gap -> itl.add(gap / 1e3));
        }
        double seconds = (sums.last - sums.first) / 1e9;
        boolean any = sums.completed > 0;
        return new BenchReport(
                measurements.size(),
                sums.completed,
                sums.rejected,
                sums.lost,
                ttft.get(),
                tpot.get(),
                itl.get(),
                e2e.get(),
                any && seconds > 0 ? (Double) (sums.outputTokens / seconds) : null,
                (double) sums.good / measurements.size(),
                sums.promptWithCache > 0 ? (Double) ((double) sums.cached / sums.promptWithCache) : null,
                null,
                seconds,
                sums.withPrompt > 0 ? (Double) ((double) sums.prompt / sums.withPrompt) : null,
                any ? (Double) ((double) sums.outputTokens / sums.completed) : null,
                any && sums.fromUsage == sums.completed,
                errors);
    }

    /** Totals while the measurements are read. */
    private static final class Sums {
        private long first = Long.MAX_VALUE;
        private long last = Long.MIN_VALUE;
        private int completed;
        private int rejected;
        private int lost;
        private int good;
        private int fromUsage;
        private int withPrompt;
        private long outputTokens;
        private long prompt;
        private long promptWithCache;
        private long cached;

        void add(Measurement one, BenchOptions options) {
            first = Math.min(first, one.startNanos());
            last = Math.max(last, one.endNanos());
            switch (one.outcome()) {
                case REJECTED -> rejected++;
                case LOST -> lost++;
                case COMPLETED -> {
                    completed++;
                    good += keepsGoals(one, options) ? 1 : 0;
                    outputTokens += one.outputTokens();
                    fromUsage += one.completionTokens() >= 0 ? 1 : 0;
                    if (one.promptTokens() >= 0) {
                        withPrompt++;
                        prompt += one.promptTokens();
                        if (one.cachedTokens() >= 0) {
                            promptWithCache += one.promptTokens();
                            cached += one.cachedTokens();
                        }
                    }
                }
            }
        }

        private static boolean keepsGoals(Measurement one, BenchOptions options) {
            boolean ttft =
                    options.ttftGoalMillis() <= 0 || (one.chunks() > 0 && one.ttftMillis() <= options.ttftGoalMillis());
            double tpot = one.tpotMillis();
            return ttft && (options.tpotGoalMillis() <= 0 || Double.isNaN(tpot) || tpot <= options.tpotGoalMillis());
        }
    }

    /** The contract's keys first, then what explains them. */
    public String toJson() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("requests", requests);
        json.put("completed", completed).put("rejected", rejected).put("lost", lost);
        put(json, "ttftMs", ttftMs);
        put(json, "tpotMs", tpotMs);
        put(json, "e2eMs", e2eMs);
        json.put("outputTokensPerSecond", rounded(outputTokensPerSecond));
        json.put("goodputRatio", rounded(goodputRatio));
        json.put("prefixHitRatio", rounded(prefixHitRatio));
        json.put("workerSeconds", workerSeconds);
        put(json, "itlMs", itlMs);
        json.put("seconds", rounded(seconds));
        json.put("inputTokensMean", rounded(inputTokensMean));
        json.put("outputTokensMean", rounded(outputTokensMean));
        json.put("tokensFromUsage", tokensFromUsage);
        ObjectNode kinds = json.putObject("errors");
        errors.forEach(kinds::put);
        return json.toString();
    }

    private static void put(ObjectNode json, String key, @Nullable Percentiles values) {
        if (values == null) {
            json.putNull(key);
        } else {
            json.putObject(key)
                    .put("p50", values.p50())
                    .put("p95", values.p95())
                    .put("p99", values.p99());
        }
    }

    private static @Nullable Double rounded(@Nullable Double value) {
        return value == null ? null : (Double) (Math.round(value * 1e4) / 1e4);
    }
}
