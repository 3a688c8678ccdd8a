package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.http.HttpLimits;
import dev.unbusy.units.Bytes;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A crowd of clients that hold their connections and give or take next to nothing: what they cost is bounded, stays flat,
 * ends within the limits, and is counted. Everybody else is served meanwhile.
 */
class CrowdTest {
    private static final int IDLE = 2_000;
    private static final int SLOW = 500;
    private static final long HIGH_WATER_BYTES = 65_536;

    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void leave() throws Exception {
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void idleConnections_holdNextToNothing() throws Exception {
        try (Running running = new Running()) {
            running.get("/healthz");
            long before = networkMemory();
            for (int i = 0; i < IDLE; i++) {
                connect(running).send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
            }
            for (RawClient client : clients) {
                client.readUntil("\r\n\r\n{");
            }
            assertThat(running.metric("unbusy_gateway_connections")).isGreaterThanOrEqualTo(IDLE);
            assertThat(networkMemory() - before).isLessThan(IDLE * 4_096L);
        }
    }

    @Test
    void slowReaders_holdABoundedPartOfTheirStreams_untilTheyAreGivenUp() throws Exception {
        HttpLimits limits = limits(60_000, 60_000, 1_500);
        try (FakeWorker worker = new FakeWorker("w0").usually(CrowdTest::endless);
                Running running = new Running(Running.CONFIG, limits).with(worker, Backend.State.READY)) {
            long before = networkMemory();
            for (int i = 0; i < SLOW; i++) {
                RawClient client = new RawClient(running.gateway, 4_096);
                clients.add(client);
                client.chat(true);
            }
            for (RawClient client : clients) {
                client.readUntil("data: ");
            }
            // From here on nobody reads: the worker is slowed down instead of the answers being kept.
            long most = 0;
            long given;
            do {
                most = Math.max(most, networkMemory() - before);
                given = (long)
                        running.metric("unbusy_gateway_disconnects_total{reason=\"slow_reader\",stage=\"streaming\"}");
            } while (given < SLOW);
            assertThat(most).as("most network memory").isLessThan(SLOW * 4 * HIGH_WATER_BYTES);
            running.assertIdle();
        }
    }

    @Test
    void slowWriters_getTheirTime_andA408() throws Exception {
        HttpLimits limits = limits(1_000, 1_000, 60_000);
        try (FakeWorker worker = new FakeWorker("w0");
                Running running = new Running(Running.CONFIG, limits).with(worker, Backend.State.READY)) {
            long before = networkMemory();
            for (int i = 0; i < SLOW; i++) {
                RawClient client = connect(running);
                if (i % 2 == 0) {
                    client.send("POST /v1/chat/comple");
                } else {
                    client.send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
                            + "content-length: 30000000\r\n\r\n{\"model\"");
                }
            }
            long most = 0;
            double refused;
            do { // one byte each, again and again
                assertThat(clients.stream().filter(RawClient::trickle).count()).isLessThanOrEqualTo(SLOW);
                assertThat(running.send(running.chat(false)).statusCode()).isEqualTo(200);
                most = Math.max(most, networkMemory() - before);
                refused = running.metric(
                        "unbusy_gateway_requests_total{outcome=\"rejected\",route=\"none\",status=\"408\"}");
            } while (refused < SLOW);
            assertThat(most).as("most network memory").isLessThan(SLOW * 16_384L);
            assertThat(running.metric("unbusy_gateway_body_bytes")).isZero();
        }
    }

    private RawClient connect(Running running) throws IOException {
        RawClient client = new RawClient(running.gateway);
        clients.add(client);
        return client;
    }

    /** Events as fast as they are taken. */
    private static void endless(FakeWorker.Call call) throws IOException {
        String event = FakeWorker.delta("x".repeat(16_000));
        call.startEvents();
        while (true) { // until the gateway hangs up
            call.event(event);
        }
    }

    private static HttpLimits limits(int headMillis, int bodyMillis, int sendMillis) {
        return new HttpLimits(
                Bytes.mebi(32),
                Bytes.mebi(512),
                32_768,
                8_192,
                headMillis,
                bodyMillis,
                4_096,
                (int) TimeUnit.MINUTES.toMillis(1),
                sendMillis,
                Bytes.mebi(4),
                20_000,
                16);
    }

    /** Of the gateway's buffers; the clients and the worker of these tests use none of them. */
    private static long networkMemory() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }
}
