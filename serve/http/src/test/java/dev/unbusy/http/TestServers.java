package dev.unbusy.http;

import dev.unbusy.units.Bytes;

/** Servers on free ports of the loopback address, with limits that tests can reach. */
final class TestServers {
    private TestServers() {}

    static HttpServer start(ExchangeHandler handler) {
        return start(HttpLimits.DEFAULT, handler);
    }

    static HttpServer start(HttpLimits limits, ExchangeHandler handler) {
        return HttpServer.start(
                new HttpServerOptions("test", "127.0.0.1", 0, ErrorBody.PLAIN)
                        .withLimits(limits)
                        .withEventLoopThreads(2),
                handler);
    }

    static HttpLimits limits(
            long maxBody, int headMillis, int bodyMillis, int keepAliveMillis, int sendMillis, int maxConnections) {
        return new HttpLimits(
                new Bytes(maxBody),
                new Bytes(3 * maxBody),
                4_096,
                1_024,
                headMillis,
                bodyMillis,
                1_000_000,
                keepAliveMillis,
                sendMillis,
                new Bytes(1 << 20),
                maxConnections,
                16);
    }

    /** 1 KB of body, generous times. */
    static HttpLimits small() {
        return limits(1_024, 20_000, 20_000, 20_000, 20_000, 100);
    }

    /** Answers with what it got. */
    static void echo(Exchange exchange) {
        exchange.respond(
                200,
                "text/plain",
                exchange.method() + " " + exchange.path() + "?" + exchange.query() + " "
                        + new String(exchange.bodyBytes(), java.nio.charset.StandardCharsets.UTF_8));
    }
}
