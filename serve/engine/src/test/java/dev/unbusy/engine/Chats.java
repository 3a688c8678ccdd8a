package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks a worker with the real model over HTTP, and looks at answers as JSON. */
final class Chats implements AutoCloseable {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Worker worker;

    Chats(Path model) {
        this(model, RealModel.config(8, 0));
    }

    Chats(Path model, WorkerConfig config) {
        worker = RealModel.worker("w-1", model, config);
    }

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }

    /** A chat request with one question and further fields, as JSON without the outer braces. */
    static ObjectNode chat(String question, String fields) {
        ObjectNode request = (ObjectNode) json("{" + fields + "}");
        request.put("model", "starter");
        if (!request.has("messages")) {
            request.putArray("messages").addObject().put("role", "user").put("content", question);
        }
        if (!request.has("max_tokens")) {
            request.put("max_tokens", 700);
        }
        return request;
    }

    HttpResponse<String> post(String path, JsonNode request) {
        return send(path, request).join();
    }

    CompletableFuture<HttpResponse<String>> send(String path, JsonNode request) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(worker.url() + path))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Asks for a stream with marks, or for the rest of one that another worker began. */
    HttpResponse<String> stream(String path, ObjectNode request, String marks) {
        String body = request.put("stream", true).toString();
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(worker.url() + path))
                .header("content-type", "application/json")
                .header("x-unbusy-marks", "1");
        if (!marks.isEmpty()) {
            builder.header("x-unbusy-resume", Integer.toString(marks.length()));
        }
        return client.sendAsync(
                        builder.POST(HttpRequest.BodyPublishers.ofString(body + marks))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
    }

    /** Sends marks behind a request as it is; returns the body of the answer. */
    String resume(ObjectNode request, String marks, String size) {
        return client.sendAsync(
                        HttpRequest.newBuilder(URI.create(worker.url() + "/v1/chat/completions"))
                                .header("content-type", "application/json")
                                .header("x-unbusy-resume", size)
                                .POST(HttpRequest.BodyPublishers.ofString(request + marks))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join()
                .body();
    }

    CompletableFuture<JsonNode> sendChat(ObjectNode request) {
        return send("/v1/chat/completions", request).thenApply(answer -> {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return json(answer.body());
        });
    }

    JsonNode chat(ObjectNode request) {
        return sendChat(request).join();
    }

    JsonNode refusal(ObjectNode request) {
        HttpResponse<String> answer = post("/v1/chat/completions", request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return json(answer.body()).get("error");
    }

    /** The events of a streamed answer. */
    List<JsonNode> stream(ObjectNode request) {
        String body = post("/v1/chat/completions", request.put("stream", true)).body();
        assertThat(body).endsWith("data: [DONE]\n\n");
        List<JsonNode> events = new ArrayList<>();
        body.lines().filter(line -> line.startsWith("data: {")).forEach(line -> events.add(json(line.substring(6))));
        return events;
    }

    @Override
    public void close() {
        worker.close();
        client.close();
    }
}
