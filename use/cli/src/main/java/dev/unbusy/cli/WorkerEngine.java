package dev.unbusy.cli;

import dev.unbusy.api.WorkerStatus;
import dev.unbusy.catalog.HostProbe;
import dev.unbusy.config.Config;
import dev.unbusy.engine.Worker;
import dev.unbusy.engine.WorkerConfig;
import dev.unbusy.hub.Hub;
import dev.unbusy.hub.HubConfig;
import dev.unbusy.hub.Platform;
import dev.unbusy.supervisor.SupervisorConfig;
import dev.unbusy.text.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The running worker of this process. */
interface WorkerEngine extends AutoCloseable {
    /**
     * What a worker is started with.
     *
     * @param natives directory of the native libraries; null: found or fetched
     * @param contextTokens null: chosen by memory and model
     */
    record Arguments(
            String id,
            String modelName,
            Path model,
            @Nullable Path natives,
            String host,
            int port,
            @Nullable Integer contextTokens,
            Config config,
            Map<String, String> environment) {}

    String url();

    WorkerStatus status();

    /** Takes nothing new and waits for what runs. */
    void drain(Duration limit);

    @Override
    void close();

    /** Loads the model and listens; a lost native context ends the process, so that the supervisor starts another. */
    static WorkerEngine start(Arguments arguments, Progress progress) {
        WorkerConfig config = arguments.config().section(WorkerConfig.class);
        Integer context = arguments.contextTokens();
        if (context != null) {
            config = config.withContextTokens(context);
        }
        // It judges itself as its supervisor would.
        SupervisorConfig watch = arguments.config().section(SupervisorConfig.class);
        // The libraries' bytes were checked against their pinned checksums by whoever chose the directory.
        Worker worker = Worker.start(
                new Worker.Options(
                        arguments.id(),
                        arguments.modelName(),
                        arguments.model(),
                        directory(arguments, progress),
                        Map.of(),
                        arguments.host(),
                        arguments.port(),
                        config,
                        Duration.ofSeconds(watch.wedgedAfterSeconds()),
                        Duration.ofSeconds(watch.loadSilenceSeconds()),
                        HostProbe.read(),
                        Version.text()),
                progress,
                () -> Runtime.getRuntime().halt(Worker.EXIT_ENGINE_LOST));
        return new WorkerEngine() {
            @Override
            public String url() {
                return worker.url();
            }

            @Override
            public WorkerStatus status() {
                return worker.status();
            }

            @Override
            public void drain(Duration limit) {
                worker.drain(limit);
            }

            @Override
            public void close() {
                worker.close();
            }
        };
    }

    private static Path directory(Arguments arguments, Progress progress) {
        Path given = arguments.natives();
        if (given != null) {
            return given;
        }
        try (Hub hub = Hub.open(arguments.config().section(HubConfig.class), arguments.environment())) {
            Platform platform = Platform.current();
            return hub.natives()
                    .ensure(platform, hub.natives().choose(platform, null).backend(), progress)
                    .path();
        }
    }
}
