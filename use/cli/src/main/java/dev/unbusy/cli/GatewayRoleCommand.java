package dev.unbusy.cli;

import dev.unbusy.api.WorkerStatus;
import dev.unbusy.config.Config;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.ForeignBackends;
import dev.unbusy.gateway.ForeignConfig;
import dev.unbusy.gateway.Gateway;
import dev.unbusy.gateway.Workers;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.supervisor.SupervisorConfig;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code unbusy gateway}: the gateway alone, before servers that somebody else runs. Says {@code ready} once one of them
 * takes requests, and until then which of them do not.
 */
@Command(name = "gateway")
final class GatewayRoleCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Option(names = "--backend", paramLabel = "URL[,URL...]", split = ",", descriptionKey = "gateway.backend")
    private List<String> urls = List.of();

    @Option(names = "--port", paramLabel = "N", descriptionKey = "up.port")
    private @Nullable Integer port;

    @Option(names = "--host", paramLabel = "ADDRESS", descriptionKey = "up.host")
    private @Nullable String host;

    @Option(names = "--policy", paramLabel = "NAME", descriptionKey = "gateway.policy")
    private @Nullable String policy;

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    @Option(names = "--json", descriptionKey = "ready.json")
    private boolean json;

    GatewayRoleCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (port != null && (port < 0 || port > 65_535)) {
            throw CliException.usage(
                    Text.of("--port is %d; it must be from 0 to 65535", "--port 的值为 %d，应在 0 到 65535 之间", port),
                    Text.of("Leave it out for 8080, or give 0 for any free one.", "省略则为 8080；0 表示任选一个空闲端口。"));
        }
        Config config = Settings.read(configFile);
        config = Settings.with(config, "gateway.port", port, "--port");
        config = Settings.with(config, "gateway.host", host, "--host");
        config = Settings.with(config, "gateway.policy", policy, "--policy");
        ForeignConfig foreign = config.section(ForeignConfig.class);
        if (!urls.isEmpty()) {
            foreign = foreign.withUrls(urls);
        }
        if (foreign.urls().isEmpty()) {
            throw CliException.usage(
                    Text.of("No backend is named", "未指定后端"),
                    Text.of(
                            "Give --backend http://HOST:PORT, several with commas between them, or backends.urls in the"
                                    + " configuration file.",
                            "请指定 --backend http://主机:端口（多个以逗号分隔），或在配置文件中设置 backends.urls。"));
        }
        Config settings = config;
        ForeignConfig servers = foreign;
        return new Lifetime(io).run(life -> start(life, settings, servers));
    }

    private void start(Lifetime life, Config config, ForeignConfig servers) throws InterruptedException {
        Backends backends = new Backends();
        Metrics metrics = life.own(new Metrics());
        Gateway gateway = new FrontDoor(io, config)
                .open(life, "gateway", global.verbose, backends, metrics, Workers.ofOthers(backends));
        ForeignBackends foreign = life.own(ForeignBackends.start(servers, backends));
        life.own(() -> gateway.drain(
                Duration.ofSeconds(config.section(SupervisorConfig.class).drainSeconds())));
        life.ready();
        Set<WorkerStatus> told = new HashSet<>();
        while (!foreign.awaitReady(PATIENCE)) {
            for (WorkerStatus status : ForeignBackends.statuses(backends)) {
                if (told.add(status)) { // once, and when it is another reason
                    io.say(Text.of("Waiting for %s: %s", "正在等待 %s：%s", status.id(), status.reason()));
                }
            }
        }
        io.out()
                .println(
                        json
                                ? ReadyJson.of(
                                        gateway.url(),
                                        ProcessHandle.current().pid(),
                                        ForeignBackends.statuses(backends))
                                : "ready " + gateway.url());
        io.out().flush();
    }
}
