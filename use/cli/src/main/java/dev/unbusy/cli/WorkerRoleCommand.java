package dev.unbusy.cli;

import dev.unbusy.supervisor.WorkerLine;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code unbusy worker}: one model in one process. With {@code --parent-pipe} it speaks {@link WorkerLine}s and ends when
 * its standard input ends, that is with its supervisor. SIGTERM lets running answers finish.
 */
@Command(name = "worker")
final class WorkerRoleCommand implements Callable<Integer> {
    private static final Duration DRAIN_LIMIT = Duration.ofHours(24); // the supervisor's limit is the one that holds

    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Option(names = "--model", paramLabel = "FILE", required = true, descriptionKey = "up.model")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private Path model;

    @Option(names = "--port", paramLabel = "N", defaultValue = "0", descriptionKey = "worker.port")
    private int port;

    @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", descriptionKey = "worker.host")
    private String host = "127.0.0.1";

    @Option(names = "--ctx", paramLabel = "N", descriptionKey = "up.ctx")
    private @Nullable Integer contextTokens;

    @Option(names = "--natives", paramLabel = "DIR", descriptionKey = "worker.natives")
    private @Nullable Path natives;

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    @Option(names = "--id", paramLabel = "ID", defaultValue = "worker-1", hidden = true, descriptionKey = "worker.id")
    private String id = "worker-1";

    @Option(names = "--name", paramLabel = "NAME", descriptionKey = "worker.name")
    private @Nullable String name;

    @Option(names = "--json", descriptionKey = "ready.json")
    private boolean json;

    @Option(names = "--parent-pipe", hidden = true, descriptionKey = "worker.pipe")
    private boolean parentPipe;

    WorkerRoleCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (json && parentPipe) {
            throw CliException.usage(
                    Text.of(
                            "--json and --parent-pipe are both given, and both write to standard output",
                            "同时指定了 --json 和 --parent-pipe，二者都要写标准输出"),
                    Text.of("Leave one of them out.", "请只保留其中一个。"));
        }
        Logging.ofWorker(global.verbose);
        if (parentPipe) {
            Thread.ofPlatform().daemon().name("parent-pipe").start(this::endWithParent);
            // Ctrl-C in a terminal reaches the whole process group; what follows from it is the supervisor's to decide.
            Signals.handle(List.of("INT"), code -> {});
        }
        WorkerEngine.Arguments arguments = new WorkerEngine.Arguments(
                id,
                name == null ? ModelWish.stem(model) : name,
                model,
                natives,
                host,
                port,
                contextTokens,
                Settings.read(configFile),
                io.environment());
        WorkerEngine worker;
        try {
            worker = WorkerEngine.start(arguments, progress());
        } catch (UserError e) {
            if (!parentPipe) {
                throw e;
            }
            io.out().println(WorkerLine.refused(e));
            return ExitCodes.of(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(worker), "stop"));
        io.out()
                .println(
                        json
                                ? new String(worker.status().toJson(), StandardCharsets.UTF_8)
                                : WorkerLine.listening(URI.create(worker.url())));
        new CountDownLatch(1).await();
        return ExitCodes.DONE;
    }

    private Progress progress() {
        if (!parentPipe) {
            return new ProgressPrinter(io);
        }
        // Each percent once: the pipe is read by a program.
        long[] last = {-1};
        return (task, done, total, unit) -> {
            long percent = total > 0 ? done * 100 / total : 0;
            if (percent != last[0]) {
                last[0] = percent;
                io.out().println(WorkerLine.loading(Math.clamp(percent * 10, 0, 1000)));
            }
        };
    }

    private void stop(WorkerEngine worker) {
        worker.drain(DRAIN_LIMIT);
        worker.close();
        io.out().flush();
        Runtime.getRuntime().halt(ExitCodes.DONE);
    }

    /** The supervisor has gone: nobody waits for the answers, and nobody would end this process later. */
    private void endWithParent() {
        try {
            while (io.in().read() >= 0) {
                // Nothing is ever sent; only the end counts.
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            io.err().println("the parent's pipe broke: " + e);
        }
        Runtime.getRuntime().halt(ExitCodes.FAILED);
    }
}
