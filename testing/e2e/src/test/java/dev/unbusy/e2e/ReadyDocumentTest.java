package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the commands that serve print with {@code --json}: one document when they are ready, and nothing else. */
class ReadyDocumentTest {
    private static final Duration START = Duration.ofSeconds(90);

    /** The document, and the name of the model that the address in it listed. */
    private record Served(JsonNode document, String model) {}

    @Test
    void up_namesGatewayModelAndWorkers() throws Exception {
        Served up = serving("/gateway/url", "up", "smollm2-135m-instruct", "--port", "0", "--json");
        JsonNode model = up.document().path("model");
        assertThat(model.path("id").asText()).isEqualTo("SmolLM2-135M-Instruct").isEqualTo(up.model());
        assertThat(Path.of(model.path("file").asText())).isRegularFile();
        assertThat(Path.of(up.document().path("natives").path("path").asText())).isDirectory();
        assertThat(up.document().path("workers")).hasSize(1);
        JsonNode worker = up.document().path("workers").get(0);
        assertThat(worker.path("state").asText()).isEqualTo("ready");
        assertThat(worker.path("pid").asLong()).isPositive();
    }

    @Test
    void worker_isDescribedAsStatusDoes() throws Exception {
        String file = Caches.starterModel().toString();
        Served worker = serving("/url", "--json", "worker", "--model", file, "--name", "tiny");
        assertThat(worker.model()).isEqualTo("tiny");
        assertThat(worker.document().path("state").asText()).isEqualTo("ready");
        assertThat(worker.document().path("kvCellsTotal").asLong()).isPositive();
        assertThat(worker.document().path("contextTokens").asInt()).isPositive();
    }

    /** Starts it, reads its document, asks it for its models, and ends it; fails where it printed anything else. */
    private static Served serving(String urlAt, String... arguments) throws Exception {
        try (Home home = new Home()) {
            Path config = home.file("unbusy.yaml");
            Files.writeString(config, RunningUnbusy.ONE_THREAD);
            List<String> command = new ArrayList<>(List.of(RunningUnbusy.launcher()));
            command.addAll(List.of(arguments));
            command.addAll(List.of("--config", config.toString()));
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(home.environment());
            Process process = builder.start();
            try (BufferedReader output = process.inputReader(UTF_8)) {
                String line = Eventually.get(
                        "the document", START, () -> output.ready() || !process.isAlive() ? output.readLine() : null);
                JsonNode document = RunningUnbusy.JSON.readTree(line);
                String model = firstModel(document.at(urlAt).asText());
                RunningUnbusy.signal("TERM", process.pid()); // destroy() would close the stream that is read on
                assertThat(output.lines()).isEmpty();
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
                return new Served(document, model);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private static String firstModel(String url) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url + "/v1/models")).build();
            String body =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return Objects.requireNonNull(
                            RunningUnbusy.JSON.readTree(body).path("data").get(0))
                    .path("id")
                    .asText();
        }
    }
}
