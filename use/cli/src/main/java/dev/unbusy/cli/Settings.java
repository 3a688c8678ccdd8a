package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.config.ConfigReader;
import dev.unbusy.config.ConfigSchema;
import dev.unbusy.engine.WorkerConfig;
import dev.unbusy.gateway.ForeignConfig;
import dev.unbusy.gateway.GatewayConfig;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.http.TlsFiles;
import dev.unbusy.hub.HubConfig;
import dev.unbusy.ledger.LedgerConfig;
import dev.unbusy.supervisor.SupervisorConfig;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which sections the configuration file has: one record per module. */
final class Settings {
    private Settings() {}

    static ConfigSchema schema() {
        Map<String, Class<? extends Record>> sections = new LinkedHashMap<>();
        sections.put("gateway", GatewayConfig.class);
        sections.put("backends", ForeignConfig.class);
        sections.put("http", HttpLimits.class);
        sections.put("tls", TlsFiles.class);
        sections.put("ledger", LedgerConfig.class);
        sections.put("worker", WorkerConfig.class);
        sections.put("supervisor", SupervisorConfig.class);
        sections.put("hub", HubConfig.class);
        return ConfigSchema.of(
                sections,
                Map.of(
                        "gateway.max_waiting",
                        Text.of(
                                "The queue is bounded by time now: set gateway.deadline_millis, or gateway.max_waiting_bytes"
                                        + " for its memory.",
                                "队列现在按时间限制：请设置 gateway.deadline_millis；内存上限请设置 gateway.max_waiting_bytes。")));
    }

    /** With the value of a command line option, where it was given. */
    static Config with(Config config, String path, @Nullable Object value, String option) {
        return value == null ? config : config.with(path, value.toString(), option);
    }

    static Config read(@Nullable Path file) {
        return file == null ? Config.defaults(schema()) : ConfigReader.read(schema(), file);
    }
}
