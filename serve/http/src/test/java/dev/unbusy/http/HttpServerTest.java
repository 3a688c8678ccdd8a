package dev.unbusy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Start, stop, and what can be wrong with an address. */
class HttpServerTest {

    @Test
    void url_isWhereClientsReachIt() throws Exception {
        try (HttpServer server = TestServers.start(TestServers::echo)) {
            assertThat(server.url()).isEqualTo("http://127.0.0.1:" + server.port());
        }
        HttpServerOptions everywhere = new HttpServerOptions("test", "0.0.0.0", 0, ErrorBody.PLAIN);
        try (HttpServer server = HttpServer.start(everywhere, TestServers::echo);
                RawClient client = new RawClient(server)) {
            assertThat(server.url()).matches("http://(127\\.0\\.0\\.1|\\[::1]):\\d+");
            assertThat(client.get("/").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aTakenPort_isNamedWithTheFix() {
        try (HttpServer first = TestServers.start(TestServers::echo)) {
            HttpServerOptions same = new HttpServerOptions("test", "127.0.0.1", first.port(), ErrorBody.PLAIN);
            assertThatThrownBy(() -> HttpServer.start(same, TestServers::echo))
                    .isInstanceOfSatisfying(HttpException.class, e -> {
                        assertThat(e.code()).isEqualTo("port-in-use");
                        assertThat(e.text().en()).contains("127.0.0.1:" + first.port());
                        assertThat(e.text().zh()).contains("127.0.0.1:" + first.port());
                        assertThat(e.remedy().en()).contains("--port");
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({"no-such-host.invalid", "192.0.2.1"})
    void anAddressThatIsNotOurs_isNamed(String host) {
        HttpServerOptions options = new HttpServerOptions("test", host, 0, ErrorBody.PLAIN);
        assertThatThrownBy(() -> HttpServer.start(options, TestServers::echo))
                .isInstanceOfSatisfying(HttpException.class, e -> {
                    assertThat(e.code()).isEqualTo("address-unusable");
                    assertThat(e.text().en()).contains(host);
                });
    }

    @Test
    void close_letsRunningExchangesFinish_andRefusesNewOnes() throws Exception {
        BlockingQueue<Exchange> handed = new ArrayBlockingQueue<>(1);
        HttpServer server = TestServers.start(handed::add);
        int port = server.port();
        try (RawClient idle = new RawClient(server);
                RawClient busy = new RawClient(server)) {
            idle.get("/idle");
            handed.take().respond(200, "text/plain", "ok");
            assertThat(idle.answer().status()).isEqualTo(200);
            busy.get("/busy");
            Exchange running = handed.take();
            CompletableFuture<Boolean> closed =
                    CompletableFuture.supplyAsync(() -> server.close(Duration.ofSeconds(20)));
            assertThat(idle.read()).as("idle connection ends at once").isEqualTo(-1);
            assertThatThrownBy(() -> new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), port).close())
                    .isInstanceOf(IOException.class);
            assertThat(closed).isNotDone();
            running.respond(200, "text/plain", "finished");
            RawClient.Answer answer = busy.answer();
            assertThat(answer.body()).isEqualTo("finished");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(closed.get(20, TimeUnit.SECONDS)).as("drained").isTrue();
        }
    }

    @Test
    void close_cutsWhatOutlastsTheDrainTime_andSaysSo() throws Exception {
        BlockingQueue<Exchange> handed = new ArrayBlockingQueue<>(1);
        CompletableFuture<Disconnect> reason = new CompletableFuture<>();
        HttpServer server = TestServers.start(exchange -> {
            exchange.onDisconnect(() -> reason.complete(exchange.disconnect()));
            handed.add(exchange);
        });
        try (RawClient client = new RawClient(server)) {
            client.get("/");
            handed.take();
            assertThat(server.close(Duration.ofMillis(50))).isFalse();
            assertThat(reason.get(5, TimeUnit.SECONDS)).isEqualTo(Disconnect.SERVER_CLOSED);
            assertThat(client.read()).isEqualTo(-1);
            assertThat(server.openConnections()).isZero();
            assertThat(server.close(Duration.ZERO)).as("closed twice").isTrue();
        }
    }

    @Test
    void limits_refuseNonsenseByName() {
        assertThatThrownBy(() -> TestServers.limits(1L << 31, 1, 1, 1, 1, 1)).hasMessageContaining("max_body");
        assertThatThrownBy(() -> TestServers.limits(1, 0, 1, 1, 1, 1)).hasMessageContaining("head_millis");
    }

    @Test
    void defaultLimits_areThoseOfTheAnnotations() throws Exception {
        for (var component : HttpLimits.class.getRecordComponents()) {
            var setting = component.getAnnotation(dev.unbusy.config.Setting.class);
            assertThat(setting).as(component.getName()).isNotNull();
            Object value = component.getAccessor().invoke(HttpLimits.DEFAULT);
            Object stated = component.getType() == int.class
                    ? (Object) Integer.valueOf(setting.value())
                    : dev.unbusy.units.Bytes.parse(setting.value());
            assertThat(value).as(component.getName()).isEqualTo(stated);
        }
    }
}
