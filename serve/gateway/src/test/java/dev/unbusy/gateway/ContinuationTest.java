package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker that marks its stream is lost in the middle of it, and another one goes on. The client sees one stream. */
class ContinuationTest extends TwoWorkers {
    private static final String MARKED =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-unbusy-marks: 1\r\ntransfer-encoding: chunked\r\n\r\n";
    private static final String HEAD = ": mark {\"id\":\"c\"}\n";

    /** Two events with their marks, one without, and half an event, which the client must not see. */
    private static void beginAndBreak(FakeWorker.Call call) throws Exception {
        call.raw(MARKED);
        call.chunk("data: {\"n\":1}\n\n" + HEAD + ": mark [0,1]\n\n");
        call.chunk("data: {\"n\":2}\n\n: mark [0,2]\n\ndata: {\"un\":\"marked\"}\n\ndata: {\"ha");
        call.hold();
        call.cut();
    }

    private static void goOn(FakeWorker.Call call) throws Exception {
        call.raw(MARKED);
        call.chunk("data: {\"n\":3}\n\n: mark [0,3]\n\n");
        call.endEvents();
    }

    private int metric(String reason) throws Exception {
        return (int) running.metric("unbusy_gateway_continuations_total{reason=\"" + reason + "\"}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNextWorker_goesOnBehindWhatTheClientHas(boolean otherWorker) throws Exception {
        worker.then(ContinuationTest::beginAndBreak);
        (otherWorker ? other : worker).usually(ContinuationTest::goOn);
        String all;
        try (RawClient client = new RawClient(running.gateway).chat(true)) {
            client.readUntil("{\"n\":2}\n\n");
            FakeWorker.Call begun = worker.call();
            assertThat(begun.header("x-unbusy-marks")).isEqualTo("1");
            assertThat(begun.header("x-unbusy-resume")).isEmpty();
            if (otherWorker) {
                running.with(other, Backend.State.READY);
            }
            begun.go();
            all = client.readUntil("[DONE]\n\n");
        }
        assertThat(all).contains("{\"n\":1}", "{\"n\":2}", "{\"n\":3}").doesNotContain("mark", "\"ha", "error");
        FakeWorker.Call call = (otherWorker ? other : worker).call();
        String marks = "{\"id\":\"c\"}\n[0,1]\n[0,2]\n";
        assertThat(call.body).isEqualTo(Running.body(true) + marks);
        assertThat(call.header("x-unbusy-resume")).isEqualTo(Integer.toString(marks.length()));
        assertThat(call.header("x-unbusy-marks")).isEqualTo("1");
        running.assertIdle();
        assertThat(metric("closed")).isEqualTo(1);
        assertThat(running.metric("unbusy_gateway_requests_total{outcome=\"completed\",route=\"chat\",status=\"200\"}"))
                .isEqualTo(1);
    }

    @Test
    void losses_addUp_andTheMarksOfAllWorkersAreHandedOn() throws Exception {
        for (int i = 1; i <= 3; i++) {
            int n = i;
            worker.then(call -> {
                call.raw(MARKED);
                call.chunk("data: {\"n\":" + n + "}\n\n" + (n == 1 ? HEAD : "") + ": mark [0," + n + "]\n\n");
                call.cut();
            });
        }
        worker.then(call -> {
            call.raw(MARKED);
            call.endEvents();
        });
        HttpResponse<String> response = running.send(running.chat(true));
        assertThat(response.body())
                .isEqualTo("data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: {\"n\":3}\n\ndata: [DONE]\n\n");
        assertThat(worker.call().body).isEqualTo(Running.body(true));
        assertThat(worker.call().body).endsWith("{\"id\":\"c\"}\n[0,1]\n");
        assertThat(worker.call().body).endsWith("[0,1]\n[0,2]\n");
        assertThat(worker.call().body).endsWith("[0,1]\n[0,2]\n[0,3]\n");
        running.assertIdle();
        assertThat(metric("closed")).isEqualTo(3);
    }

    @Test
    void aRequestThatKillsEveryWorkerInItsAnswer_endsWithAnError() throws Exception {
        worker.usually(call -> {
            call.raw(MARKED);
            call.chunk("data: {\"n\":1}\n\n" + HEAD + ": mark [0,1]\n\n");
            call.cut();
        });
        HttpResponse<String> response = running.send(running.chat(true));
        assertThat(worker.cuts()).isEqualTo(Running.CONFIG.maxLosses() + 1);
        assertError(response.body(), "worker_lost");
        running.assertIdle();
    }

    @Test
    void aWorkerThatDoesNotGoOn_isNotAskedForever() throws Exception {
        worker.then(call -> {
            call.raw(MARKED);
            call.chunk("data: {\"n\":1}\n\n" + HEAD + ": mark [0,1]\n\n");
            call.cut();
        });
        worker.then(call -> call.json(409, "{\"error\":{\"message\":\"another model\"}}"));
        // Whoever does not mark would begin anew.
        worker.usually(call -> {
            call.startEvents();
            call.event("{\"n\":1}");
            call.endEvents();
        });
        HttpResponse<String> response = running.send(running.chat(true));
        assertError(response.body(), "worker_lost");
        assertThat(response.body()).startsWith("data: {\"n\":1}\n\ndata: {\"error\"");
        assertThat(running.metric("unbusy_gateway_retries_total{reason=\"not_continued\"}"))
                .isEqualTo(Running.CONFIG.maxLosses());
        running.assertIdle();
    }

    @Test
    void whileNobodyCanGoOn_theStreamIsKeptAlive_untilTheDeadline() throws Exception {
        running.close();
        running = new Running(Running.with(Map.of("keepAliveAfterMillis", 20L, "keepAliveIntervalMillis", 20L)))
                .with(worker, Backend.State.READY);
        worker.then(ContinuationTest::beginAndBreak);
        try (RawClient client = new RawClient(running.gateway)
                .send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-unbusy-deadline-ms: 700\r\n"
                        + "content-type: application/json\r\ncontent-length: "
                        + Running.body(true).length() + "\r\n\r\n" + Running.body(true))) {
            client.readUntil("{\"n\":2}\n\n");
            worker.kill();
            String all = client.readUntil("\r\n0\r\n\r\n");
            String behind = all.substring(all.indexOf("{\"n\":2}"));
            assertThat(behind).contains(": keep-alive position=1\n\n", "\"worker_lost\"", "700 ms");
        }
        running.assertIdle();
    }

