package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.ledger.KeySpec;
import dev.unbusy.ledger.UsageRecord;
import dev.unbusy.units.Bytes;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Other APIs than the workers' own, from the client's bytes to the client's bytes. */
class DialectsTest {
    private static final String ANTHROPIC = "/anthropic/v1/messages";
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private final Running running = new Running();
    private FakeWorker worker;

    @BeforeEach
    void open() throws Exception {
        worker = new FakeWorker("a");
        running.with(worker, Backend.State.READY);
    }

    @AfterEach
    void close() throws Exception {
        running.close();
        worker.close();
    }

    private static String finished(String text) {
        return "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,"
                + "\"total_tokens\":12}}";
    }

    private static void stream(FakeWorker.Call call) throws Exception {
        call.startEvents();
        call.event(FakeWorker.delta("hel"));
        call.event(FakeWorker.delta("lo"));
        call.event("{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
        call.event("{\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,"
                + "\"total_tokens\":9}}");
        call.endEvents();
    }

    /** The usage of the one request that there was: the event loop writes it right behind the answer. */
    private UsageRecord ended() throws Exception {
        running.untilRunning(count -> count == 0);
        return running.usage.ended.getFirst();
    }

    private static String anthropic(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":50,\"stream\":" + stream + "," + MESSAGES + "}";
    }

    private static List<String> types(String events) {
        return events.lines()
                .filter(line -> line.startsWith("event: "))
                .map(line -> line.substring(7))
                .toList();
    }

    @Test
    void anthropic_inOnePiece() throws Exception {
        worker.then(call -> call.json(200, finished("hello")));
        HttpResponse<String> answer = running.send(running.post(ANTHROPIC, anthropic("starter", false)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode message = Running.JSON.readTree(answer.body());
        assertThat(message.path("type").asText()).isEqualTo("message");
        assertThat(message.path("model").asText()).isEqualTo("starter");
        assertThat(message.path("content").path(0).path("text").asText()).isEqualTo("hello");
        assertThat(message.path("usage").path("output_tokens").asInt()).isEqualTo(5);
        FakeWorker.Call call = worker.call();
        assertThat(call.path()).isEqualTo("/v1/chat/completions");
        assertThat(Running.JSON.readTree(call.body).path("model").asText())
                .as("what the worker calls it")
                .isEqualTo(FakeWorker.MODEL);
        assertThat(ended().route()).isEqualTo("anthropic");
        assertThat(ended().completionTokens()).isEqualTo(5);
    }

    @Test
    void anthropic_asAStream_alsoOfAnotherWorkerAfterTheFirstRefused() throws Exception {
        worker.then(call -> call.json(503, "{}")).then(DialectsTest::stream);
        HttpResponse<String> answer = running.send(running.post(ANTHROPIC, anthropic("claude-sonnet-4-5", true)));
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        assertThat(types(answer.body()))
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        assertThat(ended().promptTokens()).isEqualTo(7);
    }

    @Test
    void anthropic_aWorkerLostInMidStream_endsItWithAnErrorEventOfItsOwn() throws Exception {
        worker.then(call -> {
            call.startEvents();
            call.event(FakeWorker.delta("hel"));
            call.cut();
        });
        HttpResponse<String> answer = running.send(running.post(ANTHROPIC, anthropic("starter", true)));
        assertThat(types(answer.body())).startsWith("message_start").endsWith("error");
        assertThat(answer.body()).contains("worker a was lost");
        assertThat(worker.cuts()).isEqualTo(1);
    }

    @Test
    void waiting_isToldInSignsThatTheDialectReadsOver() throws Exception {
        try (Running patient = new Running(Running.keepAlive(1, 1)).with(worker, Backend.State.READY)) {
            worker.usually(call -> {
                call.hold();
                stream(call);
            });
            Map<String, String> bodies = Map.of(
                    ANTHROPIC,
                    anthropic("starter", true),
                    "/v1/responses",
                    "{\"model\":\"starter\",\"stream\":true,\"input\":\"hi\"}",
                    "/api/chat",
                    "{\"model\":\"starter\"," + MESSAGES + "}");
            for (Map.Entry<String, String> request : bodies.entrySet()) {
                var answer = patient.sendAsync(patient.post(request.getKey(), request.getValue()));
                FakeWorker.Call call = worker.call();
                // Two ticks have passed when this has been answered as often.
                for (int i = 0; i < 200; i++) {
                    patient.json("/admin/v1/status");
                }
                call.go();
                String body = answer.get().body();
                switch (request.getKey()) {
                    case ANTHROPIC -> assertThat(types(body)).contains("ping").endsWith("message_stop");
                    case "/v1/responses" ->
                        assertThat(types(body)).startsWith("response.created").endsWith("response.completed");
                    default -> assertThat(body).endsWith("}\n").contains("\"done\":true");
                }
            }
        }
    }

    @Test
    void whoWaitsForOnePiece_waitsInSilence_soThatALateErrorKeepsItsStatus() throws Exception {
        try (Running patient = new Running(Running.keepAlive(1, 1)).with(worker, Backend.State.READY)) {
            worker.then(call -> {
                call.hold();
                call.json(400, "{\"error\":{\"message\":\"too hot\"}}");
            });
            var answer = patient.sendAsync(patient.post(ANTHROPIC, anthropic("starter", false)));
            FakeWorker.Call call = worker.call();
            for (int i = 0; i < 200; i++) {
                patient.json("/admin/v1/status");
            }
            call.go();
            assertThat(answer.get().statusCode()).isEqualTo(400);
            assertThat(answer.get().headers().firstValue("request-id")).isPresent();
        }
    }

    @Test
    void modelsAreListed_inTheFormOfWhoeverAsks() throws Exception {
        JsonNode listed = running.json("/anthropic/v1/models");
        assertThat(listed.path("data").path(0).path("type").asText()).isEqualTo("model");
        assertThat(listed.path("data").path(0).path("display_name").asText()).isEqualTo(FakeWorker.MODEL);
        assertThat(listed.path("has_more").isBoolean()).isTrue();
        assertThat(listed.path("last_id").asText()).isEqualTo(FakeWorker.MODEL);
        assertThat(running.json("/v1/models").path("object").asText()).isEqualTo("list");
        HttpRequest root = HttpRequest.newBuilder(URI.create(running.gateway.url() + "/v1/models"))
                .header("anthropic-version", "2023-06-01")
                .build();
        assertThat(Running.JSON.readTree(running.send(root).body())).isEqualTo(listed);
        assertThat(running.json("/anthropic/v1/models/" + FakeWorker.MODEL)
                        .path("created_at")
                        .asText())
                .matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        JsonNode unknown =
                Running.JSON.readTree(running.get("/anthropic/v1/models/nobody").body());
        assertThat(unknown.path("type").asText()).isEqualTo("error");
        assertThat(unknown.path("error").path("type").asText()).isEqualTo("not_found_error");
    }

    @Test
    void responsesAndOllama_goTheirWays() throws Exception {
        worker.usually(call -> call.json(200, finished("hello")));
        JsonNode response = Running.JSON.readTree(
                running.send(running.post("/v1/responses", "{\"model\":\"starter\",\"input\":\"hi\"}"))
                        .body());
        assertThat(response.path("object").asText()).isEqualTo("response");
        assertThat(response.path("status").asText()).isEqualTo("completed");
        JsonNode chat = Running.JSON.readTree(running.send(
                        running.post("/api/chat", "{\"model\":\"starter:latest\",\"stream\":false," + MESSAGES + "}"))
                .body());
        assertThat(chat.path("message").path("content").asText()).isEqualTo("hello");
        assertThat(chat.path("done").asBoolean()).isTrue();
        worker.then(DialectsTest::stream);
        List<String> lines = running.send(running.post("/api/chat", "{\"model\":\"starter\"," + MESSAGES + "}"))
                .body()
                .lines()
                .toList();
        assertThat(lines).hasSizeGreaterThanOrEqualTo(3);
        assertThat(Running.JSON.readTree(lines.getLast()).path("eval_count").asInt())
                .isEqualTo(2);
        int before = worker.calls();
        JsonNode loaded = Running.JSON.readTree(running.send(running.post("/api/generate", "{\"model\":\"starter\"}"))
                .body());
        assertThat(loaded.path("done_reason").asText()).isEqualTo("load");
        assertThat(worker.calls()).as("nobody was asked").isEqualTo(before);
        assertThat(running.json("/api/tags").path("models").path(0).path("name").asText())
                .isEqualTo(FakeWorker.MODEL);
        JsonNode shown = Running.JSON.readTree(running.send(running.post("/api/show", "{\"model\":\"starter\"}"))
                .body());
        assertThat(shown.path("capabilities")).isNotEmpty();
        assertThat(shown.path("model_info").path("general.context_length").asInt())
                .isEqualTo(4096);
        JsonNode inMemory = running.json("/api/ps").path("models").path(0);
        assertThat(inMemory.path("name").asText()).isEqualTo(FakeWorker.MODEL);
        assertThat(inMemory.path("context_length").asInt()).isEqualTo(4096);
        assertThat(Running.JSON
                        .readTree(running.get("/api/push").body())
                        .path("error")
                        .isTextual())
                .isTrue();
        assertThat(running.send(running.post("/api/show", "{\"model\":\"nobody\"}"))
                        .statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/anthropic/v1/messages|{\"model\":\"starter\"}|400|error.message",
                "/anthropic/v1/messages|{\"model\":\"nobody\",\"max_tokens\":5,\"messages\":[]}|400|error.message",
                "/v1/responses|{\"model\":\"starter\",\"input\":5}|400|error.message",
                "/v1/responses|{\"input\":\"hi\"}|400|error.message",
                "/api/chat|nonsense|400|error",
                "/api/chat|{\"model\":\"nobody\",\"messages\":[]}|404|error",
                "/v1/embeddings|{\"input\":\"hi\"}|400|error.message"
            })
    void whatIsWrong_isToldInTheDialectsOwnEnvelope(String path, String body, int status, String where)
            throws Exception {
        HttpResponse<String> answer = running.send(running.post(path, body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode found = Running.JSON.readTree(answer.body()).at("/" + where.replace('.', '/'));
        assertThat(found.isTextual() && !found.asText().isBlank())
                .as(answer.body())
                .isTrue();
        assertThat(worker.calls()).isZero();
    }

    @Test
    void aWorkersRefusal_keepsItsStatus_inTheDialectsEnvelope() throws Exception {
        worker.then(call -> call.json(
                400,
                "{\"error\":{\"message\":\"too hot\",\"type\":\"invalid_request_error\",\"param\":\"temperature\"}}"));
        HttpResponse<String> answer = running.send(running.post(ANTHROPIC, anthropic("starter", false)));
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = Running.JSON.readTree(answer.body());
        assertThat(error.path("type").asText()).isEqualTo("error");
        assertThat(error.path("error").path("message").asText()).contains("too hot");
    }

    @Test
    void anAnswerTooLargeToTranslate_isRefused_andNotPassedOnAsItIs() throws Exception {
        try (Running small = new Running(Running.with(Map.of("maxHeldAnswer", new Bytes(1_000))))
                .with(worker, Backend.State.READY)) {
            worker.then(call -> call.json(200, finished("x".repeat(5_000))))
                    .then(call -> call.json(200, finished("x".repeat(50_000))));
            assertThat(small.send(small.post(ANTHROPIC, anthropic("starter", false)))
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<String> second = small.send(small.post(ANTHROPIC, anthropic("starter", false)));
            assertThat(second.statusCode()).isEqualTo(502);
            assertThat(second.body()).contains("max_held_answer");
            small.untilRunning(count -> count == 0);
        }
    }

    @Test
    void embeddings_areRelayedAsTheyAre() throws Exception {
        worker.then(call -> call.json(200, "{\"object\":\"list\",\"data\":[],\"usage\":{\"prompt_tokens\":3}}"));
        HttpResponse<String> answer =
                running.send(running.post("/v1/embeddings", "{\"model\":\"starter\",\"input\":[\"a\",\"b\"]}"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(worker.call().path()).isEqualTo("/v1/embeddings");
        assertThat(ended().promptTokens()).isEqualTo(3);
    }

    @Test
    void aMissingKey_isToldInTheDialectsEnvelope(@TempDir Path directory) throws Exception {
        try (WithKeys all = new WithKeys(directory)) {
            all.key(KeySpec.inference("acme"));
            HttpResponse<String> anthropic = all.running.send(all.running.post(ANTHROPIC, anthropic("starter", false)));
            assertThat(anthropic.statusCode()).isEqualTo(401);
            JsonNode error = Running.JSON.readTree(anthropic.body());
            assertThat(error.path("type").asText()).isEqualTo("error");
            assertThat(error.path("error").path("type").asText()).isEqualTo("authentication_error");
            HttpResponse<String> ollama = all.send("POST", "/api/chat", null, "{}");
            assertThat(Running.JSON.readTree(ollama.body()).path("error").isTextual())
                    .isTrue();
        }
    }
}
