package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.http.HttpException;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.http.TlsFiles;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.routing.RoutingException;
import dev.unbusy.units.Bytes;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything of the front door that is no completion: endpoints, protection, start and end. */
@ExtendWith(LeakRecorder.NoLeaks.class)
class GatewayTest {
    private FakeWorker worker;
    private Running running;

    @BeforeEach
    void start() throws Exception {
        worker = new FakeWorker("w0");
        running = new Running();
    }

    @AfterEach
    void stop() throws Exception {
        running.close();
        worker.close();
    }

    @Test
    void models_areListedUnderBothPaths_andFoundByAnyOfTheirNames() throws Exception {
        running.with(worker, Backend.State.STARTING);
        for (String path : List.of("/v1/models", "/models")) {
            JsonNode list = running.json(path);
            assertThat(list.path("object").asText()).isEqualTo("list");
            assertThat(list.path("data")).hasSize(1);
            JsonNode card = list.path("data").get(0);
            assertThat(card.path("id").asText()).isEqualTo(FakeWorker.MODEL);
            assertThat(card.path("object").asText()).isEqualTo("model");
            assertThat(card.path("owned_by").asText()).isEqualTo("deepseek-ai");
            assertThat(card.path("context_window").asInt()).isEqualTo(4096);
        }
        for (String name : List.of(FakeWorker.MODEL, FakeWorker.MODEL.replace("/", "%2F"), "starter")) {
            assertThat(running.json("/v1/models/" + name).path("id").asText()).isEqualTo(FakeWorker.MODEL);
        }
        HttpResponse<String> unknown = running.get("/v1/models/gpt-9");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(Running.error(unknown.body()).path("code").asText()).isEqualTo("model_not_found");
    }

    @Test
    void readiness_followsTheWorkers_andSaysWhatIsMissing() throws Exception {
        assertThat(running.get("/readyz").statusCode()).isEqualTo(503);
        assertThat(running.json("/readyz").path("missing").get(0).asText()).isEqualTo("no worker is known");
        running.with(worker, Backend.State.STARTING);
        JsonNode starting = running.json("/readyz");
        assertThat(starting.path("ready").asBoolean()).isFalse();
        assertThat(starting.path("missing").get(0).asText()).isEqualTo("worker w0 is starting: as the test says");
        assertThat(running.get("/healthz").statusCode()).isEqualTo(200);
        running.backends.setState("w0", Backend.State.READY, "");
        assertThat(running.get("/readyz").statusCode()).isEqualTo(200);
        assertThat(running.json("/readyz").path("ready").asBoolean()).isTrue();
    }

