package dev.unbusy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What never reaches a handler: every refusal has a status, the envelope and a request id, and ends the connection. */
class RefusalTest {
    private static final ExchangeHandler MUST_NOT_SEE = exchange -> {
        throw new AssertionError("handler saw " + exchange.path());
    };

    private static String unescape(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\nhost: a\\r\\nhost: b\\r\\n\\r\\n | 400",
                "GET / HTTP/1.1\\r\\nhost : a\\r\\n\\r\\n | 400",
                "GET nopath HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n | 400",
                "GET /%zz HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n | 400",
                "GET /%00 HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n | 400",
                "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n | 505",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 1\\r\\ncontent-length: 2\\r\\n\\r\\nab | 400",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 3\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: -1\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: x\\r\\n\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ntransfer-encoding: chunked\\r\\n\\r\\nzz\\r\\n | 400",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 5000\\r\\n\\r\\n | 413",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 99999999999\\r\\n\\r\\n | 413",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 5000\\r\\nexpect: 100-continue\\r\\n\\r\\n | 413",
                "POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 1\\r\\nexpect: miracles\\r\\n\\r\\nx | 417"
            })
    void aBadRequest_isRefused(String bytes, int status) throws Exception {
        try (HttpServer server = TestServers.start(TestServers.small(), MUST_NOT_SEE);
                RawClient client = new RawClient(server)) {
            RawClient.Answer answer = client.send(unescape(bytes)).answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).startsWith("{\"error\":{\"message\":\"");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(answer.header("x-request-id")).startsWith("req-");
            assertThat(server.refusedRequests()).isEqualTo(1);
        }
    }

    @Test
    void tooLongLineAndHeaders_haveTheirOwnStatus() throws Exception {
        try (HttpServer server = TestServers.start(TestServers.small(), MUST_NOT_SEE)) {
            try (RawClient client = new RawClient(server)) {
                assertThat(client.get("/" + "a".repeat(3_000)).answer().status())
                        .isEqualTo(414);
            }
            try (RawClient client = new RawClient(server)) {
                client.send("GET / HTTP/1.1\r\nhost: x\r\nlong: " + "a".repeat(8_000) + "\r\n\r\n");
                assertThat(client.answer().status()).isEqualTo(431);
            }
        }
    }

    @Test
    void aTooLargeChunkedBody_isRefusedWhenItExceedsTheLimit_notAfter() throws Exception {
        try (HttpServer server = TestServers.start(TestServers.small(), MUST_NOT_SEE);
                RawClient client = new RawClient(server)) {
            client.send("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
            client.send("400\r\n" + "a".repeat(1024) + "\r\n1\r\na\r\n"); // no last chunk
            assertThat(client.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void aHugeBody_getsItsAnswer_thoughTheClientIsStillSending() throws Exception {
        try (HttpServer server = TestServers.start(TestServers.small(), MUST_NOT_SEE);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(server.url()))
                            .POST(HttpRequest.BodyPublishers.ofString("x".repeat(40_000_000)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(response.body()).contains("1024 bytes");
        }
    }

    @Test
    void aBodyOfExactlyTheLimit_isTaken() throws Exception {
        try (HttpServer server = TestServers.start(TestServers.small(), TestServers::echo);
                RawClient client = new RawClient(server)) {
            assertThat(client.post("/", "a".repeat(1024)).answer().body()).hasSize("POST /? ".length() + 1024);
        }
    }

    @Test
    void aSlowHead_gets408() throws Exception {
        HttpLimits limits = TestServers.limits(1_024, 100, 20_000, 20_000, 20_000, 10);
        try (HttpServer server = TestServers.start(limits, MUST_NOT_SEE);
                RawClient client = new RawClient(server)) {
            assertThat(client.send("GET / HT").answer().status()).isEqualTo(408);
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    @Test
    void aHeadThatTrickles_gets408_sinceTheTimeIsForAllOfIt() throws Exception {
        HttpLimits limits = TestServers.limits(1_024, 300, 20_000, 20_000, 20_000, 10);
        try (HttpServer server = TestServers.start(limits, MUST_NOT_SEE);
                RawClient client = new RawClient(server)) {
            client.send("GET / HTTP/1.1\r\n");
            client.socket.setSoTimeout(20);
            long start = System.nanoTime();
            RawClient.Answer answer = null;
            while (answer == null) {
                assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
                try {
                    client.send("a");
                    answer = client.answer();
                } catch (java.net.SocketTimeoutException nothingYet) {
                    assertThat(nothingYet).isNotNull();
                }
            }
            assertThat(answer.status()).isEqualTo(408);
        }
    }

    @Test
    void aBodyThatComesFastAndThenStops_gets408_howeverMuchThereIs() throws Exception {
        // At a megabyte per second in spans of 100 ms. As an average, 10 MB would buy ten seconds of silence.
        HttpLimits limits = TestServers.limits(20_000_000, 20_000, 100, 20_000, 20_000, 10);
        try (HttpServer server = TestServers.start(limits, MUST_NOT_SEE);
                RawClient client = new RawClient(server)) {
            client.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 11000000\r\n\r\n");
            client.send("x".repeat(10_000_000));
            long sent = System.nanoTime();
            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(System.nanoTime() - sent).isLessThan(TimeUnit.SECONDS.toNanos(5));
            assertThat(server.heldBodyBytes()).isZero();
        }
    }

    @Test
    void aSlowBody_gets408() throws Exception {
        HttpLimits limits = TestServers.limits(1_024, 20_000, 100, 20_000, 20_000, 10);
        try (HttpServer server = TestServers.start(limits, MUST_NOT_SEE);
                RawClient client = new RawClient(server)) {
            client.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nx-request-id: mine\r\n\r\nhalf");
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("x-request-id")).isEqualTo("mine");
        }
    }

    @Test
    void silentConnections_areClosedWithoutAWord() throws Exception {
        HttpLimits limits = TestServers.limits(1_024, 100, 20_000, 100, 20_000, 10);
        try (HttpServer server = TestServers.start(limits, TestServers::echo)) {
            try (RawClient fresh = new RawClient(server)) {
                assertThat(fresh.read()).isEqualTo(-1);
            }
            try (RawClient idle = new RawClient(server)) {
                assertThat(idle.get("/").answer().status()).isEqualTo(200);
                assertThat(idle.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void connectionsBeyondTheLimit_get503WithRetryAfter() throws Exception {
        HttpLimits limits = TestServers.limits(1_024, 20_000, 20_000, 20_000, 20_000, 2);
        try (HttpServer server = TestServers.start(limits, TestServers::echo);
                RawClient one = new RawClient(server);
                RawClient two = new RawClient(server)) {
            assertThat(one.get("/").answer().status()).isEqualTo(200);
            assertThat(two.get("/").answer().status()).isEqualTo(200);
            try (RawClient three = new RawClient(server)) {
                RawClient.Answer answer = three.answer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("retry-after")).isEqualTo("1");
            }
            assertThat(one.get("/").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void moreBodiesThanTheServerMayHold_get503_andTheMemoryComesBack() throws Exception {
        Semaphore held = new Semaphore(0);
        ExchangeHandler handler = exchange -> {
            if (exchange.path().equals("/hold")) {
                held.release();
            } else {
                TestServers.echo(exchange);
            }
        };
        try (HttpServer server = TestServers.start(TestServers.small(), handler);
                RawClient one = new RawClient(server);
                RawClient two = new RawClient(server);
                RawClient three = new RawClient(server);
                RawClient four = new RawClient(server)) {
            for (RawClient client : new RawClient[] {one, two, three}) {
                client.post("/hold", "x".repeat(1_000));
            }
            assertThat(held.tryAcquire(3, 10, TimeUnit.SECONDS)).isTrue();
            assertThat(server.heldBodyBytes()).isBetween(3_000L, 3_072L);
            RawClient.Answer refused = four.post("/", "x".repeat(1_000)).answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            one.reset();
            int status;
            do { // until the server has seen the reset
                try (RawClient probe = new RawClient(server)) {
                    status = probe.post("/", "y".repeat(900)).answer().status();
                }
            } while (status == 503);
            assertThat(status).isEqualTo(200);
        }
    }

    @Test
    void garbage_neverHurtsTheServer() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String valid = "POST /p?q HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello"
                + "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        int answered = 0;
        try (HttpServer server = TestServers.start(TestServers.small(), TestServers::echo)) {
            for (int round = 0; round < 400; round++) {
                byte[] bytes =
                        valid.repeat(1 + random.nextInt(3)).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                int changes = random.nextInt(8);
                for (int i = 0; i < changes; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
                try (RawClient client = new RawClient(server)) {
                    client.send(java.util.Arrays.copyOf(bytes, length));
                    if (random.nextBoolean()) {
                        client.socket.shutdownOutput();
                        while (client.read() >= 0) {
                            answered++;
                        }
                    } else if (random.nextBoolean()) {
                        client.reset();
                    }
                } catch (SocketException reset) {
                    // the server may cut off whoever sends on after a refusal
                }
            }
            try (RawClient client = new RawClient(server)) {
                assertThat(client.post("/", "hello").answer().body())
                        .as("seed %d", seed)
                        .isEqualTo("POST /? hello");
            } catch (IOException e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertThat(server.close(java.time.Duration.ofSeconds(10))).isTrue();
            assertThat(server.heldBodyBytes())
                    .as("bodies still held, seed %d", seed)
                    .isZero();
            assertThat(answered).as("some garbage was answered, seed %d", seed).isPositive();
        }
    }
}
