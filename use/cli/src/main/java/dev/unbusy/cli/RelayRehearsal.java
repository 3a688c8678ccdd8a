package dev.unbusy.cli;

import dev.unbusy.api.Sse;
import dev.unbusy.gateway.Backend;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.ServedModel;
import dev.unbusy.http.Exchange;
import dev.unbusy.http.HttpServer;
import dev.unbusy.http.HttpServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A long answer relayed without a model, event by event as tokens come: each is sent when the last one has been read. Part
 * of the training of the start-up cache.
 */
final class RelayRehearsal {
    private static final int ANSWERS = 4;
    private static final int EVENTS = 4_000;

    private final Semaphore read = new Semaphore(0);

    private RelayRehearsal() {}

    static void run(Backends backends, ServiceClient client) throws IOException, InterruptedException {
        RelayRehearsal rehearsal = new RelayRehearsal();
        HttpServerOptions options = new HttpServerOptions("worker", "127.0.0.1", 0, (status, message) -> new byte[0])
                .withEventLoopThreads(1);
        try (HttpServer worker = HttpServer.start(options, rehearsal::answer)) {
            ServedModel model = new ServedModel("rehearsal", List.of(), 0);
            backends.put(new Backend("worker-0", URI.create(worker.url()), List.of(model), Backend.State.READY, ""));
            for (int i = 0; i < ANSWERS; i++) {
                rehearsal.ask(client);
            }
        }
    }

    private void ask(ServiceClient client) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = client.post(
                "/v1/chat/completions",
                "{\"model\":\"rehearsal\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        try (InputStream in = answer.body()) {
            byte[] buffer = new byte[8_192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                read.release();
            }
        }
    }

    private void answer(Exchange exchange) {
        exchange.startStream(200, Sse.CONTENT_TYPE);
        read.drainPermits();
        Thread.ofPlatform().daemon().name("engine-0").start(() -> {
            byte[] event = ("data: {\"id\":\"chatcmpl-0\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":"
                            + "\"rehearsal\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"}}]}\n\n")
                    .getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < EVENTS && exchange.isOpen(); i++) {
                exchange.write(event);
                read.acquireUninterruptibly();
            }
            exchange.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
            exchange.end();
        });
    }
}