    @Test
    void aClient_canNeitherAskForMarksNorBringSome() throws Exception {
        worker.usually(ContinuationTest::goOn);
        HttpResponse<String> response = running.send(running.chat(true, "x-unbusy-resume", "5", "x-unbusy-marks", "1"));
        assertThat(response.body()).isEqualTo("data: {\"n\":3}\n\ndata: [DONE]\n\n");
        assertThat(response.headers().firstValue("x-unbusy-marks")).isEmpty();
        FakeWorker.Call call = worker.call();
        assertThat(call.header("x-unbusy-resume")).isEmpty();
        worker.usually(call2 -> call2.json(200, FakeWorker.completion("x")));
        running.send(running.chat(false, "x-unbusy-resume", "5", "x-unbusy-marks", "1"));
        call = worker.call();
        assertThat(call.header("x-unbusy-resume")).isEmpty();
        assertThat(call.header("x-unbusy-marks")).isEmpty();
        // Marks behind a body are no JSON, and go to no worker.
        assertThat(running.send(running.post("/v1/chat/completions", Running.body(true) + "{\"id\":\"c\"}\n[0,1]\n"))
                        .statusCode())
                .isEqualTo(400);
    }

    private static void assertError(String body, String code) throws Exception {
        assertThat(body).doesNotContain("[DONE]").doesNotContain("mark");
        JsonNode error = Running.error(body.substring(body.lastIndexOf("data: {\"error\"") + 6));
        assertThat(error.path("code").asText()).isEqualTo(code);
    }
}
