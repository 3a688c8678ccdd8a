package dev.unbusy.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes away is noticed at once, in silence too. */
class DisconnectTest {
    /** Hands out the exchange once its disconnect listener is in place. */
    private static final class Waiting implements ExchangeHandler {
        final BlockingQueue<Exchange> exchanges = new ArrayBlockingQueue<>(100);
        final CountDownLatch gone = new CountDownLatch(1);
        final AtomicInteger calls = new AtomicInteger();

        @Override
        public void handle(Exchange exchange) {
            exchange.onDisconnect(() -> {
                calls.incrementAndGet();
                gone.countDown();
            });
            exchanges.add(exchange);
        }

        Exchange next() throws InterruptedException {
            Exchange exchange = exchanges.poll(10, TimeUnit.SECONDS);
            assertThat(exchange).isNotNull();
            return exchange;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset", "half-close"})
    void aSilentWait_endsWithTheClient(String how) throws Exception {
        Waiting handler = new Waiting();
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/");
            Exchange exchange = handler.next();
            long start = System.nanoTime();
            switch (how) {
                case "close" -> client.hangUp();
                case "reset" -> client.reset();
                default -> client.socket.shutdownOutput();
            }
            assertThat(handler.gone.await(2, TimeUnit.SECONDS)).isTrue();
            assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(2_000_000_000L);
            assertThat(exchange.isOpen()).isFalse();
            assertThat(exchange.disconnect()).isEqualTo(Disconnect.CLIENT_CLOSED);
        }
    }

    @Test
    void whatIsWrittenAfterwards_goesNowhere_withoutAnException() throws Exception {
        Waiting handler = new Waiting();
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/");
            Exchange exchange = handler.next();
            client.hangUp();
            assertThat(handler.gone.await(2, TimeUnit.SECONDS)).isTrue();
            exchange.startStream(200, "text/plain");
            exchange.write("x".getBytes(UTF_8));
            exchange.write(io.netty.buffer.Unpooled.copiedBuffer("y", UTF_8));
            exchange.flush();
            exchange.end();
            exchange.abort();
            assertThat(exchange.isWritable()).isFalse();
            assertThat(handler.calls).hasValue(1);
        }
    }

    @Test
    void aListenerThatComesTooLate_isCalledAtOnce() throws Exception {
        Waiting handler = new Waiting();
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/");
            Exchange exchange = handler.next();
            client.hangUp();
            assertThat(handler.gone.await(2, TimeUnit.SECONDS)).isTrue();
            CountDownLatch late = new CountDownLatch(1);
            exchange.onDisconnect(late::countDown);
            assertThat(late.await(2, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void afterTheAnswer_theListenerIsNotCalled() throws Exception {
        Waiting handler = new Waiting();
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/one");
            handler.next().respond(200, "text/plain", "done");
            assertThat(client.answer().body()).isEqualTo("done");
            client.get("/two");
            Exchange second = handler.next();
            client.hangUp();
            assertThat(handler.gone.await(2, TimeUnit.SECONDS)).isTrue();
            assertThat(second.isOpen()).isFalse();
            assertThat(handler.calls).as("for the second request only").hasValue(1);
        }
    }

    @Test
    void aPipelinedRequest_isNeverHandled_whenTheClientGoesDuringTheFirst() throws Exception {
        Waiting handler = new Waiting();
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/one").get("/two");
            handler.next();
            client.hangUp();
            assertThat(handler.gone.await(2, TimeUnit.SECONDS)).isTrue();
            assertThat(server.close(java.time.Duration.ofSeconds(5))).isTrue();
            assertThat(handler.exchanges).isEmpty();
        }
    }

    @Test
    void aFailingListener_doesNotKeepTheOthersFromRunning() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        CountDownLatch ready = new CountDownLatch(1);
        ExchangeHandler handler = exchange -> {
            exchange.onDisconnect(() -> {
                throw new IllegalStateException("listener's mistake");
            });
            exchange.onDisconnect(ran::countDown);
            ready.countDown();
        };
        try (HttpServer server = TestServers.start(handler)) {
            try (RawClient client = new RawClient(server)) {
                client.get("/");
                assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(ran.await(2, TimeUnit.SECONDS)).isTrue();
            try (RawClient other = new RawClient(server)) {
                other.get("/");
            }
        }
    }
}
