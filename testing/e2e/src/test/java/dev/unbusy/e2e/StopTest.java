package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.hub.FakeHub;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals at awkward moments: whatever was going on, nothing stays behind and nothing fetched is lost. */
class StopTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String MODEL = "someone/Tiny-Model-GGUF";
    private static final String FILE = "Tiny-Model-Q4_1.gguf";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void sigintTwice_endsAtOnceInTheMiddleOfAnAnswer_andTheWorkerToo() throws Exception {
        try (RunningUnbusy unbusy = RunningUnbusy.start()) {
            BufferedReader lines = story(unbusy);
            List<ProcessHandle> family = unbusy.family();
            assertThat(family).hasSizeGreaterThanOrEqualTo(2);
            // As Ctrl-C in a terminal does: everybody in the foreground gets it. The worker leaves it to its
            // supervisor.
            for (ProcessHandle process : family) {
                RunningUnbusy.signal("INT", process.pid());
            }
            Eventually.until(
                    "the announcement", SOON, () -> unbusy.standardError().contains("Ctrl-C"));
            for (int i = 0; i < 20; i++) {
                assertThat(lines.readLine()).as("the answer goes on").isNotNull();
            }
            RunningUnbusy.signal("INT", unbusy.process().pid());
            assertThat(unbusy.process().waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(unbusy.process().exitValue()).isEqualTo(128 + 2);
            Eventually.until("the end of all", SOON, () -> family.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(unbusy.standardError()).contains("without finishing");
        }
    }

    @Test
    void sigtermInTheMiddleOfADownload_endsSoon_andTheNextStartContinuesIt() throws Exception {
        byte[] bytes = Files.readAllBytes(Caches.starterModel());
        try (FakeHub fake = new FakeHub()) {
            fake.put(MODEL, FILE, bytes);
            FakeHub.Fault.Wait wait = new FakeHub.Fault.Wait(30_000_000);
            fake.then(wait);
            Map<String, String> environment = Caches.environment(
                    Caches.withNatives(directory), fake.endpoint().toString(), Caches.NOWHERE);
            Process process = background(environment, "up", MODEL, "--port", "0");
            try {
                assertThat(wait.reached().await(60, TimeUnit.SECONDS)).isTrue();
                Path part = directory.resolve("unbusy/models/someone--Tiny-Model-GGUF/" + FILE + ".part");
                Eventually.until("some of the file", SOON, () -> Files.exists(part) && Files.size(part) > 1_000_000);
                process.destroy();
                assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
                assertThat(part).exists();
            } finally {
                process.destroyForcibly();
                wait.go().countDown();
            }
            Command.Result pulled = Command.unbusy(environment, "pull", MODEL);
            assertThat(pulled.exitCode()).as(pulled.standardError()).isZero();
            assertThat(fake.storageRequests().getLast().headers().get("Range")).matches("bytes=[1-9]\\d*-");
        }
    }

    /** A package manager that hangs is no reason to stay. */
    @Test
    void sigtermWhileAPackageManagerRuns_endsIt() throws Exception {
        Path cache = Caches.withNatives(directory);
        try (Stream<Path> archives = Files.list(cache.resolve("unbusy/downloads"))) {
            for (Path archive : archives.toList()) {
                Files.delete(archive);
            }
        }
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Path started = directory.resolve("started");
        script(
                programs.resolve("python3"),
                "echo $$ >" + started + ".new; mv " + started + ".new " + started + "; exec sleep 300");
        Map<String, String> environment = new HashMap<>(Caches.environment(cache, Caches.NOWHERE, Caches.NOWHERE));
        environment.put("PATH", programs + ":" + System.getenv("PATH"));
        Process process = background(environment, "up", "--port", "0");
        try {
            Eventually.until("the package manager's start", Duration.ofSeconds(60), () -> Files.exists(started));
            ProcessHandle manager = ProcessHandle.of(
                            Long.parseLong(Files.readString(started).strip()))
                    .orElseThrow();
            process.destroy();
            assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
            Eventually.until("the package manager's end", SOON, () -> !manager.isAlive());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void sigkillWhileTheModelLoads_leavesNoWorker() throws Exception {
        Process process = background(Map.of(), "up", "smollm2-135m-instruct", "--port", "0");
        try {
            List<ProcessHandle> children = Eventually.get("a worker", Duration.ofSeconds(60), () -> {
                List<ProcessHandle> found = process.descendants()
                        .filter(child -> child.info().command().orElse("").endsWith("/java"))
                        .toList();
                return found.isEmpty() ? null : found;
            });
            RunningUnbusy.signal("KILL", process.pid());
            Eventually.until("the worker's end", SOON, () -> children.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            process.destroyForcibly();
        }
    }

    /** The launcher alone, with a Maven that never ends: in a folder of its own, so that the real build is not touched. */
    @Test
    void sigtermDuringTheBuild_orWhileWaitingForAnothersBuild_leavesNothing() throws Exception {
        Path home = Files.createDirectories(directory.resolve("checkout"));
        Files.createDirectories(home.resolve("use/cli/src"));
        Files.copy(
                RunningUnbusy.HOME.resolve("unbusy"),
                home.resolve("unbusy"),
                java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        Caches.link(
                RunningUnbusy.HOME.resolve("deploy/launch"), Files.createDirectories(home.resolve("deploy/launch")));
        Path programs = Files.createDirectory(directory.resolve("programs"));
        script(programs.resolve("mvn"), "exec sleep 300");
        ProcessBuilder launcher = new ProcessBuilder(home.resolve("unbusy").toString(), "up")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("launcher.log").toFile());
        launcher.environment().put("PATH", programs + ":" + System.getenv("PATH"));
        Process builds = launcher.start();
        Process waits = null;
        try {
            List<ProcessHandle> building = withChild(builds, "sleep");
            waits = launcher.start();
            List<ProcessHandle> waiting = withChild(waits, "flock");
            waits.destroy();
            assertThat(waits.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(waits.exitValue()).isEqualTo(128 + 15);
            Eventually.until("the end of all", SOON, () -> waiting.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(building).allMatch(ProcessHandle::isAlive);
            builds.destroy();
            assertThat(builds.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(builds.exitValue()).isEqualTo(128 + 15);
            Eventually.until("the end of all", SOON, () -> building.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            builds.destroyForcibly();
            if (waits != null) {
                waits.destroyForcibly();
            }
        }
    }

    private static List<ProcessHandle> withChild(Process process, String program) {
        return Eventually.get(program, SOON, () -> {
            List<ProcessHandle> family = process.descendants().toList();
            boolean there = family.stream()
                    .anyMatch(child -> child.info().command().orElse("").endsWith("/" + program));
            return there ? family : null;
        });
    }

    private static BufferedReader story(RunningUnbusy unbusy) throws Exception {
        HttpResponse<InputStream> stream = unbusy.http()
                .send(
                        unbusy.chat(RunningUnbusy.body("Tell a very long story about the sea.", 1500, true)),
                        HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8));
        String line = lines.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = lines.readLine(); // signs of life on a busy machine
        }
        assertThat(line).as("the first event").isNotNull();
        return lines;
    }

    private static Process background(Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(new java.util.ArrayList<>(List.of(RunningUnbusy.launcher())))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.command().addAll(List.of(arguments));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static void script(Path file, String line) throws Exception {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
