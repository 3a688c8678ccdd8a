package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.http.TlsFiles;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A gateway on a free port, with one event loop so that what it does has an order, and a client for it. */
final class Running implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    /** The defaults, except for what a test would otherwise have to wait for. */
    static final GatewayConfig CONFIG = new GatewayConfig(
            "127.0.0.1",
            0,
            1,
            List.of(),
            List.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            false,
            "least-work",
            60_000,
            60_000,
            60_000,
            1,
            10_000,
            Bytes.mebi(64),
            7,
            3,
            2_000,
            30_000,
            64,
            600_000,
            Bytes.mebi(2),
            256,
            1_000,
            60);

    final Backends backends = new Backends();
    final Metrics metrics = new Metrics();
    final MemoryLedger usage = new MemoryLedger();
    final LocalToken token = LocalToken.draw();
    final Gateway gateway;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    Running() {
        this(CONFIG);
    }

    Running(GatewayConfig config) {
        this(config, HttpLimits.DEFAULT);
    }

    Running(GatewayConfig config, HttpLimits limits) {
        this(config, limits, null);
    }

    /** @param ledger with keys, say; null for {@link #usage} */
    Running(GatewayConfig config, HttpLimits limits, @Nullable Ledger ledger) {
        gateway = Gateway.start(
                new GatewayOptions(config, limits, TlsFiles.NONE),
                backends,
                ledger == null ? usage : ledger,
                token,
                metrics,
                new OneWorker());
    }

    /** What the admin API is told of. */
    static final class OneWorker implements Workers {
        @Override
        public List<WorkerStatus> statuses() {
            return List.of(WorkerStatus.of("a", WorkerStatus.State.READY, ""));
        }

        @Override
        public boolean restart() {
            return true;
        }
    }

    Running with(FakeWorker worker, Backend.State state) {
        backends.put(worker.backend(state));
        return this;
    }

    static GatewayConfig keepAlive(long afterMillis, long intervalMillis) {
        return with(Map.of("keepAliveAfterMillis", afterMillis, "keepAliveIntervalMillis", intervalMillis));
    }

    static GatewayConfig maxWaitingBytes(long bytes) {
        return with(Map.of("maxWaitingBytes", new Bytes(bytes)));
    }

    static GatewayConfig silence(long millis) {
        return with(Map.of("workerSilenceMillis", millis));
    }

    /** The usual configuration with other values for some components. */
    static GatewayConfig with(Map<String, Object> changes) {
        RecordComponent[] components = GatewayConfig.class.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        int used = 0;
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                Object change = changes.get(components[i].getName());
                used += change == null ? 0 : 1;
                values[i] = change == null ? components[i].getAccessor().invoke(CONFIG) : change;
            }
            assertThat(used).as("every change names a component").isEqualTo(changes.size());
            return GatewayConfig.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static String body(boolean stream) {
        return "{\"model\":\"starter\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    }

    HttpRequest chat(boolean stream, String... headers) {
        return post("/v1/chat/completions", body(stream), headers);
    }

    HttpRequest post(String path, String body, String... headers) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .timeout(Duration.ofSeconds(30))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return builder.build();
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    /** As this machine's own commands ask. */
    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("authorization", "Bearer " + token.text())
                .timeout(Duration.ofSeconds(30))
                .build());
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        return JSON.readTree(get(path).body());
    }

    static JsonNode error(String body) throws IOException {
        JsonNode error = JSON.readTree(body).path("error");
        assertThat(error.path("message").asText()).as(body).isNotBlank();
        assertThat(List.of("message", "type", "param", "code")).allMatch(error::has);
        return error;
    }

    /** Asks the gateway how many wait and run until the answer fits; each question goes through its event loop. */
    void untilQueued(IntPredicate wanted) throws Exception {
        until("queued", wanted);
    }

    void untilRunning(IntPredicate wanted) throws Exception {
        until("running", wanted);
    }

    private void until(String what, IntPredicate wanted) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        int found;
        do {
            found = json("/admin/v1/status").path("gateway").path(what).asInt(-1);
        } while (!wanted.test(found) && System.nanoTime() < deadline);
        assertThat(wanted.test(found)).as(what + " is " + found).isTrue();
    }

    /** Value of one line of the metrics page, 0 where it is not there. */
    double metric(String line) throws Exception {
        for (String found : get("/metrics").body().split("\n")) {
            if (found.startsWith(line + " ")) {
                return Double.parseDouble(found.substring(line.length() + 1));
            }
        }
        return 0;
    }

    /** Nothing is left of any request: no lease, no waiting place. */
    void assertIdle() throws Exception {
        untilRunning(count -> count == 0);
        untilQueued(count -> count == 0);
        assertThat(metric("unbusy_gateway_open_streams")).isZero();
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
        metrics.close();
    }
}
