package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.Gateway;
import dev.unbusy.gateway.GatewayConfig;
import dev.unbusy.gateway.GatewayOptions;
import dev.unbusy.gateway.ServedModel;
import dev.unbusy.http.HttpException;
import dev.unbusy.http.TlsFiles;
import dev.unbusy.hub.Hub;
import dev.unbusy.hub.HubConfig;
import dev.unbusy.hub.NativeDirectory;
import dev.unbusy.hub.NativeLibraries;
import dev.unbusy.hub.Platform;
import dev.unbusy.metrics.Metric;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
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
 *   <li>SIGTERM or SIGINT: the gateway finishes what it has, the workers end, the runtime file goes, exit code 0. SIGINT
 *       after that ends it at once, with the shell's exit code for it; the workers notice. SIGTERM again changes nothing:
 *       programs send it twice without meaning more by it.
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
    private final Closing closing = new Closing();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Supervisor> supervisor = new AtomicReference<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    // volatile: set by the main thread, read by the one that stops.
    private volatile boolean ready;

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
        // For SIGHUP, and for the others where they cannot be handled.
        Thread hook = new Thread(this::stop, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        Signals.handle(List.of("INT", "TERM"), this::signalled);
        try {
            start();
            ended.await();
            return ExitCodes.DONE;
        } finally {
            if (stopping.get()) {
                park(); // the thread that stops ends the process, whatever this one would do or say next
            }
            closing.close();
            removeHook(hook);
        }
    }

    private void start() throws InterruptedException {
        Backends backends = new Backends();
        Metrics metrics = closing.own(new Metrics());
        metrics.gauge(Metric.BUILD_INFO, () -> 1, Version.text(), "up");
        logTo();
        // 1
        Gateway gateway = listen(backends, metrics);
        RuntimeFiles files = new RuntimeFiles(io.environment());
        Path runtimeFile = files.write(
                URI.create(gateway.url()), config.section(TlsFiles.class).certificate());
        closing.own(() -> Files.deleteIfExists(runtimeFile));
        Path workersConfig = configFile == null ? null : files.keepConfig(URI.create(gateway.url()), bytes(configFile));
        if (workersConfig != null) {
            closing.own(() -> Files.deleteIfExists(workersConfig));
        }
        // 2
        Hub hub = closing.own(Hub.open(config.section(HubConfig.class), io.environment()));
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
        Supervisor started = closing.own(
                Supervisor.start(config.section(SupervisorConfig.class), command, backends, metrics, progress));
        supervisor.set(started);
        closing.own(() -> gateway.drain(
                Duration.ofSeconds(config.section(SupervisorConfig.class).drainSeconds())));
        started.awaitReady();
        ready = true;
        long pid = ProcessHandle.current().pid();
        io.out()
                .println(
                        json
                                ? ReadyJson.of(gateway.url(), pid, model, natives, started.statuses())
                                : "ready " + gateway.url());
        io.out().flush();
    }

    private void logTo() {
        Path directory = Directories.logs(io.environment());
        try {
            int port = config.section(GatewayConfig.class).port();
            String name = port == 0 ? "up-" + ProcessHandle.current().pid() : "up-" + port;
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

    private Gateway listen(Backends backends, Metrics metrics) {
        GatewayConfig gateway = config.section(GatewayConfig.class);
        try {
            return closing.own(Gateway.start(GatewayOptions.of(config), backends, metrics, () -> {
                Supervisor current = supervisor.get();
                return current == null ? List.of() : current.statuses();
            }));
        } catch (HttpException e) {
            RuntimeFiles.Running other =
                    new RuntimeFiles(io.environment()).onPort(gateway.port()).orElse(null);
            if (other == null || !e.code().equals("port-in-use")) {
                throw e;
            }
            throw new CliException(
                    "port-in-use",
                    Text.of(
                            "Unbusy already runs on port %d (process %d)",
                            "端口 %d 上已有 Unbusy 在运行（进程 %d）", other.port(), other.pid()),
                    Text.of(
                            "Use it at %s, end it with `kill %d`, or start this one with another --port.",
                            "可直接使用 %s，或用 `kill %d` 结束它，或为本次启动指定其他 --port。", other.url(), other.pid()),
                    e);
        }
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

    // 4
    private void signalled(int code) {
        if (!stopping.get()) {
            Thread.ofPlatform().name("stop").start(this::stop);
        } else if (code == Signals.INTERRUPTED) {
            io.say(Text.of("Stopped without finishing the running answers.", "已立即停止，未完成的回答被中断。"));
            Runtime.getRuntime().halt(code);
        }
    }

    private void stop() {
        if (!stopping.compareAndSet(false, true)) {
            park();
        }
        io.say(
                ready
                        ? Text.of(
                                "Finishing the running answers; once more (Ctrl-C) to stop at once…",
                                "正在完成尚未结束的回答；再按一次 Ctrl-C 可立即停止……")
                        : Text.of("Stopping…", "正在停止……"));
        closing.close();
        io.out().flush();
        io.err().flush();
        Runtime.getRuntime().halt(ExitCodes.DONE);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook itself runs: it ends the process, whatever this thread would do next.
            park();
        }
    }

    private static void park() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
