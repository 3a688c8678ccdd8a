package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.api.WorkerStatus;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The worker's HTTP interface over real sockets, with the real model. */
class WorkerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static Worker worker;

    @BeforeAll
    static void start() {
        worker = start("w-1", RealModel.config(4, 4096));
    }

    @AfterAll
    static void stop() {
        worker.close();
        CLIENT.close();
    }

    private static Worker start(String id, WorkerConfig config) {
        return RealModel.worker(id, RealModel.file(), config);
    }

    @Test
    void chat_whole_answersWithExactUsage() throws Exception {
        HttpResponse<String> answer = post(worker, "/v1/chat/completions", chat("max_tokens", "8", "temperature", "0"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .contains("\"object\":\"chat.completion\"", "\"role\":\"assistant\"", "\"prompt_cache_hit_tokens\"");
        assertThat(number(answer.body(), "completion_tokens")).isBetween(1, 8);
        assertThat(number(answer.body(), "total_tokens"))
                .isEqualTo(number(answer.body(), "prompt_tokens") + number(answer.body(), "completion_tokens"));
    }

    @Test
    void chat_streamed_sendsTheSameTextAsWhole() throws Exception {
        String whole = post(worker, "/v1/completions", completion("max_tokens", "12", "temperature", "0"))
                .body();
        String streamed = post(
                        worker, "/v1/completions", completion("max_tokens", "12", "temperature", "0", "stream", "true"))
                .body();
        StringBuilder text = new StringBuilder();
        for (String line : streamed.lines().toList()) {
            if (line.startsWith("data: {")) {
                text.append(string(line, "text"));
            }
        }
        assertThat(streamed).endsWith("data: [DONE]\n\n");
        assertThat(text.toString()).isEqualTo(string(whole, "text")).isNotEmpty();
    }

    @Test
    void twoChoices_countThePromptOnce() throws Exception {
        String body = post(worker, "/v1/completions", completion("max_tokens", "4", "n", "2", "ignore_eos", "true"))
                .body();
        String one = post(worker, "/v1/completions", completion("max_tokens", "4", "ignore_eos", "true"))
                .body();
        assertThat(body).contains("\"index\":0", "\"index\":1");
        assertThat(number(body, "prompt_tokens")).isEqualTo(number(one, "prompt_tokens"));
        assertThat(number(body, "completion_tokens")).isEqualTo(8);
    }

    @Test
    void promptBeyondTheContext_is400WithTheNumbers() throws Exception {
        HttpResponse<String> answer =
                post(worker, "/v1/completions", "{\"model\":\"starter\",\"prompt\":\"" + "word ".repeat(3000) + "\"}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("context_length_exceeded", "2048");
    }

    @Test
    void badJson_is400_andUnknownPathIs404() throws Exception {
        assertThat(post(worker, "/v1/chat/completions", "{").statusCode()).isEqualTo(400);
        assertThat(get(worker, "/v1/nothing").statusCode()).isEqualTo(404);
        assertThat(get(worker, "/v1/chat/completions").statusCode()).isEqualTo(405);
    }

    @Test
    void smallAnswers_areThere() throws Exception {
        assertThat(get(worker, "/healthz").statusCode()).isEqualTo(200);
        assertThat(get(worker, "/readyz").statusCode()).isEqualTo(200);
        assertThat(get(worker, "/v1/models").body()).contains("\"id\":\"starter\"");
        assertThat(get(worker, "/metrics").body()).contains("unbusy_worker_kv_cells");
        WorkerStatus status =
                WorkerStatus.parse(get(worker, "/internal/status").body().getBytes(StandardCharsets.UTF_8));
        assertThat(status.state()).isEqualTo(WorkerStatus.State.READY);
        assertThat(status.kvCellsTotal()).isEqualTo(4096);
        assertThat(status.pid()).isEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void clientThatDisconnects_cancelsItsAnswer() throws IOException {
        URI uri = URI.create(worker.url());
        String body = completion("max_tokens", "1500", "ignore_eos", "true", "stream", "true");
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream()
                    .write(("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                    + body)
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] buffer = new byte[512];
            assertThat(socket.getInputStream().read(buffer)).isPositive();
            RealModel.await(() -> worker.status().running() == 1);
        }
        long startNanos = System.nanoTime();
        RealModel.await(() -> worker.status().running() == 0 && worker.status().waiting() == 0);
        // 1,500 tokens would take many times as long.
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(2));
        RealModel.await(() -> worker.status().kvCellsFree() == 4096);
    }

    @Test
    void drain_finishesWhatRunsAndRefusesNewWork() throws Exception {
        Worker other = start("w-2", RealModel.config(4, 4096));
        try {
            var running = CLIENT.sendAsync(
                    request(other, "/v1/completions", completion("max_tokens", "150", "ignore_eos", "true")),
                    HttpResponse.BodyHandlers.ofString());
            RealModel.await(() -> other.status().running() == 1);
            assertThat(post(other, "/internal/drain", "").statusCode()).isEqualTo(200);
            assertThat(get(other, "/readyz").statusCode()).isEqualTo(503);
            assertThat(post(other, "/v1/completions", completion("max_tokens", "2"))
                            .statusCode())
                    .isEqualTo(503);
            other.drain(Duration.ofSeconds(60));
            assertThat(running.join().statusCode()).isEqualTo(200);
            assertThat(number(running.join().body(), "completion_tokens")).isEqualTo(150);
        } finally {
            other.close();
        }
    }

    @Test
    void streamThatFindsNoRoom_isAnErrorWithItsStatus_notABrokenStream() throws Exception {
        try (Worker full = start("w-3", RealModel.config(1, 512, 512, 1))) {
            HttpResponse<String> answer =
                    post(full, "/v1/chat/completions", chat("n", "8", "stream", "true", "max_tokens", "2"));
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
            assertThat(post(full, "/v1/chat/completions", chat("stream", "true", "max_tokens", "2"))
                            .body())
                    .startsWith("data: {")
                    .endsWith("data: [DONE]\n\n");
        }
    }

    /** Nobody supervises it: it has to find out by itself. */
    @Test
    void engineThatStandsStillWithWork_isWedgedByItsOwnWord_untilItGoesOn() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        try (Worker alone = RealModel.worker("w-4", RealModel.file(), RealModel.config(1, 0), Duration.ofSeconds(1))) {
            post(alone, "/v1/completions", completion("max_tokens", "2", "ignore_eos", "true")); // a first step
            CompletableFuture<Void> holding = alone.engine.onThread(() -> {
                try {
                    held.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            CompletableFuture<HttpResponse<String>> waiting = CLIENT.sendAsync(
                    request(alone, "/v1/completions", completion("max_tokens", "2")),
                    HttpResponse.BodyHandlers.ofString());
            RealModel.await(() -> alone.status().state() == WorkerStatus.State.WEDGED);
            WorkerStatus told =
                    WorkerStatus.parse(get(alone, "/internal/status").body().getBytes(StandardCharsets.UTF_8));
            assertThat(told.state()).isEqualTo(WorkerStatus.State.WEDGED);
            assertThat(told.reason()).contains("no step has ended");
            assertThat(get(alone, "/healthz").statusCode()).isEqualTo(200);
            HttpResponse<String> ready = get(alone, "/readyz");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("wedged", "no step has ended");

            held.countDown();
            holding.join();
            assertThat(waiting.join().statusCode()).isEqualTo(200);
            RealModel.await(() -> alone.status().state() == WorkerStatus.State.READY);
            assertThat(alone.status().reason()).isEmpty();
            assertThat(get(alone, "/readyz").statusCode()).isEqualTo(200);
        } finally {
            held.countDown();
        }
    }

    private static String chat(String... fields) {
        return "{\"model\":\"starter\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]" + more(fields)
                + "}";
    }

    private static String completion(String... fields) {
        return "{\"model\":\"starter\",\"prompt\":\"The capital of France is\"" + more(fields) + "}";
    }

    private static String more(String... fields) {
        StringBuilder more = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            more.append(",\"").append(fields[i]).append("\":").append(fields[i + 1]);
        }
        return more.toString();
    }

    private static HttpRequest request(Worker to, String path, String body) {
        return HttpRequest.newBuilder(URI.create(to.url() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static HttpResponse<String> post(Worker to, String path, String body)
            throws IOException, InterruptedException {
        return CLIENT.send(request(to, path, body), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(Worker from, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(from.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int number(String json, String key) {
        int at = json.indexOf("\"" + key + "\":") + key.length() + 3;
        int end = at;
        while (Character.isDigit(json.charAt(end))) {
            end++;
        }
        return Integer.parseInt(json.substring(at, end));
    }

    /** The raw characters of a string value; escapes are compared as they are. */
    private static String string(String json, String key) {
        int at = json.indexOf("\"" + key + "\":\"") + key.length() + 4;
        int end = at;
        while (json.charAt(end) != '"') {
            end += json.charAt(end) == '\\' ? 2 : 1;
        }
        return json.substring(at, end);
    }
}
