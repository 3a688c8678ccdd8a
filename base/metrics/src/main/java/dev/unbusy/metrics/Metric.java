package dev.unbusy.metrics;

import java.util.List;

/**
 * Every metric that Unbusy exports: the one list that the code, the reference page and the dashboards share. Names follow
 * Prometheus: {@code unbusy_} + what + unit; counters get {@code _total} from the exporter.
 */
public enum Metric {
    WORKER_RESTARTS(
            Kind.COUNTER,
            "unbusy_worker_restarts",
            "Restarts of worker processes, by worker and reason",
            "工作进程的重启次数，按工作进程和原因统计",
            "worker",
            "reason"),
    BUILD_INFO(Kind.GAUGE, "unbusy_build", "1, with the version as label", "恒为 1，版本见标签", "version", "role");

    /** What a metric's value does over time. */
    public enum Kind {
        /** Only grows. */
        COUNTER,
        /** Goes up and down; read when scraped. */
        GAUGE,
        /** Distribution of seconds. */
        SECONDS,
        /** Distribution of counts (tokens, bytes). */
        SIZES
    }

    private final Kind kind;
    private final String id;
    private final String en;
    private final String zh;
    // List.of is immutable; the checker sees only the interface.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> labels;

    Metric(Kind kind, String id, String en, String zh, String... labels) {
        this.kind = kind;
        this.id = id;
        this.en = en;
        this.zh = zh;
        this.labels = List.of(labels);
    }

    public Kind kind() {
        return kind;
    }

    /** Name in the exposition without the exporter's suffixes. */
    public String id() {
        return id;
    }

    public String english() {
        return en;
    }

    public String chinese() {
        return zh;
    }

    /** Label names in the order in which {@link Metrics} takes their values. */
    public List<String> labels() {
        return labels;
    }
}
