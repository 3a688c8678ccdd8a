package dev.unbusy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.gateway.Backend;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.ServedModel;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.text.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that misbehave, each fault seen to have happened. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class SupervisorTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private final Backends backends = new Backends();
    private final Metrics metrics = new Metrics();
    private final List<Long> progress = new ArrayList<>();
    private final Progress loading = (task, done, total, unit) -> {
        synchronized (progress) {
            progress.add(done);
        }
    };

    @AfterEach
    void everyProcessIsGone() throws IOException {
        for (long pid : pids()) {
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive))
                    .as("process %d", pid)
                    .isEmpty();
        }
        assertThat(backends.snapshot().backends()).isEmpty();
        metrics.close();
    }

    @Test
    void aWorkerThatServes_isReadyAtItsAddress_andStopsOnClose() throws Exception {
        try (Supervisor supervisor = start("serve", 1)) {
            supervisor.awaitReady();
            WorkerReport report = supervisor.reports().getFirst();
            assertThat(report.state()).isEqualTo(WorkerState.READY);
            assertThat(report.pid()).isEqualTo(pids().getFirst());
            Backend backend = backends.snapshot().backends().getFirst();
            assertThat(backend.state()).isEqualTo(Backend.State.READY);
            assertThat(backend.uri()).isEqualTo(report.uri());
            assertThat(backend.models().getFirst().contextTokens())
                    .as("as the worker says, whom nobody asked for it")
                    .isEqualTo(4096);
            eventually("a status", () -> supervisor.reports().getFirst().status() != null);
            assertThat(progress).contains(1000L);
        }
    }

    @Test
    void twoWorkers_areTwoProcesses() throws Exception {
        try (Supervisor supervisor = start("serve", 2)) {
            eventually(
                    "both ready",
                    () -> supervisor.reports().stream().allMatch(report -> report.state() == WorkerState.READY));
            assertThat(supervisor.reports().stream().map(WorkerReport::pid).distinct())
                    .hasSize(2);
        }
    }

    @Test
    void sigkilled_isReplaced_andCounted() throws Exception {
        try (Supervisor supervisor = start("serve", 1)) {
            supervisor.awaitReady();
            long first = supervisor.reports().getFirst().pid();
            signal("KILL", first);
            replaced(supervisor, first);
            assertThat(supervisor.reports().getFirst().restarts()).isEqualTo(1);
            assertThat(supervisor.reports().getFirst().lastReason()).isEqualTo(RestartReason.KILLED);
            assertThat(metrics.scrape())
                    .contains("unbusy_worker_restarts_total{reason=\"killed\",worker=\"worker-1\"} 1.0");
        }
    }

    @Test
    void sigstopped_isFoundFrozen_killedAndReplaced() throws Exception {
        try (Supervisor supervisor = start("serve", 1)) {
            supervisor.awaitReady();
            long first = supervisor.reports().getFirst().pid();
            signal("STOP", first);
            replaced(supervisor, first);
            assertThat(ProcessHandle.of(first).filter(ProcessHandle::isAlive)).isEmpty();
            assertThat(supervisor.reports().getFirst().lastReason()).isEqualTo(RestartReason.FROZEN);
        }
    }

    @Test
    void standingStillWithWork_isFoundWedged() throws Exception {
        try (Supervisor supervisor = start("wedged", 1)) {
            supervisor.awaitReady();
            replaced(supervisor, supervisor.reports().getFirst().pid());
            assertThat(supervisor.reports().getFirst().lastReason()).isEqualTo(RestartReason.WEDGED);
        }
    }

    @Test
    void refusing_isGivenUpAfterThreeLoads_withItsOwnWords() throws Exception {
        try (Supervisor supervisor = start("refuse", 1)) {
            SupervisorException failure = catchThrowableOfType(SupervisorException.class, supervisor::awaitReady);
            assertThat(failure.code()).isEqualTo("model-file-corrupt");
            assertThat(failure.text().zh()).isEqualTo("m.gguf 已损坏");
            assertThat(failure.remedy().en()).isEqualTo("Fetch it again.");
            assertThat(pids()).hasSize(3);
            assertThat(backends.snapshot().backends().getFirst().state()).isEqualTo(Backend.State.DOWN);
            assertThat(supervisor.reports().getFirst().state()).isEqualTo(WorkerState.FAILED);
        }
    }

    @Test
    void crashing_isGivenUpWithItsLastLines() throws Exception {
        try (Supervisor supervisor = start("crash", 1)) {
            SupervisorException failure = catchThrowableOfType(SupervisorException.class, supervisor::awaitReady);
            assertThat(failure.getMessage()).contains("exit code 3").contains("first line\nterrible failure");
        }
    }

    @Test
    void crashingOnce_isReadyInTheEnd() throws Exception {
        try (Supervisor supervisor = start("crash-once", 1)) {
            supervisor.awaitReady();
            assertThat(pids()).hasSize(2);
        }
    }

    @Test
    void printingGarbage_isNoReasonToEndIt() throws Exception {
        try (Supervisor supervisor = start("garbage", 1)) {
            supervisor.awaitReady();
            assertThat(progress).contains(500L);
        }
    }

    @Test
    void ignoringSigterm_isKilledWhenItsTimeIsUp() throws Exception {
        Supervisor supervisor = start("deaf", 1);
        supervisor.awaitReady();
        long before = System.nanoTime();
        supervisor.close();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Duration.ofMillis(900), LIMIT);
    }

    @Test
    void closedWhileLoading_leavesNothing() throws Exception {
        Supervisor supervisor = start("silent", 2);
        eventually("both started", () -> pids().size() == 2);
        supervisor.close();
    }

    @Test
    void closedAtOnce_leavesNothing() throws Exception {
        for (int round = 0; round < 5; round++) {
            start("silent", 1).close();
        }
    }

    @Test
    void closedByAnInterruptedThread_leavesNothing() throws Exception {
        Supervisor supervisor = start("deaf", 1);
        supervisor.awaitReady();
        Thread closer = new Thread(supervisor::close);
        closer.start();
        closer.interrupt();
        closer.join();
        eventually(
                "the end of the process",
                () -> pids().stream()
                        .allMatch(pid -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty()));
        eventually(
                "the end of the backend", () -> backends.snapshot().backends().isEmpty());
    }

    @Test
    void programMissing_isGivenUpWithTheReason() throws Exception {
        WorkerCommand command = new WorkerCommand(id -> List.of("/nonexistent/java"), System.getenv(), models());
        try (Supervisor supervisor = Supervisor.start(config(1), command, backends, metrics, loading)) {
            SupervisorException failure = catchThrowableOfType(SupervisorException.class, supervisor::awaitReady);
            assertThat(failure.getMessage()).contains("/nonexistent/java");
        }
    }

    private Supervisor start(String mode, int workers) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-cp",
                testClasses(),
                FakeWorker.class.getName(),
                mode,
                directory.resolve("pids").toString());
        return Supervisor.start(
                config(workers),
                new WorkerCommand(id -> command, System.getenv(), models()),
                backends,
                metrics,
                loading);
    }

    private static SupervisorConfig config(int workers) {
        return new SupervisorConfig(workers, 50, 2, 3, 60, 10, 100, 60, 3, 1);
    }

    private static List<ServedModel> models() {
        return List.of(new ServedModel("m", List.of(), 0));
    }

    private static String testClasses() {
        try {
            return Path.of(FakeWorker.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The processes that were ever started by this test, in their order. */
    private List<Long> pids() {
        Path file = directory.resolve("pids");
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream().map(Long::valueOf).toList()
                    : List.of();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void replaced(Supervisor supervisor, long first) {
        eventually("another process is ready", () -> {
            WorkerReport report = supervisor.reports().getFirst();
            return report.state() == WorkerState.READY && report.pid() > 0 && report.pid() != first;
        });
    }

    private static void signal(String name, long pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertThat(kill.waitFor()).as("the fault was sent").isZero();
    }

    private static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s within %s", what, LIMIT).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
