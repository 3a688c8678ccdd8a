package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class DrainTest {
    private static HttpResponse<String> ask(Running running, String method, String path) throws Exception {
        return running.send(HttpRequest.newBuilder(URI.create(running.gateway.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
    }

    @Test
    void aDrainedGateway_finishesWhatItHas_takesNothingNew_andCanBeTakenBack() throws Exception {
        try (FakeWorker worker = new FakeWorker("a");
                Running running = new Running().with(worker, Backend.State.READY)) {
            worker.then(call -> {
                call.hold();
                call.json(200, FakeWorker.completion("hello"));
            });
            var first = running.sendAsync(running.chat(false));
            FakeWorker.Call call = worker.call();
            HttpResponse<String> begun = ask(running, "POST", "/admin/v1/drain");
            assertThat(Running.JSON.readTree(begun.body()).path("open").asInt()).isEqualTo(1);
            assertThat(running.get("/readyz").statusCode()).isEqualTo(503);
            HttpResponse<String> refused = running.send(running.chat(false));
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(running.json("/admin/v1/status")
                            .path("gateway")
                            .path("draining")
                            .asBoolean())
                    .isTrue();
            call.go();
            assertThat(first.get().statusCode()).isEqualTo(200);
            assertThat(ask(running, "DELETE", "/admin/v1/drain").statusCode()).isEqualTo(200);
            assertThat(running.send(running.chat(false)).statusCode()).isEqualTo(200);
            assertThat(ask(running, "PUT", "/admin/v1/drain").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void workersAreRestarted_whereTheyAreOurs() throws Exception {
        try (Running running = new Running()) {
            assertThat(ask(running, "POST", "/admin/v1/workers/restart").statusCode())
                    .isEqualTo(202);
        }
        assertThat(Workers.ofOthers(new Backends()).restart()).isFalse();
        assertThat(GatewayErrors.notRestarted().status()).isEqualTo(409);
    }
}
