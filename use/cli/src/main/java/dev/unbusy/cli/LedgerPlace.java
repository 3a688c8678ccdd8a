package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.gateway.GatewayConfig;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that ask for keys and usage: whose. */
final class LedgerPlace {
    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Option(names = "--port", paramLabel = "N", descriptionKey = "keys.port")
    private @Nullable Integer port;

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    /** A name as one segment of a path. */
    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * In this order: the service that {@code --url} names; the one that runs on this machine, on the port that is given or
     * that the configuration says where one of the two is; the ledger that a service with this port and configuration would
     * open.
     */
    LedgerClient open(Io io) {
        if (service.url != null) {
            return LedgerClient.of(service.connect(io));
        }
        Config config = Settings.with(Settings.read(configFile), "gateway.port", port, "--port");
        int named = config.section(GatewayConfig.class).port();
        boolean any = port == null && configFile == null;
        List<RuntimeFiles.Running> running = new RuntimeFiles(io.environment())
                .list().stream().filter(one -> any || one.port() == named).toList();
        if (running.size() == 1) {
            return LedgerClient.of(service.client(io, ServiceAddress.of(running.getFirst())));
        }
        if (running.size() > 1) {
            return LedgerClient.of(service.connect(io)); // which says how to choose
        }
        if (named == 0) {
            return LedgerClient.of(service.connect(io)); // which says that none runs
        }
        return LedgerClient.of(LedgerHome.of(config, io.environment()));
    }
}
