package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when a worker fails. Two workers: whichever is asked first fails, and either may answer. */
class LossTest extends TwoWorkers {
    record Fault(String name, FakeWorker.Script script, Loss reason) {
        /** Nobody answers a request without stream with events. */
        boolean wholeAnswersToo() {
            return !name.contains("event") && !name.contains("stream") && !name.contains("comment");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Fault> beforeTheAnswer() {
        return Stream.of(
                new Fault("reset before the head", FakeWorker.Call::cut, Loss.CLOSED),
                new Fault("end before the head", FakeWorker.Call::end, Loss.CLOSED),
                new Fault(
                        "cut in the head",
                        call -> {
                            call.raw("HTTP/1.1 200 OK\r\ncontent-ty");
                            call.cut();
                        },
                        Loss.CLOSED),
                new Fault(
                        "cut in the body of a whole answer",
                        call -> {
                            call.raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":\"half");
                            call.cut();
                        },
                        Loss.CLOSED),
                new Fault(
                        "end in a body without a length",
                        call -> {
                            call.raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"id\":\"half");
                            call.end();
                        },
                        Loss.CLOSED),
                new Fault(
                        "cut after the head of a stream",
                        call -> {
                            call.startEvents();
                            call.cut();
                        },
                        Loss.CLOSED),
                new Fault(
                        "cut in the first event",
                        call -> {
                            call.startEvents();
                            call.chunk("data: {\"half");
                            call.cut();
                        },
                        Loss.CLOSED),
                new Fault(
                        "cut after a comment",
                        call -> {
                            call.startEvents();
                            call.chunk(": keep-alive\n\n");
                            call.cut();
                        },
                        Loss.CLOSED),
                new Fault("draining", call -> call.json(503, "{\"error\":{\"message\":\"draining\"}}"), Loss.REFUSED),
                new Fault("full", call -> call.json(429, "{\"error\":{\"message\":\"full\"}}"), Loss.REFUSED),
                new Fault("no HTTP", call -> call.raw("\u0000\u0001 garbage \r\n\r\n"), Loss.GARBAGE),
                new Fault(
                        "a broken chunk",
                        call -> call.raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
                        Loss.GARBAGE));
    }

