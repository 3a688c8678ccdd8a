package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** An OpenAI-compatible server with one model {@code stub}, whose answers a test writes. */
final class ServerStub implements AutoCloseable {
    private final HttpServer server;
    private final Deque<String> answers = new ArrayDeque<>();
    private final List<JsonNode> questions = Collections.synchronizedList(new ArrayList<>());

    ServerStub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/models", exchange -> reply(exchange, 200, "{\"data\":[{\"id\":\"stub\"}]}"));
        server.createContext("/v1/models/", exchange -> reply(exchange, 404, "{}"));
        server.createContext("/v1/chat/completions", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The bodies that were sent. */
    List<JsonNode> questions() {
        return List.copyOf(questions);
    }

    /** The next answer: the events' data, without {@code [DONE]} where the answer shall be cut off. */
    ServerStub will(String... data) {
        StringBuilder events = new StringBuilder();
        for (String one : data) {
            events.append("data: ").append(one).append("\n\n");
        }
        answers.add(events.toString());
        return this;
    }

    static String delta(String field, String text) {
        return "{\"choices\":[{\"delta\":{\"" + field + "\":\"" + text + "\"}}]}";
    }

    private void answer(HttpExchange exchange) throws IOException {
        questions.add(new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes()));
        String next = answers.poll();
        if (next == null) {
            reply(exchange, 400, "{\"error\":{\"message\":\"no more\"}}");
        } else {
            reply(exchange, 200, next);
        }
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
