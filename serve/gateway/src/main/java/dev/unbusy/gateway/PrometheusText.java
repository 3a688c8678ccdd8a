package dev.unbusy.gateway;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The samples of a metrics page in Prometheus' text format, summed over their labels. Lines that are none are skipped: a
 * page of another version still tells what it can. Pure.
 */
final class PrometheusText {
    private static final int MOST_NAMES = 20_000;

    private final Map<String, Double> sums = new HashMap<>();

    PrometheusText(byte[] page) {
        for (String line : new String(page, StandardCharsets.UTF_8).split("\n")) {
            if (!line.startsWith("#")) {
                add(line.strip());
            }
        }
    }

    /** Sum of a metric's samples; NaN where it has none. */
    double sum(String name) {
        return sums.getOrDefault(name, Double.NaN);
    }

    /** The first of several names that the page has. */
    double first(String... names) {
        for (String name : names) {
            double found = sum(name);
            if (!Double.isNaN(found)) {
                return found;
            }
        }
        return Double.NaN;
    }

    boolean hasPrefix(String prefix) {
        return sums.keySet().stream().anyMatch(name -> name.startsWith(prefix));
    }

    private void add(String line) {
        int brace = line.indexOf('{');
        int end = brace < 0 ? -1 : line.lastIndexOf('}');
        int blank = line.indexOf(' ', Math.max(0, end));
        if (blank <= 0 || (brace >= 0 && end < brace)) {
            return;
        }
        String name = line.substring(0, brace >= 0 ? brace : blank);
        String rest = line.substring(end >= 0 ? end + 1 : blank).strip();
        int time = rest.indexOf(' ');
        try {
            double value = Double.parseDouble(time < 0 ? rest : rest.substring(0, time));
            if (!Double.isNaN(value) && (sums.size() < MOST_NAMES || sums.containsKey(name))) {
                sums.merge(name, value, Double::sum);
            }
        } catch (NumberFormatException notASample) {
            // "+Inf" is written so only in labels; whatever else this is, it is no value
        }
    }
}