    @ParameterizedTest
    @MethodSource("beforeTheAnswer")
    void aFaultBeforeTheAnswer_isNotSeenByTheClient(Fault fault) throws Exception {
        for (boolean stream : new boolean[] {true, !fault.wholeAnswersToo()}) {
            other.usually(call -> {
                if (stream) {
                    call.startEvents();
                    call.event("{\"n\":1}");
                    call.endEvents();
                } else {
                    call.json(200, FakeWorker.completion("again"));
                }
            });
            worker.then(fault.script());
            running.backends.remove("w1");
            CompletableFuture<HttpResponse<String>> answer = running.sendAsync(running.chat(stream));
            worker.call();
            running.with(other, Backend.State.READY);
            HttpResponse<String> response = answer.get(20, TimeUnit.SECONDS);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body())
                    .endsWith(stream ? "data: {\"n\":1}\n\ndata: [DONE]\n\n" : FakeWorker.completion("again"));
            assertThat(other.call().body).isEqualTo(Running.body(stream));
        }
        running.assertIdle();
        assertThat(running.metric("unbusy_gateway_retries_total{reason=\""
                        + fault.reason().word() + "\"}"))
                .as("the fault happened")
                .isEqualTo(2);
    }

    @Test
    void aKilledWorker_isWaitedForAndAskedAgain_evenIfNobodySaysThatItIsBack() throws Exception {
        worker.then(FakeWorker.Call::hold);
        CompletableFuture<HttpResponse<String>> running1 = running.sendAsync(running.chat(false));
        worker.call();
        worker.kill();
        assertThat(worker.cuts()).isEqualTo(1);
        CompletableFuture<HttpResponse<String>> later = running.sendAsync(running.chat(true));
        running.untilQueued(count -> count == 2);
        worker.restart();
        assertThat(running1.get(20, TimeUnit.SECONDS).body()).isEqualTo(FakeWorker.completion("hello"));
        assertThat(later.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        // The dying listener may still take a connection and reset it, or refuse it.
        assertThat(running.metric("unbusy_gateway_retries_total{reason=\"connect\"}")
                        + running.metric("unbusy_gateway_retries_total{reason=\"closed\"}"))
                .isGreaterThanOrEqualTo(2);
        running.assertIdle();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inTheMiddleOfAStream_theClientIsTold(boolean reset) throws Exception {
        worker.then(call -> {
            call.startEvents();
            call.event("{\"n\":1}");
            call.event("{\"n\":2}");
            call.chunk("data: {\"n\":3,\"half");
            call.hold();
            if (reset) {
                call.cut();
            } else {
                call.end();
            }
        });
        try (RawClient client = new RawClient(running.gateway).chat(true)) {
            client.readUntil("{\"n\":2}\n\n");
            worker.call().go();
            String all = client.readUntil("\r\n0\r\n\r\n");
            assertThat(worker.cuts()).isEqualTo(1);
            assertThat(all).doesNotContain("half").doesNotContain("[DONE]");
            String last = all.substring(all.indexOf("data: {\"error\"") + 6, all.lastIndexOf("\n\n"));
            JsonNode error = Running.error(last);
            assertThat(error.path("code").asText()).isEqualTo("worker_lost");
            assertThat(error.path("message").asText()).contains("w0");
        }
        running.assertIdle();
        assertThat(running.metric(
                        "unbusy_gateway_requests_total{outcome=\"worker_lost\",route=\"chat\",status=\"200\"}"))
                .isEqualTo(1);
    }

    @Test
    void aStreamWithoutLength_thatEndsBeforeItsEndMark_isALoss() throws Exception {
        worker.then(call -> {
            call.raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"n\":1}\n\n");
            call.end();
        });
        assertThat(running.send(running.chat(true)).body())
                .startsWith("data: {\"n\":1}\n\ndata: {\"error\"")
                .doesNotContain("[DONE]");
        worker.then(call -> {
            call.raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"n\":1}\n\ndata: [DONE]\n\n");
            call.end();
        });
        assertThat(running.send(running.chat(true)).body()).isEqualTo("data: {\"n\":1}\n\ndata: [DONE]\n\n");
    }

    @Test
    void aWholeAnswerTooLargeToHold_isCutOffVisibly() throws Exception {
        worker.then(call -> {
            call.raw("HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\ncontent-type: application/json\r\n\r\n");
            call.raw("x".repeat(3_000_000));
            call.hold();
            call.cut();
        });
        try (RawClient client = new RawClient(running.gateway).chat(false)) {
            client.readUntil("xxxx");
            worker.call().go();
            // No length was promised, and the chunked body is not terminated: nobody takes it for complete.
            String all = new String(client.readAll(), java.nio.charset.StandardCharsets.US_ASCII);
            assertThat(all).contains("transfer-encoding: chunked").doesNotEndWith("0\r\n\r\n");
        }
        running.assertIdle();
    }

    @Test
    void aRequestThatKillsItsWorkers_isNotTriedForEver() throws Exception {
        worker.usually(FakeWorker.Call::cut);
        HttpResponse<String> response = running.send(running.chat(false));
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(Running.error(response.body()).path("code").asText()).isEqualTo("worker_lost");
        assertThat(worker.cuts()).isEqualTo(Running.CONFIG.maxLosses() + 1);
        running.assertIdle();
    }

    @Test
    void aPooledConnectionThatTheWorkerHasClosed_isReplacedUnseen() throws Exception {
        worker.usually(call -> {
            call.json(200, FakeWorker.completion("x"));
        });
        running.send(running.chat(false));
        // The next request meets a connection that the worker cuts the moment it reads from it.
        worker.then(FakeWorker.Call::cut);
        assertThat(running.send(running.chat(false)).statusCode()).isEqualTo(200);
        assertThat(worker.cuts()).isEqualTo(1);
        assertThat(worker.accepted()).isEqualTo(2);
        assertThat(running.metric("unbusy_gateway_retries_total{reason=\"closed\"}"))
                .isZero();
    }

    @Test
    void anAnswerThatStandsStill_countsAsLost() throws Exception {
        running.close();
        running = new Running(Running.silence(1)).with(worker, Backend.State.READY);
        worker.then(call -> {
            call.startEvents();
            call.event("{\"n\":1}");
            call.awaitHangUp();
        });
        HttpResponse<String> response = running.send(running.chat(true));
        assertThat(response.body())
                .startsWith("data: {\"n\":1}\n\ndata: {\"error\"")
                .contains("silent");
        worker.call().hungUp();
        running.assertIdle();
    }

    @ParameterizedTest
    @CsvSource({"100, Continue", "103, Early Hints"})
    void interimResponses_areSkipped(int status, String reason) throws Exception {
        worker.then(call -> {
            call.raw("HTTP/1.1 " + status + " " + reason + "\r\nlink: x\r\n\r\n");
            call.json(200, FakeWorker.completion("final"));
        });
        assertThat(running.send(running.chat(false)).body()).isEqualTo(FakeWorker.completion("final"));
    }

    @Test
    void aHostThatDoesNotResolve_isWaitedForLikeAnyOther() throws Exception {
        running.backends.remove("w0");
        running.backends.put(new Backend(
                "named",
                URI.create("http://does-not-exist.invalid:8080"),
                List.of(new ServedModel(FakeWorker.MODEL, List.of("starter"), 0)),
                Backend.State.READY,
                ""));
        CompletableFuture<HttpResponse<String>> answer = running.sendAsync(running.chat(false));
        running.untilQueued(count -> count == 1);
        running.with(worker, Backend.State.READY);
        assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
}
