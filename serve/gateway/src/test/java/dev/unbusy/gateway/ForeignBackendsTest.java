package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.unbusy.api.WorkerStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real HTTP servers that answer as the known ones do. */
class ForeignBackendsTest {
    private static final String MODELS =
            "{\"object\":\"list\",\"data\":[{\"id\":\"deepseek\",\"max_model_len\":4096}]}";

    private final Map<String, byte[]> pages = new ConcurrentHashMap<>();
    private final Backends backends = new Backends();
    private final BlockingQueue<Backend> seen = new LinkedBlockingQueue<>();
    private HttpServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        serve(0);
        port = server.getAddress().getPort();
        backends.addListener(snapshot -> snapshot.backends().forEach(seen::add));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void serve(int onPort) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 16);
        server.createContext("/", exchange -> {
            byte[] page = pages.get(exchange.getRequestURI().getPath());
            byte[] body = page == null ? new byte[] {'-'} : page;
            exchange.sendResponseHeaders(page == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private void page(String path, String body) {
        pages.put(path, body.getBytes(StandardCharsets.UTF_8));
    }

    private ForeignBackends watch() {
        return ForeignBackends.start(
                new ForeignConfig(List.of("http://127.0.0.1:" + port + "/v1"), Map.of(), null, 50, 2_000, 60, 60),
                backends);
    }

    private Backend awaitState(Backend.State state) throws InterruptedException {
        Backend next;
        do {
            next = seen.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("it never became " + state).isNotNull();
        } while (next.state() != state);
        return next;
    }

    @Test
    void aServer_isFoundWithItsModels_missedWhenItIsGone_andFoundAgain() throws Exception {
        page("/v1/models", MODELS);
        try (ForeignBackends foreign = watch()) {
            Backend ready = awaitState(Backend.State.READY);
            assertThat(ready.models()).containsExactly(new ServedModel("deepseek", List.of(), 4096));
            assertThat(ready.id()).isEqualTo("127.0.0.1:" + port);
            server.stop(0);
            Backend gone = awaitState(Backend.State.STARTING);
            assertThat(gone.serves("deepseek")).as("requests wait for it").isTrue();
            assertThat(gone.reason()).isEqualTo("nothing listens there");
            serve(port);
            awaitState(Backend.State.READY);
            assertThat(ForeignBackends.statuses(backends).getFirst().state()).isEqualTo(WorkerStatus.State.READY);
            assertThat(foreign.awaitReady(java.time.Duration.ZERO)).isTrue();
        }
        assertThat(backends.snapshot().backends()).isEmpty();
    }

    @Test
    void llamaServer_tellsItsSlots() throws Exception {
        page("/v1/models", new String(PrometheusTextTest.recorded("llama-server-models.json"), StandardCharsets.UTF_8));
        page("/props", "{\"total_slots\":4}");
        pages.put("/metrics", PrometheusTextTest.recorded("llama-server-metrics.txt"));
        try (ForeignBackends foreign = watch()) {
            Backend ready = awaitState(Backend.State.READY);
            assertThat(ready.models().getFirst().id()).endsWith("SmolLM2-135M-Instruct.Q4_1.gguf");
            assertThat(ready.models().getFirst().contextTokens()).isPositive();
            assertThat(backends.load(ready.id()))
                    .isNotNull()
                    .extracting(PublishedLoad::capacity)
                    .isEqualTo(4);
            assertThat(foreign.awaitReady(java.time.Duration.ofSeconds(1))).isTrue();
        }
    }

    @Test
    void llamaServer_isNotWedged_whileALongAnswerDecodes() throws Exception {
        page("/v1/models", MODELS);
        page("/props", "{\"total_slots\":4}");
        String busy = "llamacpp:requests_processing 1\nllamacpp:tokens_predicted_total 8\nllamacpp:n_decode_total %d\n";
        page("/metrics", busy.formatted(1));
        try (ForeignBackends foreign = ForeignBackends.start(
                new ForeignConfig(List.of("http://127.0.0.1:" + port), Map.of(), null, 50, 2_000, 60, 1), backends)) {
            awaitState(Backend.State.READY);
            Backend wedged = awaitState(Backend.State.DRAINING);
            assertThat(wedged.reason()).startsWith("wedged");
            page("/metrics", busy.formatted(2));
            awaitState(Backend.State.READY);
            assertThat(foreign).isNotNull();
        }
    }

    @Test
    void vllm_tellsWhatRuns() throws Exception {
        page("/v1/models", MODELS);
        pages.put("/metrics", PrometheusTextTest.recorded("vllm-metrics.txt"));
        try (ForeignBackends foreign = watch()) {
            Backend ready = awaitState(Backend.State.READY);
            assertThat(backends.load(ready.id()))
                    .isNotNull()
                    .extracting(PublishedLoad::running)
                    .isEqualTo(5);
            assertThat(foreign).isNotNull();
        }
    }

    @Test
    void ourOwnWorker_tellsAll_andIsLeftAloneWhileItDrains() throws Exception {
        page("/v1/models", MODELS);
        page("/internal/status", status("ready"));
        try (ForeignBackends foreign = watch()) {
            Backend ready = awaitState(Backend.State.READY);
            assertThat(backends.load(ready.id())).isEqualTo(new PublishedLoad(8, 2, 0, 700, 120, 0, Double.NaN, true));
            page("/internal/status", status("draining"));
            assertThat(awaitState(Backend.State.STARTING).reason()).isEqualTo("draining");
            assertThat(foreign).isNotNull();
        }
    }

    private static String status(String state) {
        return "{\"id\":\"w\",\"state\":\"" + state + "\",\"running\":2,\"steps\":5,\"tokensPerSecond\":120,"
                + "\"prefillTokensPerSecond\":700,\"maxSequences\":8}";
    }

    @Test
    void oneThatServesNothing_isNotReady() throws Exception {
        page("/v1/models", "{\"data\":[]}");
        try (ForeignBackends foreign = watch()) {
            Backend next = seen.poll(20, TimeUnit.SECONDS);
            while (next != null && !next.reason().equals("it serves no model")) {
                next = seen.poll(20, TimeUnit.SECONDS);
            }
            assertThat(next).isNotNull();
            assertThat(next.state()).isEqualTo(Backend.State.STARTING);
            assertThat(foreign.awaitReady(java.time.Duration.ZERO)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:1",
                "ftp://a:1",
                "http://user:secret@a:1",
                "http://a:1/a/../b",
                "https://a:1/a%20b",
                "http://a:1?x=1",
                "http://"
            })
    void aUrlThatCannotBeUsed_isRefusedAtTheStart_withoutItsSecrets(String url) {
        assertThatThrownBy(() -> ForeignBackends.start(
                        new ForeignConfig(List.of(url), Map.of(), null, 50, 50, 60, 60), backends))
                .isInstanceOfSatisfying(GatewayException.class, e -> {
                    assertThat(e.code()).isEqualTo("backend-url");
                    assertThat(e.getMessage()).doesNotContain("secret");
                });
        assertThatThrownBy(() -> ForeignBackends.start(
                        new ForeignConfig(List.of("http://a:1", "http://a:1/"), Map.of(), null, 50, 50, 60, 60),
                        backends))
                .hasMessageContaining("twice");
    }
}
