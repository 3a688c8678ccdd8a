package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes between a client and a worker that both behave. */
@ExtendWith(LeakRecorder.NoLeaks.class)
class RelayTest {
    private FakeWorker worker;
    private Running running;

    @BeforeEach
    void start() throws Exception {
        worker = new FakeWorker("w0");
        running = new Running().with(worker, Backend.State.READY);
    }

    @AfterEach
    void stop() throws Exception {
        running.close();
        worker.close();
    }

    @Test
    void aWholeAnswer_passesUnchanged_withTheGatewaysHeaders() throws Exception {
        HttpResponse<String> response = running.send(running.chat(false, "x-request-id", "my-id"));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(FakeWorker.completion("hello"));
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(response.headers().firstValue("x-request-id")).hasValue("my-id");
        assertThat(response.headers().firstValue("x-unbusy-worker")).hasValue("w0");
        assertThat(response.headers().firstValue("x-unbusy-queue-ms").orElseThrow())
                .matches("\\d+");
        FakeWorker.Call call = worker.call();
        assertThat(call.body).isEqualTo(Running.body(false));
        assertThat(call.path()).isEqualTo("/v1/chat/completions");
        assertThat(call.header("x-request-id")).isEqualTo("my-id");
        assertThat(Long.parseLong(call.header("x-unbusy-deadline-ms"))).isBetween(1L, 60_000L);
        running.assertIdle();
    }

    @Test
    void theClientsCredentialsAndCookies_stayAtTheGateway() throws Exception {
        running.send(
                running.chat(false, "authorization", "Bearer secret", "cookie", "a=b", "x-unbusy-priority", "batch"));
        FakeWorker.Call call = worker.call();
        assertThat(call.head).doesNotContain("secret").doesNotContain("cookie");
        assertThat(call.header("x-unbusy-priority")).isEqualTo("batch");
    }

    @Test
    void eachEvent_reachesTheClientBeforeTheNextOneIsMade() throws Exception {
        worker.then(call -> {
            call.startEvents();
            for (int i = 0; i < 5; i++) {
                call.event(FakeWorker.delta("t" + i));
                call.hold();
            }
            call.endEvents();
        });
        try (RawClient client = new RawClient(running.gateway).chat(true)) {
            FakeWorker.Call call = worker.call();
            for (int i = 0; i < 5; i++) {
                String seen = client.readUntil("\"t" + i + "\"");
                assertThat(seen).doesNotContain("\"t" + (i + 1) + "\"");
                call.go();
            }
            String all = client.readUntil("\r\n0\r\n\r\n");
            assertThat(all)
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("content-type: text/event-stream")
                    .contains("x-unbusy-worker: w0")
                    .contains("data: [DONE]\n\n");
        }
        running.assertIdle();
        assertThat(running.metric("unbusy_gateway_relayed_events_total")).isEqualTo(5);
    }

