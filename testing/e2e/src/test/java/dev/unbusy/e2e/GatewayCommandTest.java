package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code unbusy gateway} as a user starts it, before servers that are not ours. */
class GatewayCommandTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    @SuppressWarnings("NullAway.Init")
    private Home home;

    @SuppressWarnings("NullAway.Init")
    private OpenAiServer first;

    @SuppressWarnings("NullAway.Init")
    private OpenAiServer second;

    private @Nullable Process process;

    @BeforeEach
    void start() throws Exception {
        home = new Home();
        first = new OpenAiServer("first");
        second = new OpenAiServer("second");
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        first.close();
        second.close();
        http.close();
        home.close();
    }

    @Test
    void twoServers_shareTheRequests_andWhatADeadOneHadIsAnsweredByTheOther() throws Exception {
        String url = ready(gateway("--backend", first.url() + "," + second.url(), "--policy", "round-robin"));
        Eventually.until("both ready", SOON, () -> states().equals(List.of("ready", "ready")));
        Set<String> workers = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            HttpResponse<String> response = http.send(chat(url), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            workers.add(response.headers().firstValue("x-unbusy-worker").orElse("none"));
        }
        assertThat(workers).containsExactlyInAnyOrder(first.id(), second.id());
        int before = first.asked();
        first.holdAnswers(new CountDownLatch(1));
        List<CompletableFuture<HttpResponse<String>>> under = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            under.add(http.sendAsync(chat(url), HttpResponse.BodyHandlers.ofString()));
        }
        Eventually.until("some are with the first", SOON, () -> first.asked() > before);
        first.close();
        for (CompletableFuture<HttpResponse<String>> one : under) {
            HttpResponse<String> response = one.get(60, TimeUnit.SECONDS);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(response.body()).contains("from second");
        }
        Eventually.until("status tells", SOON, () -> states().contains("starting"));
        end();
    }

    @Test
    void sigterm_letsARunningAnswerFinish_endsWith0_andNobodyFindsItAnyMore() throws Exception {
        String url = ready(gateway("--backend", first.url()));
        CountDownLatch answer = new CountDownLatch(1);
        first.holdAnswers(answer);
        CompletableFuture<HttpResponse<String>> response =
                http.sendAsync(chat(url), HttpResponse.BodyHandlers.ofString());
        Eventually.until("it runs", SOON, () -> first.asked() == 1);
        started().destroy();
        Eventually.until("it drains", SOON, () -> !status(url, "/readyz"));
        assertThat(response).isNotDone();
        answer.countDown();
        assertThat(response.get(30, TimeUnit.SECONDS).body()).contains("from first");
        assertThat(started().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(started().exitValue()).isZero();
        assertThat(home.unbusy("status").exitCode()).isEqualTo(1);
    }

    @Test
    void whileNoServerIsReady_itSaysWhatIsMissing_andReadyComesWithTheFirst() throws Exception {
        int port = freePort();
        Path config = home.file("unbusy.yaml");
        Files.writeString(config, "backends: {look_millis: 100}\n");
        Path errors = gateway("--backend", "http://127.0.0.1:" + port, "--config", config.toString());
        Eventually.until("what is missing", SOON, () -> {
            assertThat(Files.readString(errors)).contains("Waiting for 127.0.0.1:" + port + ": nothing listens there");
            return true;
        });
        assertThat(started().inputReader(UTF_8).ready())
                .as("no line before it is true")
                .isFalse();
        try (OpenAiServer late = new OpenAiServer("late", port)) {
            String url = ready(errors);
            assertThat(late.asked()).isZero();
            assertThat(http.send(chat(url), HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("from late");
        }
        end();
    }

    @ParameterizedTest
    @CsvSource({
        "--backend ftp://gpu:8000, must be http://",
        "--backend http://gpu:8000/v1?key=x, its path must be one that stands before /v1",
        "--policy nonsense --backend http://127.0.0.1:9, nonsense",
        "--port 5, No backend is named",
    })
    void whatCannotBeMeant_isExitCode2_withTheFix(String arguments, String why) throws Exception {
        List<String> line = new ArrayList<>(List.of("gateway"));
        line.addAll(List.of(arguments.split(" ")));
        Command.Result result = home.unbusy(line.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.standardError()).isEqualTo(2);
        assertThat(result.standardOutput()).isEmpty();
        assertThat(result.standardError()).contains(why).contains("What to do");
    }

    /** @return the file that standard error goes to */
    private Path gateway(String... arguments) throws IOException {
        Path errors = home.file("gateway.err");
        List<String> command = new ArrayList<>(List.of(RunningUnbusy.launcher(), "gateway", "--port", "0"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().putAll(home.environment());
        process = builder.start();
        return errors;
    }

    private String ready(Path errors) {
        String line = Eventually.get("the line \"ready\"", Duration.ofSeconds(60), () -> {
            assertThat(started().isAlive()).as(Files.readString(errors)).isTrue();
            BufferedReader lines = started().inputReader(UTF_8);
            return lines.ready() ? lines.readLine() : null;
        });
        assertThat(line).startsWith("ready http://");
        return line.substring("ready ".length());
    }

    private Process started() {
        return Objects.requireNonNull(process);
    }

    /** SIGTERM with nothing running. */
    private void end() throws InterruptedException {
        started().destroy();
        assertThat(started().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(started().exitValue()).isZero();
    }

    /** As {@code unbusy status} finds the service and shows it. */
    private List<String> states() throws Exception {
        Command.Result result = home.unbusy("status", "--json");
        JsonNode workers = RunningUnbusy.JSON.readTree(result.standardOutput()).path("workers");
        return workers.findValuesAsText("state");
    }

    private boolean status(String url, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
    }

    private static HttpRequest chat(String url) {
        String body =
                "{\"model\":\"" + OpenAiServer.MODEL + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        return HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(90))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
