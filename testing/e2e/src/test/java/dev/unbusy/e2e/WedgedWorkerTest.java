package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A worker whose HTTP server answers and whose engine's thread stands still: a tracer holds that one thread. */
@EnabledOnOs(OS.LINUX)
class WedgedWorkerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SOON =
            RunningUnbusy.ONE_THREAD + "supervisor: {wedged_after_seconds: 4, status_interval_millis: 100}\n";

    @Test
    void engineThreadStandsStill_isFoundWedged_takenOutAndReplaced_andTheWaitingRequestIsAnswered() throws Exception {
        try (RunningUnbusy unbusy = RunningUnbusy.configured(SOON, Map.of())) {
            unbusy.ask(2); // a first step, which would be given as long as loading
            JsonNode before = unbusy.worker();
            long pid = before.path("pid").asLong();
            ProcessHandle wedged = ProcessHandle.of(pid).orElseThrow();
            Process tracer = hold(pid);
            try {
                JsonNode held = status(unbusy, before.path("url").asText());
                CompletableFuture<HttpResponse<String>> waiting = unbusy.http()
                        .sendAsync(
                                unbusy.chat(RunningUnbusy.body("Say hello.", 4, false)),
                                HttpResponse.BodyHandlers.ofString());

                JsonNode own = Eventually.get("its own answer with a request that waits", LIMIT, () -> {
                    JsonNode status = status(unbusy, before.path("url").asText());
                    return status.path("waiting").asInt() == 1 ? status : null;
                });
                assertThat(own.path("steps")).isEqualTo(held.path("steps"));
                Eventually.until(
                        "the state wedged",
                        LIMIT,
                        () -> unbusy.worker().path("state").asText().equals("wedged"));
                HttpResponse<String> ready = unbusy.send(HttpRequest.newBuilder(URI.create(unbusy.url() + "/readyz"))
                        .build());
                assertThat(ready.statusCode()).isEqualTo(503);
                assertThat(ready.body()).contains("wedged", "no step has ended");

                Eventually.until("the wedged worker's end", LIMIT, () -> !wedged.isAlive());
                assertThat(waiting.get(90, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
                assertThat(unbusy.worker().path("state").asText()).isEqualTo("ready");
                assertThat(unbusy.workerPid()).isNotEqualTo(pid);
                assertThat(unbusy.standardError()).contains("worker-1 is wedged: no step has ended", "没有完成任何一步");
                assertThat(metrics(unbusy))
                        .contains(
                                "unbusy_worker_restarts_total{reason=\"wedged\",worker=\"worker-1\"} 1.0",
                                "unbusy_workers{state=\"ready\"} 1.0");
            } finally {
                tracer.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void engineThreadStandsStillInMidStream_theStreamGoesOnWithTheSuccessor() throws Exception {
        try (RunningUnbusy unbusy = RunningUnbusy.configured(SOON, Map.of())) {
            long pid = unbusy.workerPid();
            HttpResponse<InputStream> stream = unbusy.http()
                    .send(
                            unbusy.chat(RunningUnbusy.body("Tell a very long story about the sea.", 400, true)),
                            HttpResponse.BodyHandlers.ofInputStream());
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8));
            for (String line = ""; !line.startsWith("data: "); line = lines.readLine()) {
                assertThat(line).isNotNull();
            }
            Process tracer = hold(pid);
            try {
                List<String> rest = lines.lines().toList();
                assertThat(rest)
                        .noneMatch(line -> line.startsWith("data: {\"error\":"))
                        .contains("data: [DONE]");
                List<String> events =
                        rest.stream().filter(line -> line.startsWith("data: {")).toList();
                JsonNode last = RunningUnbusy.JSON.readTree(events.getLast().substring("data: ".length()));
                // Every token but the last one, which ends the answer, has one event.
                assertThat(last.at("/usage/completion_tokens").asInt()).isBetween(events.size() - 2, 400);
                assertThat(unbusy.workerPid()).isNotEqualTo(pid);
                // Held inside of Java it also holds up the next safepoint, and with it the whole process.
                assertThat(metrics(unbusy))
                        .containsPattern("unbusy_worker_restarts_total\\{reason=\"(wedged|frozen)\"");
            } finally {
                tracer.destroyForcibly().waitFor();
            }
        }
    }

    private static Process hold(long pid) throws Exception {
        Process tracer = new ProcessBuilder(
                        RunningUnbusy.property("unbusy.test.python"),
                        RunningUnbusy.HOME
                                .resolve("testing/e2e/src/test/python/hold_thread.py")
                                .toString(),
                        Long.toString(pid),
                        "engine-0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = tracer.inputReader(UTF_8);
        String line = String.valueOf(output.readLine());
        if (line.startsWith("not permitted")) {
            Assumptions.abort("threads cannot be traced here, so none can be held: " + line);
        }
        assertThat(line).as("the fault fired").startsWith("held ");
        return tracer;
    }

    private static JsonNode status(RunningUnbusy unbusy, String workerUrl) throws Exception {
        return RunningUnbusy.JSON.readTree(
                unbusy.send(HttpRequest.newBuilder(URI.create(workerUrl + "/internal/status"))
                                .timeout(Duration.ofSeconds(2))
                                .build())
                        .body());
    }

    private static String metrics(RunningUnbusy unbusy) throws Exception {
        return unbusy.send(HttpRequest.newBuilder(URI.create(unbusy.url() + "/metrics"))
                        .build())
                .body();
    }
}
