package dev.unbusy.http;

/**
 * What a server does with a request. Called on the connection's event loop once the body is complete; must not block
 * there: it answers at once, relays, or hands over with {@link Exchange#offload}. Whatever it throws becomes a 500 and a
 * log line, never more.
 */
@FunctionalInterface
public interface ExchangeHandler {
    void handle(Exchange exchange) throws Exception;
}
