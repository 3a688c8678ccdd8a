package dev.unbusy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Requests that are sent ahead of their answers. */
class PipeliningTest {

    @Test
    void pipelinedRequests_areHandledOneAtATime_andAnsweredInOrder() throws Exception {
        AtomicInteger atOnce = new AtomicInteger();
        List<Integer> seen = new ArrayList<>();
        ExchangeHandler handler = exchange -> exchange.offload(() -> {
            synchronized (seen) {
                seen.add(atOnce.incrementAndGet());
            }
            Thread.onSpinWait();
            atOnce.decrementAndGet();
            TestServers.echo(exchange);
        });
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                all.append("POST /").append(i).append(" HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc");
            }
            client.send(all.toString());
            for (int i = 0; i < 200; i++) {
                assertThat(client.answer().body()).isEqualTo("POST /" + i + "? abc");
            }
            assertThat(seen).hasSize(200).containsOnly(1);
        }
    }

    @Test
    void manyPipelinedRequests_answeredAtOnce_doNotOverflowTheStack() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo);
                RawClient client = new RawClient(server)) {
            client.send("GET /x HTTP/1.1\r\nhost: x\r\n\r\n".repeat(5_000));
            for (int i = 0; i < 5_000; i++) {
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aClientThatSendsFarAhead_isLeftUnread_andThenServedInFull() throws Exception {
        BlockingQueue<Exchange> handed = new ArrayBlockingQueue<>(10);
        int count = 3_000;
        try (HttpServer server = TestServers.start(handed::add);
                RawClient client = new RawClient(server)) {
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < count; i++) {
                        client.post("/" + i, "x".repeat(1_000));
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            for (int i = 0; i < count; i++) {
                Exchange exchange = handed.poll(10, TimeUnit.SECONDS);
                assertThat(exchange).as("request %d", i).isNotNull();
                assertThat(exchange.path()).isEqualTo("/" + i);
                assertThat(handed).as("one at a time").isEmpty();
                exchange.respond(200, "text/plain", "ok");
                assertThat(client.answer().body()).isEqualTo("ok");
            }
            sender.join();
        }
    }

    @Test
    void aRefusalBehindARunningRequest_comesAfterItsAnswer() throws Exception {
        BlockingQueue<Exchange> handed = new ArrayBlockingQueue<>(10);
        try (HttpServer server = TestServers.start(TestServers.small(), handed::add);
                RawClient client = new RawClient(server)) {
            client.get("/first").post("/second", "x".repeat(5_000));
            Exchange first = handed.poll(10, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            first.respond(200, "text/plain", "one");
            assertThat(client.answer().body()).isEqualTo("one");
            assertThat(client.answer().status()).isEqualTo(413);
            assertThat(client.read()).isEqualTo(-1);
        }
    }
}
