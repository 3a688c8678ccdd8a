package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Starting, stopping, and what happens when a part is killed or stands still. */
class LifecycleTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration RESTART = Duration.ofSeconds(60);

    @Test
    void sigterm_finishesRunningAnswersAndLeavesNoProcess() throws Exception {
        try (RunningUnbusy unbusy = RunningUnbusy.start()) {
            HttpResponse<InputStream> stream = unbusy.http()
                    .send(
                            unbusy.chat(RunningUnbusy.body("Count from one to one hundred.", 120, true)),
                            HttpResponse.BodyHandlers.ofInputStream());
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8));
            assertThat(firstData(lines)).contains("\"assistant\"");
            List<ProcessHandle> family = unbusy.family();
            assertThat(family).hasSizeGreaterThanOrEqualTo(2);

            unbusy.process().destroy();
            List<String> rest = lines.lines().toList();

            assertThat(rest).contains("data: [DONE]");
            assertThat(unbusy.terminate(SOON)).isZero();
            assertThat(family).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void gatewayKilled_workersNoticeAndStop() throws Exception {
        try (RunningUnbusy unbusy = RunningUnbusy.start()) {
            List<ProcessHandle> family = unbusy.family();
            ProcessHandle worker = ProcessHandle.of(unbusy.workerPid()).orElseThrow();
            RunningUnbusy.signal("KILL", unbusy.process().pid());
            assertThat(unbusy.process().waitFor()).isEqualTo(128 + 9);
            Eventually.until("the worker's end", SOON, () -> !worker.isAlive());
            Eventually.until("the end of all", SOON, () -> family.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    @Test
    void workerKilled_isRestartedAndRequestsInBetweenWait() throws Exception {
        Map<String, String> surprising = Map.of(
                "GGML_BACKEND_PATH", "/nonexistent/libggml-foreign.so",
                "HF_TOKEN", "hf_secret",
                "LD_LIBRARY_PATH", "/nonexistent/of-the-user",
                "CUDA_VISIBLE_DEVICES", "0");
        try (RunningUnbusy unbusy = RunningUnbusy.start(surprising)) {
            long before = unbusy.workerPid();
            assertThat(environment(before))
                    .contains("LD_LIBRARY_PATH=/nonexistent/of-the-user", "CUDA_VISIBLE_DEVICES=0")
                    .noneMatch(line -> line.startsWith("GGML_BACKEND_PATH=") || line.startsWith("HF_TOKEN="));
            RunningUnbusy.signal("KILL", before);
            JsonNode answer = unbusy.ask(4);
            assertThat(answer.path("choices")
                            .get(0)
                            .path("message")
                            .path("content")
                            .asText())
                    .isNotBlank();
            JsonNode worker = unbusy.worker();
            assertThat(worker.path("pid").asLong()).isNotEqualTo(before);
            assertThat(worker.path("restarts").asInt()).isEqualTo(1);
            assertThat(environment(unbusy.workerPid())).noneMatch(line -> line.startsWith("GGML_BACKEND_PATH="));
        }
    }

    /** Of a process, as the kernel has it. */
    private static List<String> environment(long pid) throws Exception {
        return List.of(Files.readString(Path.of("/proc/" + pid + "/environ")).split("\0"));
    }

    /** Killed as soon as it is there, ready or not, until it is given up; it comes back by itself. */
    @Test
    void workerKilledTenTimes_requestsAreToldOfIt_andItRecovers() throws Exception {
        String config =
                RunningUnbusy.ONE_THREAD + "supervisor: {restart_delay_millis: 20, restart_delay_max_millis: 1500}\n";
        try (RunningUnbusy unbusy = RunningUnbusy.configured(config, Map.of())) {
            long last = 0;
            for (int kills = 0; kills < 10; kills++) {
                long before = last;
                last = Eventually.get("another process", RESTART, () -> {
                    long pid = unbusy.workerPid();
                    return pid > 0 && pid != before && ProcessHandle.of(pid).isPresent() ? pid : null;
                });
                RunningUnbusy.signal("KILL", last);
            }
            Eventually.until(
                    "the end of hope",
                    RESTART,
                    () -> unbusy.worker().path("state").asText().equals("failed"));
            HttpResponse<String> refused = unbusy.send(unbusy.chat(RunningUnbusy.body("Say hello.", 4, false)));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("signal 9").contains("tried again");
            assertThat(unbusy.standardError()).contains("given up");

            Eventually.until(
                    "the recovery",
                    RESTART,
                    () -> unbusy.worker().path("state").asText().equals("ready"));
            assertThat(unbusy.ask(4).path("choices")).hasSize(1);
            assertThat(unbusy.worker().path("restarts").asInt()).isGreaterThanOrEqualTo(10);
        }
    }

    /** One worker: the stream waits for its restart. */
    @Test
    void workerKilledInMidStream_theStreamGoesOnWithItsSuccessor() throws Exception {
        try (RunningUnbusy unbusy = RunningUnbusy.start()) {
            HttpResponse<InputStream> stream = unbusy.http()
                    .send(
                            unbusy.chat(RunningUnbusy.body("Tell a very long story about the sea.", 400, true)),
                            HttpResponse.BodyHandlers.ofInputStream());
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8));
            String first = firstData(lines);
            long before = unbusy.workerPid();
            RunningUnbusy.signal("KILL", before);
            List<String> rest = lines.lines().toList();
            assertThat(rest)
                    .noneMatch(line -> line.startsWith("data: {\"error\":"))
                    .noneMatch(line -> line.contains("mark "))
                    .contains("data: [DONE]");
            String id = first.substring(first.indexOf("chatcmpl-"), first.indexOf("chatcmpl-") + 33);
            List<String> events =
                    rest.stream().filter(line -> line.startsWith("data: {")).toList();
            assertThat(events).allMatch(line -> line.contains(id));
            // Every token but the last one, which ends the answer, has one event; the first may be in the line above.
            JsonNode usage =
                    RunningUnbusy.JSON.readTree(events.getLast().substring(6)).path("usage");
            assertThat(usage.path("completion_tokens").asInt()).isBetween(events.size() - 2, 400);
            assertThat(unbusy.workerPid()).isNotEqualTo(before);
        }
    }

    @Test
    void workerFrozen_isFoundKilledAndReplaced() throws Exception {
        try (RunningUnbusy unbusy = RunningUnbusy.start()) {
            long before = unbusy.workerPid();
            ProcessHandle frozen = ProcessHandle.of(before).orElseThrow();
            RunningUnbusy.signal("STOP", before);
            CompletableFuture<HttpResponse<String>> waiting = unbusy.http()
                    .sendAsync(
                            unbusy.chat(RunningUnbusy.body("Say hello.", 4, false)),
                            HttpResponse.BodyHandlers.ofString());
            Eventually.until("the frozen worker's end", RESTART, () -> !frozen.isAlive());
            assertThat(waiting.get(90, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(unbusy.workerPid()).isNotEqualTo(before);
            assertThat(unbusy.standardError()).contains("frozen");
        }
    }

    @Test
    void secondUpOnTheSamePort_isRefusedNamingTheFirst() throws Exception {
        try (RunningUnbusy first = RunningUnbusy.start()) {
            String port = Integer.toString(URI.create(first.url()).getPort());
            Command.Result second = Command.unbusy("up", "smollm2-135m-instruct", "--port", port);
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.standardOutput()).isEmpty();
            assertThat(second.standardError())
                    .contains(port)
                    .contains(Long.toString(first.process().pid()));
            assertThat(first.ask(2).path("choices")).hasSize(1);
        }
    }

    @Test
    void portTakenByAnotherProgram_isSaidBeforeAnythingIsLoaded() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            Command.Result result =
                    Command.unbusy("up", "smollm2-135m-instruct", "--port", Integer.toString(other.getLocalPort()));
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.standardError())
                    .contains(Integer.toString(other.getLocalPort()))
                    .contains("--port");
        }
    }

    @Test
    void aStartInterrupted_leavesNoProcess() throws Exception {
        Process process = new ProcessBuilder(RunningUnbusy.launcher(), "up", "smollm2-135m-instruct", "--port", "0")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            List<ProcessHandle> children = Eventually.get("a child process of the service", RESTART, () -> {
                List<ProcessHandle> found = process.descendants()
                        .filter(child -> child.info().command().orElse("").endsWith("/java"))
                        .toList();
                return found.isEmpty() ? null : found;
            });
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(children).noneMatch(ProcessHandle::isAlive);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void cacheDirectoryNotWritable_isNamedWithTheFix() throws Exception {
        var file = Files.createTempFile("unbusy-cache", "");
        Command.Result result =
                Command.unbusy(Map.of("XDG_CACHE_HOME", file.toString()), "up", "smollm2-135m-instruct", "--port", "0");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.standardError()).contains(file.toString()).contains("XDG_CACHE_HOME");
        Files.delete(file);
    }

    private static String firstData(BufferedReader lines) throws Exception {
        String line = lines.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return line == null ? "" : line;
    }
}