    @Test
    void status_hasTheContractsKeys() throws Exception {
        JsonNode status = running.json("/admin/v1/status");
        assertThat(status.path("gateway").path("url").asText()).isEqualTo(running.gateway.url());
        assertThat(status.path("gateway").path("queued").asInt(-1)).isZero();
        assertThat(status.path("gateway").path("running").asInt(-1)).isZero();
        assertThat(status.path("workers").get(0).path("id").asText()).isEqualTo("a");
        assertThat(status.path("workers").get(0).path("state").asText()).isEqualTo("ready");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/nothing, 404, ''",
        "POST, /beta/v1/completions, 404, ''",
        "POST, /betacompletions, 404, ''",
        "GET, /, 404, ''",
        "POST, /v1/models/, 404, ''",
        "DELETE, /v1/chat/completions, 405, POST",
        "GET, /chat/completions, 405, POST",
        "OPTIONS, /v1/chat/completions, 405, POST",
        "POST, /v1/models, 405, 'GET, HEAD'",
        "POST, /healthz, 405, 'GET, HEAD'"
    })
    void otherPathsAndMethods_getTheEnvelope(String method, String path, int status, String allow) throws Exception {
        HttpResponse<String> response = running.send(HttpRequest.newBuilder(URI.create(running.gateway.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Running.error(response.body()).path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(response.headers().firstValue("allow").orElse("")).isEqualTo(allow);
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void webPages_cannotUseIt() throws Exception {
        running.with(worker, Backend.State.READY);
        try (RawClient rebound = new RawClient(running.gateway)) {
            rebound.send("GET /v1/models HTTP/1.1\r\nhost: evil.example\r\n\r\n");
            assertThat(rebound.readUntil("\"code\"")).startsWith("HTTP/1.1 403").contains("allowed_hosts");
        }
        try (RawClient crossSite = new RawClient(running.gateway)) {
            String body = Running.body(false);
            crossSite.send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\norigin: https://evil.example\r\n"
                    + "content-type: text/plain\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
            assertThat(crossSite.readUntil("\"code\""))
                    .startsWith("HTTP/1.1 403")
                    .doesNotContain("access-control");
        }
        assertThat(worker.calls()).isZero();
    }

    @Test
    void smuggledRequests_areRefused() throws Exception {
        running.with(worker, Backend.State.READY);
        for (String headers : List.of(
                "content-length: 4\r\ntransfer-encoding: chunked\r\n",
                "content-length: 4\r\ncontent-length: 5\r\n",
                "transfer-encoding: xchunked\r\n")) {
            try (RawClient client = new RawClient(running.gateway)) {
                client.send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n" + headers + "\r\n0\r\n\r\n");
                assertThat(client.readUntil("\"code\"")).as(headers).startsWith("HTTP/1.1 400");
            }
        }
        assertThat(worker.calls()).isZero();
    }

    @Test
    void aBodyBeyondTheLimit_isRefusedWith413() throws Exception {
        try (RawClient client = new RawClient(running.gateway)) {
            client.send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 40000000\r\n\r\n");
            assertThat(client.readUntil("\"code\"")).startsWith("HTTP/1.1 413").contains("request_too_large");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void anAddressOpenToOthers_isRefusedWithTheFix(String host) {
        GatewayConfig open = Running.with(Map.of("host", host));
        assertThatThrownBy(() -> start(open)).isInstanceOfSatisfying(GatewayException.class, e -> {
            assertThat(e.code()).isEqualTo("bind-not-loopback");
            assertThat(e.remedy().en()).contains("unbusy keys create").contains("ssh -L");
            assertThat(e.remedy().zh()).contains("unbusy keys create").contains("ssh -L");
        });
    }

    @Test
    void aTakenPort_anUnknownPolicyAndContradictingLimits_areSaidAtTheStart() throws Exception {
        GatewayConfig taken = Running.with(Map.of("port", running.gateway.port()));
        assertThatThrownBy(() -> start(taken)).isInstanceOf(HttpException.class);
        GatewayConfig policy = Running.with(Map.of("policy", "fastest"));
        assertThatThrownBy(() -> start(policy)).isInstanceOf(RoutingException.class);
        GatewayConfig held = Running.with(Map.of("maxHeldAnswer", Bytes.mebi(3)));
        assertThatThrownBy(() -> start(held))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("max_pending_stream");
    }

    @Test
    void draining_finishesWhatRunsAndWaits_andTakesNothingNew() throws Exception {
        running.with(worker, Backend.State.READY);
        worker.then(call -> {
            call.startEvents();
            call.event("{\"n\":1}");
            call.hold();
            call.endEvents();
        });
        try (RawClient client = new RawClient(running.gateway).chat(true)) {
            client.readUntil("{\"n\":1}");
            CompletableFuture<Boolean> drained =
                    CompletableFuture.supplyAsync(() -> running.gateway.drain(Duration.ofSeconds(20)));
            while (running.get("/readyz").statusCode() == 200) {
                Thread.onSpinWait(); // until the other thread has begun to drain
            }
            assertThat(running.json("/readyz").path("missing").toString()).contains("shutting down");
            assertThat(running.get("/healthz").statusCode()).isEqualTo(200);
            HttpResponse<String> late = running.send(running.chat(false));
            assertThat(late.statusCode()).isEqualTo(503);
            assertThat(Running.error(late.body()).path("code").asText()).isEqualTo("shutting_down");
            assertThat(drained).isNotDone();
            worker.call().go();
            client.readUntil("data: [DONE]\n\n");
            assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closing_tellsWhatStillRuns() throws Exception {
        running.with(worker, Backend.State.READY);
        worker.then(call -> {
            call.startEvents();
            call.event("{\"n\":1}");
            call.awaitHangUp();
        });
        try (RawClient client = new RawClient(running.gateway).chat(true)) {
            client.readUntil("{\"n\":1}");
            assertThat(running.gateway.drain(Duration.ofMillis(1))).isFalse();
            running.gateway.close();
            assertThat(client.readUntil("\r\n0\r\n\r\n"))
                    .contains("shutting_down")
                    .doesNotContain("[DONE]");
            worker.call().hungUp();
            assertThat(running.gateway.running()).isZero();
        }
    }

    private static Gateway start(GatewayConfig config) {
        return Gateway.start(
                new GatewayOptions(config, HttpLimits.DEFAULT, TlsFiles.NONE),
                new Backends(),
                new MemoryLedger(),
                LocalToken.draw(),
                new Metrics(),
                Workers.ofOthers(new Backends()));
    }
}
