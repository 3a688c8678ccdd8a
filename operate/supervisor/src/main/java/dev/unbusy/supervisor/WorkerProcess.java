package dev.unbusy.supervisor;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running worker process. Its standard input stays open for as long as this process lives: the worker ends when it
 * ends, so not even a SIGKILL of the supervisor leaves a worker behind. Three virtual threads read its output, its errors
 * and wait for its end; {@link WorkerEvent.Exited} comes last.
 */
final class WorkerProcess {
    private static final int KEPT_LINES = 20;
    /** After the death: somebody else may hold the pipe open. */
    private static final long OUTPUT_GRACE_MILLIS = 2_000;

    private final String id;
    private final Logger log;
    private final Process process;
    private final OutputStream lifeLine;
    private final Consumer<WorkerEvent> events;
    private final Consumer<Integer> loading;
    private final long oomKillsBefore;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final AtomicReference<@Nullable LoadRefusal> refusal = new AtomicReference<>();

    private WorkerProcess(
            String id, Process process, Consumer<WorkerEvent> events, Consumer<Integer> loading, long oomKillsBefore) {
        this.id = id;
        this.log = LoggerFactory.getLogger(id);
        this.process = process;
        this.lifeLine = process.getOutputStream();
        this.events = events;
        this.loading = loading;
        this.oomKillsBefore = oomKillsBefore;
    }

    /**
     * @param loading told how far it has loaded, in parts of a thousand
     * @throws IOException if there can be no such process
     */
    static WorkerProcess spawn(
            String id, WorkerCommand command, Consumer<WorkerEvent> events, Consumer<Integer> loading)
            throws IOException {
        long oomKillsBefore = OomKills.count();
        List<String> arguments = command.arguments().apply(id);
        ProcessBuilder builder = new ProcessBuilder(arguments);
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        WorkerProcess worker = new WorkerProcess(id, builder.start(), events, loading, oomKillsBefore);
        Thread output = Thread.ofVirtual().name(id + "-stdout").start(worker::readOutput);
        Thread errors = Thread.ofVirtual().name(id + "-stderr").start(worker::readErrors);
        Thread.ofVirtual().name(id + "-exit").start(() -> worker.awaitExit(output, errors));
        return worker;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM. Through the handle: {@link Process#destroy} would cut the life line too, and so end it at once. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL, which reaches a stopped process too. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    private void readOutput() {
        try {
            BoundedLines lines = new BoundedLines(process.getInputStream());
            for (String line = lines.next(); line != null; line = lines.next()) {
                switch (WorkerLine.parse(line)) {
                    case WorkerLine.Loading(int permille) -> {
                        loading.accept(permille);
                        events.accept(new WorkerEvent.Progress());
                    }
                    case WorkerLine.Listening(URI uri) -> events.accept(new WorkerEvent.Ready(uri));
                    case WorkerLine.Refused(LoadRefusal why) -> refusal.set(why);
                    case WorkerLine.Other(String text) -> log.warn("unexpected on standard output: {}", text);
                }
            }
        } catch (IOException e) {
            log.debug("standard output of {} ended: {}", id, e.toString());
        }
    }

    private void readErrors() {
        try {
            BoundedLines lines = new BoundedLines(process.getErrorStream());
            for (String line = lines.next(); line != null; line = lines.next()) {
                log.info("{}", line);
                synchronized (lastLines) {
                    if (lastLines.size() == KEPT_LINES) {
                        lastLines.removeFirst();
                    }
                    lastLines.addLast(line);
                }
            }
        } catch (IOException e) {
            log.debug("standard error of {} ended: {}", id, e.toString());
        }
    }

    private void awaitExit(Thread output, Thread errors) {
        try {
            int code = process.waitFor();
            output.join(OUTPUT_GRACE_MILLIS);
            errors.join(OUTPUT_GRACE_MILLIS);
            List<String> lines;
            synchronized (lastLines) {
                lines = List.copyOf(lastLines);
            }
            events.accept(
                    new WorkerEvent.Exited(new Death(code, refusal.get(), OomKills.since(oomKillsBefore), lines)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeLifeLine();
        }
    }

    private void closeLifeLine() {
        try {
            lifeLine.close();
        } catch (IOException e) {
            log.debug("the life line of {} was closed already: {}", id, e.toString());
        }
    }

    /** Waits for the end of the process itself, whatever becomes of its event. */
    boolean awaitEnd(long limitMillis) throws InterruptedException {
        return process.waitFor(limitMillis, TimeUnit.MILLISECONDS);
    }
}