    @Test
    void usage_isCountedFromStreamsAndFromWholeAnswers() throws Exception {
        worker.then(call -> {
            call.startEvents();
            call.event(FakeWorker.delta("x"));
            call.event("{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50,"
                    + "\"prompt_cache_hit_tokens\":20}}");
            call.endEvents();
        });
        running.send(running.chat(true));
        running.send(running.chat(false));
        assertThat(running.metric("unbusy_gateway_tokens_total{kind=\"prompt\"}"))
                .isEqualTo(107);
        assertThat(running.metric("unbusy_gateway_tokens_total{kind=\"completion\"}"))
                .isEqualTo(55);
        assertThat(running.metric("unbusy_gateway_tokens_total{kind=\"cached\"}"))
                .isEqualTo(23);
        assertThat(running.metric("unbusy_gateway_requests_total{outcome=\"completed\",route=\"chat\",status=\"200\"}"))
                .isEqualTo(2);
        assertThat(running.metric("unbusy_gateway_first_byte_seconds_count{route=\"chat\"}"))
                .isEqualTo(2);
        assertThat(running.metric("unbusy_gateway_queue_seconds_count")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/chat/completions",
                "/chat/completions",
                "/beta/chat/completions",
                "/v1/completions",
                "/completions",
                "/beta/completions"
            })
    void everyCompletionPath_reachesTheWorkerUnderV1(String path) throws Exception {
        assertThat(running.send(running.post(path, "{\"model\":\"starter\",\"prompt\":\"x\"}"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(worker.call().path()).isEqualTo("/v1" + path.replaceFirst("^/(v1|beta)", ""));
    }

    @Test
    void theWorkersOwnErrors_passWithTheirStatusAndBody() throws Exception {
        String error = "{\"error\":{\"message\":\"bad temperature\",\"type\":\"invalid_request_error\","
                + "\"param\":\"temperature\",\"code\":\"invalid_value\"}}";
        for (boolean stream : new boolean[] {false, true}) {
            worker.then(call -> call.json(400, error));
            HttpResponse<String> response = running.send(running.chat(stream));
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).isEqualTo(error);
        }
        assertThat(running.metric(
                        "unbusy_gateway_requests_total{outcome=\"client_error\",route=\"chat\",status=\"400\"}"))
                .isEqualTo(2);
    }

    @Test
    @SuppressWarnings("StringConcatToTextBlock") // HTTP's line ends are no text block's
    void ofTheWorkersHeaders_onlyItsOwnOnesPass() throws Exception {
        worker.then(call -> call.raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n"
                + "server: w\r\nset-cookie: a=b\r\naccess-control-allow-origin: *\r\nx-request-id: theirs\r\n"
                + "openai-processing-ms: 12\r\nx-unbusy-worker: theirs\r\nx-cache: hit\r\n\r\n{}"));
        HttpResponse<String> response = running.send(running.chat(false));
        assertThat(response.headers().map())
                .containsKeys("openai-processing-ms", "x-cache")
                .doesNotContainKeys("server", "set-cookie", "access-control-allow-origin");
        assertThat(response.headers().allValues("x-unbusy-worker")).containsExactly("w0");
        assertThat(response.headers().allValues("x-request-id")).hasSize(1).doesNotContain("theirs");
    }

    @Test
    void hugeEventsAndHugeAnswers_passWhole() throws Exception {
        String big = "x".repeat(5_000_000);
        worker.then(call -> {
            call.startEvents();
            call.event("{\"big\":\"" + big + "\"}");
            call.endEvents();
        });
        assertThat(running.send(running.chat(true)).body())
                .isEqualTo("data: {\"big\":\"" + big + "\"}\n\ndata: [DONE]\n\n");
        worker.then(call -> call.json(200, "{\"big\":\"" + big + "\"}"));
        assertThat(running.send(running.chat(false)).body()).isEqualTo("{\"big\":\"" + big + "\"}");
        running.assertIdle();
    }

    @Test
    void aSlowClient_stopsItsWorkerInsteadOfFillingTheGatewaysMemory() throws Exception {
        String event = FakeWorker.delta("y".repeat(10_000));
        int events = 3_000;
        AtomicLong sent = new AtomicLong();
        worker.then(call -> {
            call.startEvents();
            for (int i = 0; i < events; i++) {
                call.event(event);
                sent.addAndGet(event.length());
            }
            call.endEvents();
        });
        try (RawClient client = new RawClient(running.gateway, 16_384).chat(true)) {
            client.readUntil("yyy");
            // The worker is stuck in a write once nothing moves any more between two looks.
            List<Long> looks = new ArrayList<>();
            do {
                for (int i = 0; i < 40; i++) {
                    running.get("/healthz");
                }
                looks.add(sent.get());
            } while (looks.size() < 3 || !looks.getLast().equals(looks.get(looks.size() - 2)));
            assertThat(looks.getLast()).as("sent while the client did not read").isLessThan(20_000_000);
            client.skip(25_000_000);
            assertThat(client.readUntil("\r\n0\r\n\r\n")).contains("data: [DONE]\n\n");
        }
        assertThat(sent).hasValue((long) events * event.length());
        running.assertIdle();
    }

    @Test
    void twoWorkers_shareTheWork_andNamesResolve() throws Exception {
        try (FakeWorker other = new FakeWorker("w1")) {
            running.with(other, Backend.State.READY);
            for (int i = 0; i < 10; i++) {
                HttpResponse<String> response = running.send(running.post(
                        "/v1/chat/completions", "{\"model\":\"deepseek-r1-distill-qwen-1.5b\",\"messages\":[]}"));
                assertThat(response.statusCode()).isEqualTo(200);
            }
            assertThat(worker.calls()).isEqualTo(5);
            assertThat(other.calls()).isEqualTo(5);
        }
    }

    @Test
    void aRequestThatNoWorkerCouldAnswer_isRefusedNamingFieldAndFix() throws Exception {
        record Case(String body, int status, String param, String text) {}
        for (Case c : List.of(
                new Case("{\"messages\":[]}", 400, "model", FakeWorker.MODEL),
                new Case("{\"model\":null}", 400, "model", FakeWorker.MODEL),
                new Case("{\"model\":7}", 400, "model", "string"),
                new Case("{\"model\":\"gpt-9\"}", 404, "model", FakeWorker.MODEL),
                new Case("{\"model\":\"starter\",\"stream\":\"yes\"}", 400, "stream", "true or false"),
                new Case("{\"model\":", 400, "null", "JSON"),
                new Case("", 400, "null", "empty"))) {
            HttpResponse<String> response = running.send(running.post("/v1/chat/completions", c.body()));
            assertThat(response.statusCode()).as(c.body()).isEqualTo(c.status());
            JsonNode error = Running.error(response.body());
            assertThat(error.path("param").asText()).as(response.body()).isEqualTo(c.param());
            assertThat(error.path("message").asText()).contains(c.text());
            assertThat(response.headers().firstValue("x-request-id")).isPresent();
        }
        for (String[] header : new String[][] {
            {"x-unbusy-deadline-ms", "soon"},
            {"x-unbusy-deadline-ms", "0"},
            {"x-unbusy-deadline-ms", "-5"},
            {"x-unbusy-priority", "urgent"}
        }) {
            HttpResponse<String> response = running.send(running.chat(false, header));
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(Running.error(response.body()).path("param").asText()).isEqualTo(header[0]);
        }
        assertThat(running.send(running.chat(false, "content-encoding", "gzip")).statusCode())
                .isEqualTo(415);
        assertThat(worker.calls()).isZero();
    }

    @Test
    void aBodyOfManyMegabytes_reachesTheWorkerByteForByte() throws Exception {
        String body = "{\"model\":\"starter\",\"prompt\":\"" + "äß".repeat(2_000_000) + "\"}";
        assertThat(running.send(running.post("/v1/completions", body)).statusCode())
                .isEqualTo(200);
        assertThat(worker.call().body.getBytes(UTF_8)).isEqualTo(body.getBytes(UTF_8));
    }
}
