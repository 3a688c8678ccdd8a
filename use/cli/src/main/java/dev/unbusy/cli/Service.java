package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.Gateway;
import dev.unbusy.gateway.ServedModel;
import dev.unbusy.hub.Hub;
import dev.unbusy.hub.HubConfig;
import dev.unbusy.hub.NativeDirectory;
import dev.unbusy.hub.NativeLibraries;
import dev.unbusy.hub.Platform;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.supervisor.Supervisor;
import dev.unbusy.supervisor.SupervisorConfig;
import dev.unbusy.supervisor.WorkerCommand;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code unbusy up}:
 *
 * <ol>
 *   <li>The gateway listens first: a taken port is said before anything is fetched, and two starts on one port cannot both
 *       go on.
 *   <li>Model and native libraries are found or fetched.
 *   <li>The supervisor starts the workers; the line {@code ready}, or the {@link ReadyJson} instead, comes when the first
 *       of them is.
 *   <li>Its end ({@link Lifetime}): the gateway finishes what it has, the workers end, the runtime file goes.
 * </ol>
 */
final class Service {
    private final Io io;
    private final Config config;
    private final @Nullable Path configFile;
    private final ModelWish wish;
    private final @Nullable Integer contextTokens;
    private final boolean verbose;
    private final boolean json;
    private final Progress progress;
    private final AtomicReference<@Nullable Supervisor> supervisor = new AtomicReference<>();

    Service(
            Io io,
            Config config,
            @Nullable Path configFile,
            ModelWish wish,
            @Nullable Integer contextTokens,
            boolean verbose,
            boolean json) {
        this.io = io;
        this.config = config;
        this.configFile = configFile;
        this.wish = wish;
        this.contextTokens = contextTokens;
        this.verbose = verbose;
        this.json = json;
        this.progress = new ProgressPrinter(io);
    }

    int run() throws InterruptedException {
        return new Lifetime(io).run(this::start);
    }

    private void start(Lifetime life) throws InterruptedException {
        Backends backends = new Backends();
        Metrics metrics = life.own(new Metrics());
        // 1
        Gateway gateway = new FrontDoor(io, config)
                .open(life, "up", verbose, backends, metrics, new WorkersToCome(supervisor::get));
        RuntimeFiles files = new RuntimeFiles(io.environment());
        Path workersConfig = configFile == null ? null : files.keepConfig(URI.create(gateway.url()), bytes(configFile));
        if (workersConfig != null) {
            life.own(() -> Files.deleteIfExists(workersConfig));
        }
        // 2
        Hub hub = life.own(Hub.open(config.section(HubConfig.class), io.environment()));
        ModelWish.Chosen model = wish.resolve(hub, progress);
        io.say(Text.of("Model: %s (%s)", "模型：%s（%s）", model.id(), model.file()));
        model.rejected().forEach(reason -> io.say(Text.of("  not taken: %s", "  未选用：%s", reason)));
        io.say(Text.of("Why: %s", "原因：%s", model.reason()));
        NativeDirectory natives = natives(hub);
        // 3
        WorkerCommand command = new WorkerCommand(
                id -> workerCommand(id, model, natives, workersConfig),
                WorkerEnvironment.of(io.environment(), natives.searchPath()),
                List.of(new ServedModel(model.id(), model.aliases(), context(model))));
        Supervisor started = life.own(
                Supervisor.start(config.section(SupervisorConfig.class), command, backends, metrics, progress));
        supervisor.set(started);
        life.own(() -> gateway.drain(
                Duration.ofSeconds(config.section(SupervisorConfig.class).drainSeconds())));
        started.awaitReady();
        life.ready();
        long pid = ProcessHandle.current().pid();
        io.out()
                .println(
                        json
                                ? ReadyJson.of(gateway.url(), pid, model, natives, started.statuses())
                                : "ready " + gateway.url());
        io.out().flush();
    }

    private NativeDirectory natives(Hub hub) {
        Platform platform = Platform.current();
        NativeLibraries.Choice choice = hub.natives().choose(platform, null);
        io.say(Text.of("Computes on: %s. %s", "计算后端：%s。%s", choice.backend(), choice.reason()));
        return hub.natives().ensure(platform, choice.backend(), progress);
    }

    /** Longest request as {@code /v1/models} tells it; 0 where the worker chooses. */
    private int context(ModelWish.Chosen model) {
        if (contextTokens == null) {
            return 0;
        }
        int possible = model.contextTokens(contextTokens);
        if (possible < contextTokens) {
            io.say(Text.of(
                    "--ctx is %d; the positions of this model reach %d, so %2$d it is.",
                    "--ctx 的值为 %d；该模型的位置最多到 %d，因此使用 %2$d。", contextTokens, possible));
        }
        return possible;
    }

    private static byte[] bytes(Path configFile) {
        try {
            return Files.readAllBytes(configFile);
        } catch (IOException e) {
            throw new CliException(
                    "config-unreadable",
                    Text.of("Cannot read %s again: %s", "无法再次读取 %s：%s", configFile, FileFailure.of(e)),
                    Text.of("Start again once the file is there.", "请在文件就绪后重新启动。"),
                    e);
        }
    }

    private List<String> workerCommand(
            String id, ModelWish.Chosen model, NativeDirectory natives, @Nullable Path workersConfig) {
        List<String> command = new ArrayList<>(OwnProcess.javaCommand());
        command.addAll(List.of("worker", "--id", id, "--port", "0", "--parent-pipe"));
        command.addAll(List.of("--model", model.file().toString(), "--name", model.id()));
        command.addAll(List.of("--natives", natives.path().toString()));
        if (contextTokens != null) {
            command.addAll(List.of("--ctx", Integer.toString(contextTokens)));
        }
        if (workersConfig != null) {
            command.addAll(List.of("--config", workersConfig.toString()));
        }
        if (verbose) {
            command.add("--verbose");
        }
        return command;
    }
}
