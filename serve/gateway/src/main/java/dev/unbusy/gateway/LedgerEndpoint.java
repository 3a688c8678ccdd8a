package dev.unbusy.gateway;

import dev.unbusy.http.Exchange;
import java.nio.charset.StandardCharsets;

/** {@link LedgerApi} over HTTP. Called on event loops; the ledger is asked elsewhere. */
final class LedgerEndpoint {
    private final GatewayContext context;
    private final LedgerApi api;

    LedgerEndpoint(GatewayContext context) {
        this.context = context;
        this.api = new LedgerApi(context.ledger());
    }

    void handle(Exchange exchange, Caller caller) {
        exchange.offload(() -> {
            LedgerApi.Answer answer = api.answer(new LedgerApi.Call(
                    exchange.method().equals("HEAD") ? "GET" : exchange.method(),
                    exchange.path(),
                    exchange.query(),
                    new String(exchange.bodyBytes(), StandardCharsets.UTF_8),
                    caller.by()));
            context.metrics()
                    .ended("ledger", answer.status(), answer.status() < 400 ? Outcome.COMPLETED : Outcome.REJECTED);
            String[] next = answer.next() == null ? new String[0] : new String[] {LedgerApi.NEXT, answer.next()};
            exchange.respond(answer.status(), answer.contentType(), answer.body(), next);
        });
    }
}
