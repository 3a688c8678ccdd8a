package dev.unbusy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.SseParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sends one streaming chat request and watches its answer. Thread-safe; the calling thread blocks. */
final class ChatClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_EVENT = 4 << 20;

    private final BenchOptions options;
    private final HttpClient http;
    private final ScheduledExecutorService alarm = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("bench-timeouts").factory());

    ChatClient(BenchOptions options) {
        this.options = options;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(Math.min(10, options.timeoutSeconds())))
                .build();
    }

    Measurement send(String prompt) throws InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("model", options.model()).put("stream", true);
        body.put("max_tokens", options.outputTokens()).put("temperature", 0);
        body.putObject("stream_options").put("include_usage", true);
        body.putArray("messages").addObject().put("role", "user").put("content", prompt);
        HttpRequest request = request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(options.timeoutSeconds()))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        long start = System.nanoTime();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                if (response.statusCode() != 200) {
                    in.readNBytes(1 << 16);
                    return StreamObserver.failed(
                            Measurement.Outcome.REJECTED, "http-" + response.statusCode(), start, System.nanoTime());
                }
                return watch(in, start);
            }
        } catch (HttpTimeoutException e) {
            return StreamObserver.failed(Measurement.Outcome.LOST, "timeout", start, System.nanoTime());
        } catch (ConnectException e) {
            return StreamObserver.failed(Measurement.Outcome.LOST, "connect", start, System.nanoTime());
        } catch (IOException e) {
            return StreamObserver.failed(Measurement.Outcome.LOST, "connection", start, System.nanoTime());
        }
    }

    private Measurement watch(InputStream in, long start) {
        StreamObserver observer = new StreamObserver(start);
        SseParser parser = new SseParser(LARGEST_EVENT, observer);
        AtomicBoolean late = new AtomicBoolean();
        // The request's own time-out ends with the response's head.
        long left = TimeUnit.SECONDS.toNanos(options.timeoutSeconds()) - (System.nanoTime() - start);
        ScheduledFuture<?> timeout = alarm.schedule(() -> cut(in, late), Math.max(0, left), TimeUnit.NANOSECONDS);
        try {
            byte[] buffer = new byte[16_384];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                observer.at(System.nanoTime());
                parser.feed(buffer, 0, count);
            }
            return observer.end(late.get() ? "timeout" : null, System.nanoTime());
        } catch (IOException e) {
            return observer.end(late.get() ? "timeout" : "connection", System.nanoTime());
        } catch (ApiException e) {
            return observer.end("event-too-large", System.nanoTime());
        } finally {
            timeout.cancel(false);
        }
    }

    private static void cut(InputStream in, AtomicBoolean late) {
        late.set(true);
        try {
            in.close();
        } catch (IOException e) {
            // It is broken already, which is what was wanted.
            late.set(true);
        }
    }

    private HttpRequest.Builder request(String path) {
        String base = options.url().toString().replaceAll("/+$", "").replaceAll("/v1$", "");
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path));
        if (options.key() != null) {
            builder.header("Authorization", "Bearer " + options.key());
        }
        return builder;
    }

    @Override
    public void close() {
        alarm.shutdownNow();
        http.shutdownNow();
        http.close();
    }
}
