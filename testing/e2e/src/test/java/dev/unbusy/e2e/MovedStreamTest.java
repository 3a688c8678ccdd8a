package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A worker is killed while it streams to OpenAI's client; the other one goes on, and the client sees one answer. */
class MovedStreamTest {
    private static final String MODEL = "SmolLM2-135M-Instruct";

    @Test
    void aWorkerKilledInMidStream_isNotNoticedByOpenAisClient() throws Exception {
        Path sign = Files.createTempDirectory("unbusy-moved").resolve("sign");
        try (RunningUnbusy unbusy = RunningUnbusy.start("--workers", "2");
                ExecutorService client = Executors.newSingleThreadExecutor()) {
            Callable<JsonNode> stream = () -> ClientScript.run(
                    unbusy,
                    MODEL,
                    RunningUnbusy.property("unbusy.test.python"),
                    "testing/e2e/src/test/python/openai_stream.py",
                    sign.toString());
            JsonNode undisturbed = stream.call();
            Files.delete(sign);
            Future<JsonNode> moved = client.submit(stream);
            Eventually.until("the middle of the stream", Duration.ofSeconds(60), () -> Files.exists(sign));
            // The status is up to a second old.
            long killed = Eventually.get("whose stream it is", Duration.ofSeconds(5), () -> running(unbusy));
            RunningUnbusy.signal("KILL", killed);
            JsonNode seen = moved.get(240, TimeUnit.SECONDS);
            assertThat(seen.path("text")).isEqualTo(undisturbed.path("text"));
            assertThat(seen.path("ids")).hasSize(1);
            assertThat(seen.path("finish").toString()).isEqualTo("[\"length\"]");
            assertThat(seen.path("usage").path("completion_tokens").asInt()).isEqualTo(800);
            assertThat(seen.path("usage").path("prompt_tokens"))
                    .isEqualTo(undisturbed.path("usage").path("prompt_tokens"));
            assertThat(metrics(unbusy)).contains("unbusy_gateway_continuations_total{reason=\"closed\"} 1.0");
            assertThat(unbusy.standardError()).contains("lost in the middle of the answer", "another one is to go on");
        } finally {
            Files.deleteIfExists(sign);
            Files.delete(sign.getParent());
        }
    }

    private static @Nullable Long running(RunningUnbusy unbusy) throws Exception {
        for (JsonNode worker : unbusy.status().path("workers")) {
            if (worker.path("running").asInt() > 0) {
                return worker.path("pid").asLong();
            }
        }
        return null;
    }

    private static String metrics(RunningUnbusy unbusy) throws Exception {
        return unbusy.http()
                .send(
                        HttpRequest.newBuilder(URI.create(unbusy.url() + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
