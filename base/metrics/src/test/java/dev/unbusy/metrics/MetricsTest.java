package dev.unbusy.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void scrape_showsWhatWasSet() {
        try (Metrics metrics = new Metrics()) {
            metrics.gauge(Metric.BUILD_INFO, () -> 1, "1.2.3", "gateway");
            assertThat(metrics.scrape()).contains("unbusy_build{role=\"gateway\",version=\"1.2.3\"} 1.0");
        }
    }

    @Test
    void aWrongKindOrLabelCount_isRefused() {
        try (Metrics metrics = new Metrics()) {
            assertThatThrownBy(() -> metrics.counter(Metric.BUILD_INFO, "a", "b"))
                    .hasMessageContaining("GAUGE");
            assertThatThrownBy(() -> metrics.gauge(Metric.BUILD_INFO, () -> 1, "a"))
                    .hasMessageContaining("[version, role]");
        }
    }

    @Test
    void everyMetric_hasAUniqueWellFormedNameAndBothTexts() {
        assertThat(Metric.values()).extracting(Metric::id).doesNotHaveDuplicates();
        assertThat(Arrays.asList(Metric.values())).allSatisfy(metric -> {
            assertThat(metric.id()).matches("unbusy_[a-z0-9_]+").doesNotMatch(".*_(total|info)");
            assertThat(metric.english()).isNotBlank();
            assertThat(metric.chinese()).isNotBlank();
            assertThat(metric.labels()).allMatch(label -> label.matches("[a-z_]+"));
        });
    }
}
