package dev.unbusy.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.unbusy.text.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT = """
            data: {"choices":[{"delta":{"role":"assistant","content":""}}]}

            data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}

            : keep-alive

            data: {"choices":[{"delta":{"content":"yes"}}]}

            """;
    private static final String USAGE = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":8,"
            + "\"prompt_cache_hit_tokens\":10,\"prompt_tokens_details\":{\"cached_tokens\":10}}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    private final Set<String> prompts = ConcurrentHashMap.newKeySet();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger mostInFlight = new AtomicInteger();
    private final CountDownLatch never = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        never.countDown();
        server.stop(0);
    }

    @Test
    void aGoodServer_isMeasuredWithItsOwnTokenCounts() throws Exception {
        answer(exchange -> stream(exchange, TEXT + USAGE + DONE));
        BenchReport report = run(3, 12, 2);
        assertThat(report.completed()).isEqualTo(12);
        assertThat(asked).hasValue(14);
        assertThat(mostInFlight.get()).isLessThanOrEqualTo(3);
        assertThat(prompts).as("no two prompts alike").hasSize(14);
        assertThat(report.tokensFromUsage()).isTrue();
        assertThat(report.outputTokensMean()).isEqualTo(8.0);
        assertThat(report.inputTokensMean()).isEqualTo(40.0);
        assertThat(report.prefixHitRatio()).isEqualTo(0.25);
        assertThat(report.goodputRatio()).isEqualTo(1.0);
        assertThat(report.outputTokensPerSecond()).isPositive();
        assertThat(report.errors()).isEmpty();
        JsonNode json = JSON.readTree(report.toJson());
        assertThat(json.path("ttftMs").path("p50").asDouble()).isPositive();
        assertThat(json.path("e2eMs").path("p99").asDouble())
                .isGreaterThanOrEqualTo(json.path("ttftMs").path("p50").asDouble());
        for (String key : List.of(
                "requests",
                "completed",
                "rejected",
                "lost",
                "ttftMs",
                "tpotMs",
                "e2eMs",
                "outputTokensPerSecond",
                "goodputRatio",
                "prefixHitRatio",
                "workerSeconds")) {
            assertThat(json.has(key)).as(key).isTrue();
        }
        assertThat(json.path("workerSeconds").isNull())
                .as("unknown is not zero")
                .isTrue();
    }

    @Test
    void aServerWithoutUsage_isCountedByPieces_andTheReportSaysSo() throws Exception {
        answer(exchange -> stream(exchange, TEXT + DONE));
        BenchReport report = run(1, 3, 0);
        assertThat(report.tokensFromUsage()).isFalse();
        assertThat(report.outputTokensMean()).isEqualTo(2.0);
        assertThat(report.inputTokensMean()).isNull();
        assertThat(report.prefixHitRatio()).isNull();
    }

    @Test
    void everyKindOfFailure_isCountedUnderItsName() throws Exception {
        List<String> bodies = List.of(
                TEXT + USAGE + DONE,
                TEXT,
                TEXT + "data: {\"error\":{\"message\":\"gone\"}}\n\n" + DONE,
                "data: {oops\n\n" + DONE);
        answer(exchange -> {
            int number = asked.get() - 1;
            if (number < 4) {
                stream(exchange, bodies.get(number));
            } else if (number == 4) {
                exchange.sendResponseHeaders(429, -1);
                exchange.close();
            } else {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(TEXT.getBytes(UTF_8));
                exchange.getResponseBody().flush();
                await(never);
            }
        });
        BenchReport report = run(1, 6, 0);
        assertThat(report.completed()).isEqualTo(1);
        assertThat(report.rejected()).isEqualTo(1);
        assertThat(report.lost()).isEqualTo(4);
        assertThat(report.errors()).containsOnlyKeys("cut-off", "error-in-stream", "not-json", "http-429", "timeout");
        assertThat(report.goodputRatio()).isEqualTo(1.0 / 6);
    }

    @Test
    void nothingCompleted_hasNoLatencies_notZeroOnes() throws Exception {
        answer(exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        JsonNode json = JSON.readTree(run(2, 4, 0).toJson());
        assertThat(json.path("rejected").asInt()).isEqualTo(4);
        assertThat(json.path("ttftMs").isNull()).isTrue();
        assertThat(json.path("outputTokensPerSecond").isNull()).isTrue();
    }

    @Test
    void nobodyThere_losesEveryRequest_andSaysHow() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        URI nowhere = URI.create("http://127.0.0.1:" + port);
        BenchReport report = LoadGenerator.run(options(nowhere, 1, 3, 0), Progress.NONE);
        assertThat(report.completed()).isZero();
        assertThat(report.lost()).isEqualTo(3);
        assertThat(report.errors()).containsOnlyKeys("connect");
    }

    @Test
    void prompts_repeatWithTheSeed_andShareOnlyThePrefix() {
        URI url = URI.create("http://127.0.0.1:1");
        BenchOptions shared = new BenchOptions(url, null, "served", 1, 1, 100, 8, 60, 0, 7, 5, 0, 0);
        PromptMaker maker = new PromptMaker(shared);
        assertThat(maker.prompt(3)).isEqualTo(new PromptMaker(shared).prompt(3)).isNotEqualTo(maker.prompt(4));
        String prefix = maker.prompt(3).substring(0, maker.prompt(3).indexOf('\n'));
        assertThat(maker.prompt(4)).startsWith(prefix);
        assertThat(prefix.split(" ")).hasSize(48);
        assertThat(new PromptMaker(options(url, 1, 1, 0)).prompt(1).substring(0, 4))
                .isNotEqualTo(new PromptMaker(options(url, 1, 1, 0)).prompt(2).substring(0, 4));
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void answer(Answer answer) {
        server.createContext("/v1/chat/completions", exchange -> {
            mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            asked.incrementAndGet();
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            prompts.add(request.path("messages").path(0).path("content").asText());
            assertThat(request.path("model").asText()).isEqualTo("served");
            try {
                answer.to(exchange);
            } finally {
                inFlight.decrementAndGet();
            }
        });
    }

    private static void stream(HttpExchange exchange, String events) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        for (String event : events.split("(?<=\n\n)")) {
            exchange.getResponseBody().write(event.getBytes(UTF_8));
            exchange.getResponseBody().flush();
        }
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private BenchReport run(int concurrency, int requests, int warmUp) throws InterruptedException {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
        return LoadGenerator.run(options(url, concurrency, requests, warmUp), Progress.NONE);
    }

    private static BenchOptions options(URI url, int concurrency, int requests, int warmUp) {
        return new BenchOptions(url, null, "served", concurrency, requests, 20, 8, 0, warmUp, 1, 2, 0, 0);
    }
}
