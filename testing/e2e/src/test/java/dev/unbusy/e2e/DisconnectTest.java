package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes away stops its own generation, at whatever stage, and nobody else's. */
class DisconnectTest {
    /** About 5,000 tokens: several seconds of prefill for the starter model on two cores. */
    private static final String LONG_PROMPT = "The quick brown fox jumps over the lazy dog again. ".repeat(480);

    @SuppressWarnings("NullAway.Init")
    private static RunningUnbusy unbusy;

    @BeforeAll
    static void start() throws Exception {
        unbusy = RunningUnbusy.start();
    }

    @AfterAll
    static void stop() throws Exception {
        unbusy.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inPrefill_generationStops(boolean stream) throws Exception {
        URI url = URI.create(unbusy.url());
        long startedNanos;
        try (Socket client = new Socket(url.getHost(), url.getPort())) {
            send(client, RunningUnbusy.body("Request " + stream + ". " + LONG_PROMPT, 400, stream));
            Eventually.until(
                    "prefill",
                    Duration.ofSeconds(20),
                    () -> unbusy.worker().path("running").asInt() == 1);
            startedNanos = System.nanoTime();
        }
        Eventually.until(
                "the end of the work",
                Duration.ofSeconds(2),
                () -> unbusy.worker().path("running").asInt() == 0
                        && unbusy.status().path("gateway").path("running").asInt() == 0);
        assertThat(Duration.ofNanos(System.nanoTime() - startedNanos)).isLessThan(Duration.ofSeconds(2));
        assertThat(unbusy.ask(2).path("choices")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inDecode_generationStops(boolean stream) throws Exception {
        URI url = URI.create(unbusy.url());
        try (Socket client = new Socket(url.getHost(), url.getPort())) {
            send(client, RunningUnbusy.body("Tell a long story about the sea.", 4000, stream));
            if (stream) {
                byte[] head = client.getInputStream().readNBytes(300);
                assertThat(new String(head, UTF_8)).startsWith("HTTP/1.1 200");
            } else {
                Eventually.until(
                        "decode",
                        Duration.ofSeconds(20),
                        () -> unbusy.worker().path("running").asInt() == 1);
            }
        }
        Eventually.until(
                "the end of the work",
                Duration.ofSeconds(2),
                () -> unbusy.worker().path("running").asInt() == 0);
        assertThat(unbusy.ask(2).path("choices")).hasSize(1);
    }

    private static void send(Socket client, String body) throws Exception {
        byte[] bytes = body.getBytes(UTF_8);
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + bytes.length + "\r\n\r\n";
        client.getOutputStream().write(head.getBytes(UTF_8));
        client.getOutputStream().write(bytes);
        client.getOutputStream().flush();
    }
}
