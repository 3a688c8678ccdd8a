package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A small server of another make with one model; its answers carry its name. */
final class OpenAiServer implements AutoCloseable {
    static final String MODEL = "some-model";

    private final String name;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger asked = new AtomicInteger();
    // volatile: set by a test, read by the server's threads.
    private volatile CountDownLatch answers = new CountDownLatch(0);

    OpenAiServer(String name) throws IOException {
        this(name, 0);
    }

    OpenAiServer(String name, int port) throws IOException {
        this.name = name;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://" + id();
    }

    String id() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Completions that it has been asked for. */
    int asked() {
        return asked.get();
    }

    /** Completions are answered once the latch opens. */
    void holdAnswers(CountDownLatch until) {
        answers = until;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            switch (exchange.getRequestURI().getPath()) {
                case "/v1/models" ->
                    send(
                            exchange,
                            200,
                            "{\"object\":\"list\",\"data\":[{\"id\":\"" + MODEL + "\",\"object\":\"model\"}]}");
                case "/v1/chat/completions" -> {
                    asked.incrementAndGet();
                    answers.await();
                    send(
                            exchange,
                            200,
                            "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":"
                                    + "{\"role\":\"assistant\",\"content\":\"from " + name + "\"}}]}");
                }
                default -> send(exchange, 404, "{}");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** As a killed process: its connections break, and nothing listens any more. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
