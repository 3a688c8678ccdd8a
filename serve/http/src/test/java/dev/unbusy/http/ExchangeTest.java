package dev.unbusy.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One request, one answer: framing, versions, methods, ids, threads. */
class ExchangeTest {

    @Test
    void respond_onTheEventLoop_keepsTheConnection() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo);
                RawClient client = new RawClient(server)) {
            for (int i = 0; i < 3; i++) {
                RawClient.Answer answer = client.post("/a%20b?x=1", "body" + i).answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("POST /a b?x=1 body" + i);
                assertThat(answer.headers())
                        .containsKeys("date", "x-request-id")
                        .doesNotContainKey("connection");
            }
        }
    }

    @Test
    void offload_answersFromAVirtualThread() throws Exception {
        ExchangeHandler handler = exchange -> exchange.offload(() -> {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            TestServers.echo(exchange);
        });
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            assertThat(client.post("/x", "hello").answer().body()).isEqualTo("POST /x? hello");
            assertThat(client.post("/y", "again").answer().body()).isEqualTo("POST /y? again");
        }
    }

    @Test
    void requestId_isTheClientsWhereItIsSane() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo);
                RawClient client = new RawClient(server)) {
            client.send("GET / HTTP/1.1\r\nhost: x\r\nx-request-id: my-id.1\r\n\r\n");
            assertThat(client.answer().header("x-request-id")).isEqualTo("my-id.1");
            client.send("GET / HTTP/1.1\r\nhost: x\r\nx-request-id: bad id <script>\r\n\r\n");
            assertThat(client.answer().header("x-request-id")).matches("req-[0-9a-f]{16}");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stream_isChunkedWithAllItsPiecesInOrder(boolean onLoop) throws Exception {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            expected.append("piece ")
                    .append(i)
                    .append(i % 500 == 0 ? "x".repeat(20_000) : "")
                    .append('\n');
        }
        Exchange.Task[] task = new Exchange.Task[1];
        ExchangeHandler handler = exchange -> {
            task[0] = () -> {
                exchange.startStream(200, "text/plain");
                for (String piece : expected.toString().split("(?<=\n)")) {
                    if (piece.hashCode() % 2 == 0) {
                        exchange.write(piece.getBytes(UTF_8));
                    } else {
                        exchange.write(Unpooled.copiedBuffer(piece, UTF_8));
                    }
                    exchange.write(new byte[0]); // an empty piece must not end the body
                }
                exchange.end();
            };
            if (onLoop) {
                task[0].run();
            } else {
                exchange.offload(task[0]);
            }
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            RawClient.Answer answer = client.get("/").answer();
            assertThat(answer.header("transfer-encoding")).isEqualTo("chunked");
            assertThat(answer.body()).isEqualTo(expected.toString());
            assertThat(client.get("/").answer().body()).isEqualTo(expected.toString());
        }
    }

    @Test
    void stream_isSentWithoutAnExplicitFlush() throws Exception {
        CompletableFuture<Exchange> started = new CompletableFuture<>();
        ExchangeHandler handler = exchange -> {
            exchange.startStream(200, "text/plain");
            exchange.write("first".getBytes(UTF_8));
            started.complete(exchange);
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/");
            while (!client.line().isEmpty()) {}
            assertThat(client.line()).isEqualTo("5");
            assertThat(client.line()).isEqualTo("first");
            Exchange exchange = started.get(10, TimeUnit.SECONDS);
            exchange.write("second".getBytes(UTF_8));
            assertThat(client.line()).isEqualTo("6");
            assertThat(client.line()).isEqualTo("second");
            exchange.end();
            assertThat(client.line()).isEqualTo("0");
        }
    }

    @Test
    void http10_getsABodyThatTheConnectionsEndDelimits() throws Exception {
        ExchangeHandler handler = exchange -> {
            exchange.startStream(200, "text/plain");
            exchange.write("all of it".getBytes(UTF_8));
            exchange.end();
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            RawClient.Answer answer = client.send("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
                    .answer();
            assertThat(answer.body()).isEqualTo("all of it");
            assertThat(answer.headers()).doesNotContainKey("transfer-encoding");
            assertThat(answer.header("connection")).isEqualTo("close");
        }
    }

    @Test
    void http10_keepsTheConnectionWhereItAsks_andLengthIsKnown() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo);
                RawClient client = new RawClient(server)) {
            RawClient.Answer answer = client.send("GET /1 HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
                    .answer();
            assertThat(answer.header("connection")).isEqualTo("keep-alive");
            answer = client.send("GET /2 HTTP/1.0\r\n\r\n").answer();
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    @Test
    void connectionClose_isHonoured() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo);
                RawClient client = new RawClient(server)) {
            client.send("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            assertThat(client.answer().header("connection")).isEqualTo("close");
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    @Test
    void head_getsTheHeadersAlone() throws Exception {
        ExchangeHandler handler = exchange -> {
            if (exchange.path().equals("/stream")) {
                exchange.startStream(200, "text/plain");
                exchange.write("never sent".getBytes(UTF_8));
                exchange.end();
            } else {
                exchange.respond(200, "text/plain", "12345");
            }
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.send("HEAD /plain HTTP/1.1\r\nhost: x\r\n\r\n");
            assertThat(client.answer(false).header("content-length")).isEqualTo("5");
            client.send("HEAD /stream HTTP/1.1\r\nhost: x\r\n\r\n");
            assertThat(client.answer(false).status()).isEqualTo(200);
            assertThat(client.get("/plain").answer().body()).isEqualTo("12345");
        }
    }

    @Test
    void noContent_hasNeitherBodyNorLength() throws Exception {
        try (HttpServer server = TestServers.start(exchange -> exchange.respond(204, null, new byte[0]));
                RawClient client = new RawClient(server)) {
            assertThat(client.get("/").answer().headers()).doesNotContainKeys("content-length", "transfer-encoding");
            assertThat(client.get("/").answer().status()).isEqualTo(204);
        }
    }

    @Test
    void expectContinue_isAnsweredBeforeTheBodyIsSent() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo);
                RawClient client = new RawClient(server)) {
            client.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("ok").answer().body()).isEqualTo("POST /? ok");
        }
    }

    @Test
    void expectContinue_ofAPipelinedRequest_waitsForTheAnswerBefore() throws Exception {
        CompletableFuture<Exchange> first = new CompletableFuture<>();
        ExchangeHandler handler = exchange -> {
            if (exchange.path().equals("/first")) {
                first.complete(exchange);
            } else {
                TestServers.echo(exchange);
            }
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/first");
            client.send("POST /2 HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n");
            first.get(10, TimeUnit.SECONDS).respond(200, "text/plain", "one");
            assertThat(client.answer().body()).isEqualTo("one");
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("ok").answer().body()).isEqualTo("POST /2? ok");
        }
    }

    @Test
    void chunkedBody_isPutTogether_howeverItIsCut() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo);
                RawClient client = new RawClient(server)) {
            client.socket.setTcpNoDelay(true);
            client.send("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
            for (char c : "5\r\nhello\r\n1;ext=1\r\n \r\n6\r\nworld!\r\n0\r\ntrailer: x\r\n\r\n".toCharArray()) {
                client.send(String.valueOf(c));
            }
            assertThat(client.answer().body()).isEqualTo("POST /? hello world!");
        }
    }

    @Test
    void handlersException_is500WithoutInternals_andTheServerGoesOn() throws Exception {
        ExchangeHandler handler = exchange -> {
            switch (exchange.path()) {
                case "/loop" -> throw new IllegalStateException("secret");
                case "/thread" ->
                    exchange.offload(() -> {
                        throw new java.io.IOException("secret");
                    });
                case "/error" -> throw new StackOverflowError("secret");
                default -> TestServers.echo(exchange);
            }
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            for (String path : new String[] {"/loop", "/thread", "/error"}) {
                RawClient.Answer answer = client.get(path).answer();
                assertThat(answer.status()).as(path).isEqualTo(500);
                assertThat(answer.body()).contains("Internal error").doesNotContain("secret");
                assertThat(answer.headers()).containsKey("x-request-id");
            }
            assertThat(client.get("/ok").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void handlersExceptionInAStream_cutsTheConnection_soThatTheAnswerIsNotTakenForComplete() throws Exception {
        ExchangeHandler handler = exchange -> {
            exchange.startStream(200, "text/plain");
            exchange.write("half".getBytes(UTF_8));
            exchange.flush();
            throw new IllegalStateException("later");
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            client.get("/");
            assertThatThrownBy(client::answer).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void answeringTwice_isAMistakeThatTheCallerSees() throws Exception {
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        ExchangeHandler handler = exchange -> {
            exchange.respond(200, "text/plain", "one");
            try {
                exchange.respond(200, "text/plain", "two");
                second.complete(new AssertionError("accepted"));
            } catch (IllegalStateException e) {
                second.complete(e);
            }
        };
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            assertThat(client.get("/").answer().body()).isEqualTo("one");
            assertThat(second.get(10, TimeUnit.SECONDS)).hasMessageContaining("has ended");
        }
    }

    @Test
    void headerValues_cannotBreakOutOfTheirLine() throws Exception {
        ExchangeHandler handler =
                exchange -> exchange.respond(200, "text/plain", "ok", "x-worker", "a\r\nset-cookie: evil\u2028é");
        try (HttpServer server = TestServers.start(handler);
                RawClient client = new RawClient(server)) {
            RawClient.Answer answer = client.get("/").answer();
            assertThat(answer.header("x-worker")).isEqualTo("a??set-cookie: evil??");
            assertThat(answer.headers()).doesNotContainKey("set-cookie");
        }
    }

    @Test
    void respond_withABigBuffer_sendsIt() throws Exception {
        String big = "0123456789".repeat(1_000_000);
        try (HttpServer server = TestServers.start(exchange -> exchange.respond(200, "text/plain", big));
                RawClient client = new RawClient(server)) {
            assertThat(client.get("/").answer().body()).isEqualTo(big);
            assertThat(client.get("/").answer().body()).hasSize(big.length());
        }
    }
}
