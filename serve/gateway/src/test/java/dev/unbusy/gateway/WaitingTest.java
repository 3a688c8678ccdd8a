package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.units.Bytes;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens while no worker is ready. */
@ExtendWith(LeakRecorder.NoLeaks.class)
class WaitingTest {
    private FakeWorker worker;

    @BeforeEach
    void start() throws Exception {
        worker = new FakeWorker("w0");
    }

    @AfterEach
    void stop() throws Exception {
        worker.close();
    }

    @Test
    void requests_waitForTheWorkerThatIsBeingStarted_andReachItInOrder() throws Exception {
        try (Running running = new Running().with(worker, Backend.State.STARTING)) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int queued = i + 1;
                answers.add(running.sendAsync(running.chat(i % 2 == 0, "x-request-id", "r" + i)));
                running.untilQueued(count -> count == queued);
            }
            assertThat(worker.calls()).isZero();
            running.backends.setState("w0", Backend.State.READY, "");
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
            assertThat(worker.calls()).isEqualTo(5);
            running.assertIdle();
        }
    }

    @Test
    void aWaitingStream_getsStatus200AndComments_thenItsAnswer() throws Exception {
        try (Running running = new Running(Running.keepAlive(1, 1)).with(worker, Backend.State.STARTING);
                RawClient client = new RawClient(running.gateway).chat(true)) {
            String seen = client.readUntil(": keep-alive position=1\n\n\r\n");
            assertThat(seen).startsWith("HTTP/1.1 200 ").contains("content-type: text/event-stream");
            client.readUntil(": keep-alive position=1\n\n\r\n19\r\n: keep-alive position=1\n\n");
            worker.then(call -> {
                call.startEvents();
                call.event("{\"n\":1}");
                call.endEvents();
            });
            running.backends.setState("w0", Backend.State.READY, "");
            assertThat(client.readUntil("\r\n0\r\n\r\n"))
                    .contains("data: {\"n\":1}\n\n")
                    .contains("data: [DONE]\n\n");
        }
    }

    @Test
    void aWaitingWholeAnswer_getsStatus200AndBlankLines_thenItsJson() throws Exception {
        try (Running running = new Running(Running.keepAlive(1, 1)).with(worker, Backend.State.STARTING)) {
            try (RawClient client = new RawClient(running.gateway).chat(false)) {
                assertThat(client.readUntil("1\r\n\n\r\n1\r\n\n\r\n"))
                        .startsWith("HTTP/1.1 200 ")
                        .contains("content-type: application/json");
                running.backends.setState("w0", Backend.State.READY, "");
                assertThat(client.readUntil("\r\n0\r\n\r\n")).contains(FakeWorker.completion("hello"));
            }
            // And an HTTP library sees plain JSON: blank lines in front of it mean nothing.
            running.backends.setState("w0", Backend.State.STARTING, "");
            CompletableFuture<HttpResponse<String>> answer = running.sendAsync(running.chat(false));
            running.untilQueued(count -> count == 1);
            running.backends.setState("w0", Backend.State.READY, "");
            JsonNode json =
                    Running.JSON.readTree(answer.get(20, TimeUnit.SECONDS).body());
            assertThat(json.path("usage").path("prompt_tokens").asInt()).isEqualTo(7);
        }
    }

    @Test
    void aSilentPrefill_isKeptAliveToo() throws Exception {
        worker.then(call -> {
            call.hold();
            call.startEvents();
            call.event("{\"n\":1}");
            call.hold();
            call.endEvents();
        });
        try (Running running = new Running(Running.keepAlive(1, 1)).with(worker, Backend.State.READY);
                RawClient client = new RawClient(running.gateway).chat(true)) {
            client.readUntil(": keep-alive\n\n\r\ne\r\n: keep-alive\n\n");
            FakeWorker.Call call = worker.call();
            call.go();
            client.readUntil("data: {\"n\":1}\n\n\r\ne\r\n: keep-alive\n\n");
            call.go();
            client.readUntil("data: [DONE]\n\n");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorAfterTheStatusHasBeenSent_arrivesInsideTheBody(boolean stream) throws Exception {
        String error = "{\n  \"error\": {\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}\n}";
        try (Running running = new Running(Running.keepAlive(1, 60_000)).with(worker, Backend.State.STARTING);
                RawClient client = new RawClient(running.gateway).chat(stream)) {
            client.readUntil(stream ? ": keep-alive" : "\r\n\r\n1\r\n\n\r\n");
            worker.then(call -> call.json(400, error));
            running.backends.setState("w0", Backend.State.READY, "");
            String all = client.readUntil("\r\n0\r\n\r\n");
            assertThat(all).startsWith("HTTP/1.1 200 ").contains(stream ? "data: {  \"error\": {\"message\"" : error);
            assertThat(all).doesNotContain("[DONE]");
        }
    }

    @Test
    void anErrorThatIsQuick_keepsItsStatus() throws Exception {
        try (Running running = new Running(Running.keepAlive(30_000, 1)).with(worker, Backend.State.READY)) {
            worker.then(call -> call.json(400, "{\"error\":{}}"));
            assertThat(running.send(running.chat(true)).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void whoCannotBeServedInTime_isTold429WithRetryAfter() throws Exception {
        try (Running running = new Running().with(worker, Backend.State.STARTING)) {
            HttpResponse<String> response = running.send(running.chat(true, "x-unbusy-deadline-ms", "20"));
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.headers().firstValue("retry-after")).hasValue("7");
            assertThat(Running.error(response.body()).path("code").asText()).isEqualTo("deadline_exceeded");
            running.assertIdle();
            assertThat(running.metric(
                            "unbusy_gateway_requests_total{outcome=\"deadline\",route=\"chat\",status=\"429\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void theDeadline_coversASilentWorker_andStopsItsWork() throws Exception {
        worker.then(FakeWorker.Call::awaitHangUp);
        try (Running running = new Running().with(worker, Backend.State.READY)) {
            assertThat(running.send(running.chat(true, "x-unbusy-deadline-ms", "100"))
                            .statusCode())
                    .isEqualTo(429);
            worker.call().hungUp();
            running.assertIdle();
        }
    }

    @Test
    void aWholeAnswer_mayTakeLongerThanTheDeadline_onceAWorkerHasIt() throws Exception {
        worker.then(call -> {
            call.hold();
            call.json(200, FakeWorker.completion("late"));
        });
        String body = Running.body(false);
        try (Running running = new Running(Running.keepAlive(1, 1)).with(worker, Backend.State.READY);
                RawClient client = new RawClient(running.gateway)
                        .send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-unbusy-deadline-ms: 300\r\n"
                                + "content-length: " + body.length() + "\r\n\r\n" + body)) {
            client.readUntil("1\r\n\n\r\n".repeat(12)); // one each twentieth of a second
            worker.call().go();
            assertThat(client.readUntil("\r\n0\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains(FakeWorker.completion("late"));
        }
    }

    @Test
    void theDeadline_afterTheStatusHasBeenSent_isAnEventInTheStream() throws Exception {
        try (Running running = new Running(Running.keepAlive(1, 60_000)).with(worker, Backend.State.STARTING)) {
            HttpResponse<String> response = running.send(running.chat(true, "x-unbusy-deadline-ms", "300"));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body())
                    .startsWith(": keep-alive position=1\n\n")
                    .contains("data: {\"error\":{")
                    .contains("deadline_exceeded");
        }
    }

    @Test
    void whereTheBodiesThatWaitTakeAllTheMemory_theNextOneIsTold429AtOnce() throws Exception {
        int size = Running.body(false).length();
        try (Running running = new Running(Running.maxWaitingBytes(2L * size)).with(worker, Backend.State.STARTING)) {
            CompletableFuture<HttpResponse<String>> first = running.sendAsync(running.chat(false));
            CompletableFuture<HttpResponse<String>> second = running.sendAsync(running.chat(false));
            running.untilQueued(count -> count == 2);
            HttpResponse<String> third = running.send(running.chat(false));
            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(third.headers().firstValue("retry-after")).hasValue("7");
            assertThat(Running.error(third.body()).path("code").asText()).isEqualTo("queue_full");
            running.backends.setState("w0", Backend.State.READY, "");
            assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(second.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whoCannotStartInTime_isTold429AtOnce_withAComputedWait_andIsTakenThen() throws Exception {
        worker.usually(call -> {
            call.hold();
            call.json(200, FakeWorker.completion("hello"));
        });
        try (Running running = new Running().with(worker, Backend.State.READY)) {
            running.backends.publish("w0", new PublishedLoad(1, 1, 0, 100, 100, 0, Double.NaN, false));
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                answers.add(running.sendAsync(running.chat(false)));
            }
            running.untilQueued(count -> count == 2); // one runs, one is ahead
            HttpResponse<String> refused = running.send(running.chat(true, "x-unbusy-deadline-ms", "1000"));
            assertThat(refused.statusCode()).isEqualTo(429);
            JsonNode error = Running.error(refused.body());
            assertThat(error.path("code").asText()).isEqualTo("queue_too_long");
            long wait =
                    Long.parseLong(refused.headers().firstValue("retry-after").orElseThrow());
            assertThat(wait).isBetween(2L, 30L);
            assertThat(error.path("message").asText()).contains("in " + wait + " s");
            List<FakeWorker.Call> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                FakeWorker.Call call = worker.call();
                call.go();
                calls.add(call);
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
            assertThat(calls).hasSize(4);
            running.assertIdle();
        }
    }

    @Test
    void bodiesThatWaitOrAreBeingWorkedOn_countUntilTheAnswer() throws Exception {
        HttpLimits limits = new HttpLimits(
                new Bytes(4_096), new Bytes(8_192), 8_192, 8_192, 9_000, 9_000, 1, 9_000, 9_000, Bytes.mebi(4), 50, 9);
        worker.usually(call -> {
            call.hold();
            call.json(200, FakeWorker.completion("hello"));
        });
        try (Running running = new Running(Running.CONFIG, limits).with(worker, Backend.State.STARTING)) {
            HttpRequest large = running.post("/v1/chat/completions", Running.body(false) + " ".repeat(3_000));
            CompletableFuture<HttpResponse<String>> first = running.sendAsync(large);
            CompletableFuture<HttpResponse<String>> second = running.sendAsync(large);
            running.untilQueued(count -> count == 2);
            assertThat(running.metric("unbusy_gateway_body_bytes")).isBetween(6_000.0, 8_192.0);
            assertTooManyBodies(running, large, 1);

            running.backends.setState("w0", Backend.State.READY, "");
            List<FakeWorker.Call> calls = List.of(worker.call(), worker.call());
            running.untilRunning(count -> count == 2);
            assertTooManyBodies(running, large, 2);

            calls.forEach(FakeWorker.Call::go);
            assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(second.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(running.metric("unbusy_gateway_body_bytes")).isZero();
            running.assertIdle();
        }
    }

    private static void assertTooManyBodies(Running running, HttpRequest request, int count) throws Exception {
        HttpResponse<String> refused = running.send(request);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        assertThat(Running.error(refused.body()).path("message").asText()).contains("request bodies");
        assertThat(running.metric("unbusy_gateway_requests_total{outcome=\"rejected\",route=\"none\",status=\"503\"}"))
                .isEqualTo(count);
    }

    @Test
    void whereNoWorkerExists_503SaysSo() throws Exception {
        try (Running running = new Running()) {
            HttpResponse<String> none = running.send(running.chat(false));
            assertThat(none.statusCode()).isEqualTo(503);
            assertThat(none.headers().firstValue("retry-after")).isPresent();
            assertThat(Running.error(none.body()).path("code").asText()).isEqualTo("no_worker");

            running.with(worker, Backend.State.STARTING);
            CompletableFuture<HttpResponse<String>> waiting = running.sendAsync(running.chat(false));
            running.untilQueued(count -> count == 1);
            running.backends.setState("w0", Backend.State.DOWN, "crashed 5 times in a row");
            HttpResponse<String> down = waiting.get(20, TimeUnit.SECONDS);
            assertThat(down.statusCode()).isEqualTo(503);
            assertThat(Running.error(down.body()).path("message").asText()).contains("w0: crashed 5 times in a row");
            running.assertIdle();
        }
    }
}
