package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.Gateway;
import dev.unbusy.gateway.GatewayConfig;
import dev.unbusy.gateway.GatewayOptions;
import dev.unbusy.gateway.LocalToken;
import dev.unbusy.gateway.Workers;
import dev.unbusy.http.HttpException;
import dev.unbusy.http.TlsFiles;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.metrics.Metric;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** The gateway of this process, as every role with one opens it: log, listening, and the file by which commands find it. */
final class FrontDoor {
    private final Io io;
    private final Config config;

    FrontDoor(Io io, Config config) {
        this.io = io;
        this.config = config;
    }

    /**
     * Listens first: a taken port is said before anything is fetched or started.
     *
     * @param role for the log's name
     */
    Gateway open(Lifetime life, String role, boolean verbose, Backends backends, Metrics metrics, Workers workers) {
        metrics.gauge(Metric.BUILD_INFO, () -> 1, Version.text(), role);
        int port = config.section(GatewayConfig.class).port();
        log(role, port, verbose);
        LedgerHome home = life.own(LedgerHome.of(config, io.environment()));
        Ledger ledger = life.own(home.open());
        LocalToken token = LocalToken.draw();
        Gateway gateway;
        try {
            gateway = life.own(Gateway.start(GatewayOptions.of(config), backends, ledger, token, metrics, workers));
        } catch (HttpException e) {
            throw whoHas(port, e);
        }
        Path file = new RuntimeFiles(io.environment())
                .write(URI.create(gateway.url()), config.section(TlsFiles.class).certificate(), token);
        life.own(() -> Files.deleteIfExists(file));
        return gateway;
    }

    private void log(String role, int port, boolean verbose) {
        Path directory = Directories.logs(io.environment());
        try {
            String name = role + "-" + (port == 0 ? ProcessHandle.current().pid() : port);
            Logging.ofService(directory, name, verbose);
        } catch (IOException e) {
            throw new CliException(
                    "permission-denied",
                    Text.of("Cannot write the log to %s: %s", "无法将日志写入 %s：%s", directory, FileFailure.of(e)),
                    Text.of(
                            "Correct the owner of the directory, or set XDG_STATE_HOME to a directory you may write to.",
                            "请修正目录的属主，或将 XDG_STATE_HOME 设为可写的目录。"),
                    e);
        }
    }

    private RuntimeException whoHas(int port, HttpException failure) {
        RuntimeFiles.Running other =
                new RuntimeFiles(io.environment()).onPort(port).orElse(null);
        if (other == null || !failure.code().equals("port-in-use")) {
            return failure;
        }
        return new CliException(
                "port-in-use",
                Text.of(
                        "Unbusy already runs on port %d (process %d)",
                        "端口 %d 上已有 Unbusy 在运行（进程 %d）", other.port(), other.pid()),
                Text.of(
                        "Use it at %s, end it with `kill %d`, or start this one with another --port.",
                        "可直接使用 %s，或用 `kill %d` 结束它，或为本次启动指定其他 --port。", other.url(), other.pid()),
                failure);
    }
}
