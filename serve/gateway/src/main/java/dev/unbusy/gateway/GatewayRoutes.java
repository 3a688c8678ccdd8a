package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
import dev.unbusy.http.Exchange;
import dev.unbusy.http.ExchangeHandler;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which endpoint answers a request: guard first, then path, then method. Runs on event loops. */
final class GatewayRoutes implements ExchangeHandler {
    private static final String MODEL_PATH = "/v1/models/";
    private static final String REQUEST_PATH = "/admin/v1/requests/";
    private static final String BETA = "/beta/";

    /** One endpoint. */
    private record Endpoint(String label, String method, ExchangeHandler handler) {}

    private final GatewayContext context;
    private final RequestGuard guard;
    private final Cors cors;
    private final ServiceEndpoints services;
    private final Map<String, Endpoint> byPath;

    GatewayRoutes(
            GatewayContext context, RequestGuard guard, CompletionEndpoint completions, ServiceEndpoints services) {
        this.context = context;
        this.guard = guard;
        this.cors = new Cors(context.config().corsOrigins());
        this.services = services;
        this.byPath = Map.of(
                "/v1/chat/completions",
                completion(completions, RelayRequest.Route.CHAT),
                "/v1/completions",
                completion(completions, RelayRequest.Route.COMPLETIONS),
                "/v1/models",
                new Endpoint("models", "GET", services::models),
                "/healthz",
                new Endpoint("healthz", "GET", services::healthz),
                "/readyz",
                new Endpoint("readyz", "GET", services::readyz),
                "/metrics",
                new Endpoint("metrics", "GET", services::metrics),
                "/admin/v1/status",
                new Endpoint("status", "GET", services::status));
    }

    private static Endpoint completion(CompletionEndpoint endpoint, RelayRequest.Route route) {
        return new Endpoint(route.label(), "POST", exchange -> endpoint.handle(exchange, route));
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        String method = exchange.method();
        String origin = exchange.header("origin");
        boolean allowedOrigin = cors.allows(origin);
        boolean safe = allowedOrigin || method.equals("GET") || method.equals("HEAD");
        RequestGuard.Refusal refusal = guard.check(exchange.header("host"), origin, safe);
        if (refusal != null) {
            refuse(exchange, GatewayErrors.guard(refusal));
            return;
        }
        if (origin != null && allowedOrigin) {
            Cors.mark(exchange, origin);
        }
        Endpoint endpoint = find(exchange.path());
        if (endpoint != null && allowedOrigin && Cors.isPreflight(exchange)) {
            context.metrics().ended(endpoint.label(), 204, Outcome.COMPLETED);
            Cors.answerPreflight(exchange);
        } else if (endpoint == null) {
            refuse(exchange, GatewayErrors.noSuchPath(method, exchange.path()));
        } else if (!method.equals(endpoint.method())
                && !(method.equals("HEAD") && endpoint.method().equals("GET"))) {
            ApiError error = ApiError.methodNotAllowed(method, exchange.path(), endpoint.method());
            context.metrics().ended(endpoint.label(), error.status(), Outcome.REJECTED);
            exchange.respond(
                    error.status(),
                    "application/json",
                    error.body(),
                    "allow",
                    endpoint.method().equals("GET") ? "GET, HEAD" : endpoint.method());
        } else {
            endpoint.handler().handle(exchange);
        }
    }

    private @Nullable Endpoint find(String path) {
        Endpoint endpoint = byPath.get(path);
        if (endpoint == null) {
            String plain = path.startsWith(BETA) ? path.substring(BETA.length() - 1) : path;
            endpoint = servedWithoutVersion(plain) ? byPath.get("/v1" + plain) : null;
        }
        if (endpoint != null) {
            return endpoint;
        }
        if (path.startsWith(REQUEST_PATH) && path.length() > REQUEST_PATH.length()) {
            String id = path.substring(REQUEST_PATH.length());
            return new Endpoint("why", "GET", exchange -> services.why(exchange, id));
        }
        String withVersion = path.startsWith("/models/") ? "/v1" + path : path;
        if (withVersion.startsWith(MODEL_PATH) && withVersion.length() > MODEL_PATH.length()) {
            String name = withVersion.substring(MODEL_PATH.length());
            return new Endpoint("models", "GET", exchange -> services.model(exchange, name));
        }
        return null;
    }

    /** DeepSeek serves the API without {@code /v1} too, and under {@code /beta} what is offered everywhere here. */
    private static boolean servedWithoutVersion(String path) {
        return path.equals("/chat/completions") || path.equals("/completions") || path.equals("/models");
    }

    private void refuse(Exchange exchange, ApiError error) {
        context.metrics().ended("none", error.status(), Outcome.REJECTED);
        exchange.respond(error.status(), "application/json", error.body());
    }
}
