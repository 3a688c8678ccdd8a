package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ./unbusy up} on a free port, started through the launcher as a user would, and ended with everything it
 * started. Its standard error goes to a file that a failing start shows.
 */
final class RunningUnbusy implements AutoCloseable {
    static final Path HOME = Path.of(property("unbusy.test.home"));
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START = Duration.ofSeconds(90);

    /** ggml's threads wait for each other spinning, and tests share the cores. */
    static final String ONE_THREAD = "worker: {threads: 1}\n";

    private final Process process;
    private final Path log;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final String url;

    private RunningUnbusy(Process process, Path log, String url) {
        this.process = process;
        this.log = log;
        this.url = url;
    }

    /** Starts with the starter model on one thread and waits for the line {@code ready}. */
    static RunningUnbusy start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    static RunningUnbusy start(Map<String, String> environment, String... arguments) throws IOException {
        return configured(ONE_THREAD, environment, arguments);
    }

    /** Starts as {@link #start} does, with this configuration. */
    static RunningUnbusy configured(String yaml, Map<String, String> environment, String... arguments)
            throws IOException {
        Path config = Files.createTempFile("unbusy", ".yaml");
        try {
            Files.writeString(config, yaml);
            List<String> all = new ArrayList<>(List.of("smollm2-135m-instruct", "--config", config.toString()));
            all.addAll(List.of(arguments));
            return up(environment, all.toArray(String[]::new));
        } finally {
            // Workers that are restarted do without it: what the service started with holds.
            Files.delete(config);
        }
    }

    /** Starts with these arguments and {@code --port 0}, and waits for the line {@code ready}. */
    static RunningUnbusy up(Map<String, String> environment, String... arguments) throws IOException {
        return upIn(HOME, environment, arguments);
    }

    static RunningUnbusy upIn(Path directory, Map<String, String> environment, String... arguments) throws IOException {
        Path log = Files.createTempFile("unbusy-e2e", ".log");
        List<String> command = new ArrayList<>(List.of(launcher(), "up", "--port", "0"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectError(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String line = "nothing in time";
        try {
            line = firstLine(process);
        } finally {
            if (!line.startsWith("ready http://")) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
        if (!line.startsWith("ready http://")) {
            throw new AssertionError("no ready line but \"" + line + "\"; standard error:\n" + Files.readString(log));
        }
        return new RunningUnbusy(process, log, line.substring("ready ".length()));
    }

    private static String firstLine(Process process) {
        BufferedReader output = process.inputReader(UTF_8);
        return Eventually.get("the line \"ready\"", START, () -> {
            if (output.ready() || !process.isAlive()) {
                String text = output.readLine();
                return text == null ? "ended" : text;
            }
            return null;
        });
    }

    static String launcher() {
        return HOME.resolve("unbusy").toString();
    }

    static String property(String name) {
        return Objects.requireNonNull(
                System.getProperty(name), () -> "the property " + name + " is not set: run ./unbusy verify");
    }

    String url() {
        return url;
    }

    Process process() {
        return process;
    }

    String standardError() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpClient http() {
        return http;
    }

    JsonNode status() throws Exception {
        return get("/admin/v1/status");
    }

    /** The only worker of this service, as {@code status} shows it. */
    JsonNode worker() throws Exception {
        return Objects.requireNonNull(status().path("workers").get(0), "no worker");
    }

    long workerPid() throws Exception {
        return worker().path("pid").asLong();
    }

    JsonNode get(String path) throws Exception {
        HttpResponse<String> response =
                http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " → " + response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    HttpRequest chat(String body) {
        return HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(100))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> send(HttpRequest request) throws Exception {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** A short question that needs a whole working chain to be answered. */
    JsonNode ask(int maxTokens) throws Exception {
        HttpResponse<String> response = send(chat(body("Say hello.", maxTokens, false)));
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    static String body(String prompt, int maxTokens, boolean stream) {
        return JSON.createObjectNode()
                .put("model", "unbusy") // a name that every model has
                .put("max_tokens", maxTokens)
                .put("temperature", 0)
                .put("stream", stream)
                .set(
                        "messages",
                        JSON.createArrayNode()
                                .add(JSON.createObjectNode().put("role", "user").put("content", prompt)))
                .toString();
    }

    /** Every process below the launcher, to be found dead later. */
    List<ProcessHandle> family() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        return all;
    }

    /** SIGTERM, and the exit code; null if it did not end in time. */
    @Nullable
    Integer terminate(Duration limit) throws InterruptedException {
        process.destroy();
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : null;
    }

    static void signal(String name, long pid) throws Exception {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("kill -" + name + " " + pid + " failed: the fault did not fire");
        }
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> family = family();
        try {
            terminate(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        family.forEach(ProcessHandle::destroyForcibly);
        Files.deleteIfExists(log);
    }
}
