package dev.unbusy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients that read slowly cost bounded memory, and nobody else's time. */
class BackPressureTest {
    private static final byte[] PIECE =
            "0123456789abcdef".repeat(256).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @Test
    void aWriterThatHeedsIsWritable_losesNothing_andHoldsLittle() throws Exception {
        int pieces = 4_000; // 16 MiB, far more than socket buffers hold
        AtomicLong mostPending = new AtomicLong();
        ExchangeHandler handler = exchange -> exchange.offload(() -> {
            Semaphore writable = new Semaphore(0);
            exchange.onWritable(writable::release);
            exchange.startStream(200, "text/plain");
            for (int i = 0; i < pieces; i++) {
                while (!exchange.isWritable()) {
                    assertThat(writable.tryAcquire(30, TimeUnit.SECONDS))
                            .as("woken")
                            .isTrue();
                }
                exchange.write(PIECE);
                mostPending.accumulateAndGet(exchange.pendingBytes(), Math::max);
            }
            exchange.end();
        });
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server, 8_192)) {
            RawClient.Answer answer = client.get("/").answer();
            assertThat(answer.body()).hasSize(pieces * PIECE.length);
            assertThat(mostPending.get()).isBetween(1L, 4L * Connection.HIGH_WATER_BYTES);
        }
    }

    @Test
    void aWriterThatDoesNot_losesTheReaderAtTheLimit() throws Exception {
        CompletableFuture<Disconnect> reason = new CompletableFuture<>();
        AtomicLong mostPending = new AtomicLong();
        ExchangeHandler handler = exchange -> exchange.offload(() -> {
            exchange.onDisconnect(() -> reason.complete(exchange.disconnect()));
            exchange.startStream(200, "text/plain");
            while (exchange.isOpen()) {
                exchange.write(PIECE);
                mostPending.accumulateAndGet(exchange.pendingBytes(), Math::max);
            }
        });
        HttpLimits limits = TestServers.limits(1_024, 20_000, 20_000, 20_000, 20_000, 100);
        try (HttpServer server = TestServers.start(limits, handler);
                RawClient client = new RawClient(server, 8_192)) {
            client.get("/"); // and reads nothing
            assertThat(reason.get(20, TimeUnit.SECONDS)).isEqualTo(Disconnect.SLOW_READER);
            assertThat(mostPending.get())
                    .isLessThan(4L * limits.maxPendingStream().count());
        }
    }

    @Test
    void aReaderThatStandsStill_isGivenUpAfterSendMillis_thoughTheWriterWaits() throws Exception {
        CompletableFuture<Disconnect> reason = new CompletableFuture<>();
        CountDownLatch writer = new CountDownLatch(1);
        HttpLimits limits = TestServers.limits(1_024, 20_000, 20_000, 20_000, 150, 100);
        ExchangeHandler handler = exchange -> exchange.offload(() -> {
            Semaphore writable = new Semaphore(0);
            exchange.onWritable(writable::release);
            exchange.onDisconnect(() -> reason.complete(exchange.disconnect()));
            exchange.startStream(200, "text/plain");
            while (exchange.isOpen()) {
                if (exchange.isWritable()) {
                    exchange.write(PIECE);
                } else {
                    writable.acquire(); // woken by the end, too
                }
            }
            writer.countDown();
        });
        try (HttpServer server = TestServers.start(limits, handler);
                RawClient client = new RawClient(server, 8_192)) {
            client.get("/");
            assertThat(reason.get(20, TimeUnit.SECONDS)).isEqualTo(Disconnect.SLOW_READER);
            assertThat(writer.await(5, TimeUnit.SECONDS))
                    .as("the waiting writer woke up")
                    .isTrue();
        }
    }

    @Test
    void aLongAnswer_mayTakeLongerThanTheIdleTime_whileTheClientReads() throws Exception {
        HttpLimits limits = TestServers.limits(1_024, 20_000, 20_000, 50, 2_000, 100);
        byte[] big = new byte[8_000_000];
        try (HttpServer server =
                        TestServers.start(limits, exchange -> exchange.respond(200, "application/octet-stream", big));
                RawClient client = new RawClient(server, 8_192)) {
            client.get("/");
            while (!client.line().isEmpty()) {}
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400); // eight times the idle time
            int read = 0;
            while (System.nanoTime() < end && read < 1_000_000) {
                assertThat(client.read()).isNotNegative();
                read++;
                if (read % 1_000 == 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
                }
            }
            for (int i = read; i < big.length; i++) {
                assertThat(client.read()).isNotNegative();
            }
        }
    }

    @Test
    void aThousandStreamsWithSlowReaders_holdBoundedMemory_andAllFinish() throws Exception {
        int streams = 1_000;
        int pieces = 64; // 256 KiB each, 256 MiB in all
        CountDownLatch started = new CountDownLatch(streams);
        BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
        ExchangeHandler handler = exchange -> exchange.offload(() -> {
            Semaphore writable = new Semaphore(0);
            exchange.onWritable(writable::release);
            exchange.startStream(200, "text/plain");
            exchanges.add(exchange);
            started.countDown();
            for (int i = 0; i < pieces; i++) {
                while (!exchange.isWritable()) {
                    writable.acquire();
                }
                exchange.write(PIECE);
            }
            exchange.end();
        });
        HttpLimits limits = TestServers.limits(1_024, 60_000, 60_000, 60_000, 60_000, 2_000);
        List<RawClient> clients = new ArrayList<>();
        try (HttpServer server = TestServers.start(limits, handler)) {
            for (int i = 0; i < streams; i++) {
                clients.add(new RawClient(server, 4_096).get("/"));
            }
            assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
            long pending = exchanges.stream().mapToLong(Exchange::pendingBytes).sum();
            assertThat(pending).isLessThan(streams * 3L * Connection.HIGH_WATER_BYTES);
            for (RawClient client : clients) {
                assertThat(client.answer().body()).hasSize(pieces * PIECE.length);
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }
}
