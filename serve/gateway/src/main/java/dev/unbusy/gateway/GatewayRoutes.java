package dev.unbusy.gateway;

import static java.util.Map.entry;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.Dialect;
import dev.unbusy.http.Exchange;
import dev.unbusy.http.ExchangeHandler;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which endpoint answers a request: guard first, then path, method and key. Runs on event loops. */
final class GatewayRoutes implements ExchangeHandler {
    private static final String MODEL_PATH = "/v1/models/";
    private static final String ANTHROPIC_MODEL_PATH = "/anthropic/v1/models/";
    private static final String REQUEST_PATH = "/admin/v1/requests/";
    private static final String BETA = "/beta/";
    private static final Set<String> WITHOUT_VERSION =
            Set.of("/chat/completions", "/completions", "/embeddings", "/responses", "/models");

    /** What answers, once it is known who asks. */
    @FunctionalInterface
    private interface Handler {
        void handle(Exchange exchange, Caller caller) throws Exception;
    }

    /**
     * One endpoint.
     *
     * @param method null where it looks at the method by itself
     * @param errors bodies of refusals, as the clients that ask there read them
     */
    private record Endpoint(
            String label,
            @Nullable String method,
            Access.Right right,
            Function<ApiError, byte[]> errors,
            Handler handler) {}

    private final GatewayContext context;
    private final RequestGuard guard;
    private final Cors cors;
    private final ServiceEndpoints services;
    private final ModelEndpoints models;
    private final LedgerEndpoint ledger;
    private final Map<String, Endpoint> byPath;

    GatewayRoutes(
            GatewayContext context,
            RequestGuard guard,
            CompletionEndpoint completions,
            ServiceEndpoints services,
            ModelEndpoints models,
            LedgerEndpoint ledger) {
        this.context = context;
        this.guard = guard;
        this.cors = new Cors(context.config().corsOrigins());
        this.services = services;
        this.models = models;
        this.ledger = ledger;
        Access.Right metrics = context.config().publicMetrics() ? Access.Right.NONE : Access.Right.ADMIN;
        this.byPath = Map.ofEntries(
                entry("/v1/chat/completions", completion(completions, RelayRequest.Route.CHAT)),
                entry("/v1/completions", completion(completions, RelayRequest.Route.COMPLETIONS)),
                entry("/v1/embeddings", completion(completions, RelayRequest.Route.EMBEDDINGS)),
                entry("/v1/responses", completion(completions, RelayRequest.Route.RESPONSES)),
                entry("/anthropic/v1/messages", completion(completions, RelayRequest.Route.ANTHROPIC)),
                entry("/v1/messages", completion(completions, RelayRequest.Route.ANTHROPIC)),
                entry("/api/chat", completion(completions, RelayRequest.Route.OLLAMA_CHAT)),
                entry("/api/generate", completion(completions, RelayRequest.Route.OLLAMA_GENERATE)),
                entry("/api/tags", ollama("GET", models::tags)),
                entry("/api/ps", ollama("GET", models::loaded)),
                entry("/api/show", ollama("POST", models::show)),
                entry("/v1/models", inference("models", models::list)),
                entry("/anthropic/v1/models", anthropic(models::anthropicList)),
                entry("/user/balance", inference("balance", services::balance)),
                entry("/healthz", get("healthz", Access.Right.NONE, services::healthz)),
                entry("/readyz", get("readyz", Access.Right.NONE, services::readyz)),
                entry("/metrics", get("metrics", metrics, services::metrics)),
                entry("/admin/v1/status", get("status", Access.Right.ADMIN, services::status)),
                entry("/admin/v1/drain", admin("drain", null, services::drain)),
                entry("/admin/v1/workers/restart", admin("restart", "POST", services::restartWorkers)));
    }

    private static Endpoint admin(String label, @Nullable String method, Handler handler) {
        return new Endpoint(label, method, Access.Right.ADMIN, ApiError::body, handler);
    }

    private static Endpoint inference(String label, Handler handler) {
        return new Endpoint(label, "GET", Access.Right.INFERENCE, ApiError::body, handler);
    }

    private static Endpoint ollama(String method, Handler handler) {
        return new Endpoint("ollama", method, Access.Right.INFERENCE, Dialect.OLLAMA_CHAT::errorBody, handler);
    }

    private static Endpoint anthropic(Handler handler) {
        return new Endpoint("models", "GET", Access.Right.INFERENCE, Dialect.ANTHROPIC::errorBody, handler);
    }

    private static Endpoint get(String label, Access.Right right, ExchangeHandler handler) {
        return new Endpoint(label, "GET", right, ApiError::body, (exchange, caller) -> handler.handle(exchange));
    }

    private static Endpoint completion(CompletionEndpoint endpoint, RelayRequest.Route route) {
        return new Endpoint(
                route.label(),
                "POST",
                Access.Right.INFERENCE,
                error -> CompletionEndpoint.errorBody(route, error),
                (exchange, caller) -> endpoint.handle(exchange, caller, route));
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        String method = exchange.method();
        String origin = exchange.header("origin");
        boolean allowedOrigin = cors.allows(origin);
        boolean safe = allowedOrigin || method.equals("GET") || method.equals("HEAD");
        // A page whose name was bound to this address has no key: where one is asked for, any name may lead here.
        boolean anyHost = context.access().asksForKeys();
        RequestGuard.Refusal refusal = guard.check(exchange.header("host"), anyHost, origin, safe);
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
        } else if (!takes(endpoint, method)) {
            String allowed = Objects.requireNonNull(endpoint.method());
            ApiError error = ApiError.methodNotAllowed(method, exchange.path(), allowed);
            answer(exchange, endpoint, error, "allow", allowed.equals("GET") ? "GET, HEAD" : allowed);
        } else {
            Caller caller;
            try {
                caller = context.access().caller(exchange, endpoint.right());
            } catch (ApiException e) {
                if (e.error().status() == 401) {
                    answer(exchange, endpoint, e.error(), "www-authenticate", "Bearer");
                } else {
                    answer(exchange, endpoint, e.error());
                }
                return;
            }
            endpoint.handler().handle(exchange, caller);
        }
    }

    private static boolean takes(Endpoint endpoint, String method) {
        return endpoint.method() == null
                || method.equals(endpoint.method())
                || (method.equals("HEAD") && endpoint.method().equals("GET"));
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
            return get("why", Access.Right.ADMIN, exchange -> services.why(exchange, id));
        }
        String withVersion = path.startsWith("/models/") ? "/v1" + path : path;
        if (withVersion.startsWith(MODEL_PATH) && withVersion.length() > MODEL_PATH.length()) {
            String name = withVersion.substring(MODEL_PATH.length());
            return inference("models", (exchange, caller) -> models.one(exchange, caller, name));
        }
        if (path.startsWith(ANTHROPIC_MODEL_PATH) && path.length() > ANTHROPIC_MODEL_PATH.length()) {
            String name = path.substring(ANTHROPIC_MODEL_PATH.length());
            return anthropic((exchange, caller) -> models.anthropicOne(exchange, caller, name));
        }
        return LedgerApi.has(path) ? admin("ledger", null, ledger::handle) : null;
    }

    /** DeepSeek serves the API without {@code /v1} too, and under {@code /beta} what is offered everywhere here. */
    private static boolean servedWithoutVersion(String path) {
        return WITHOUT_VERSION.contains(path);
    }

    private void refuse(Exchange exchange, ApiError error) {
        context.metrics().ended("none", error.status(), Outcome.REJECTED);
        String path = exchange.path();
        byte[] body = path.startsWith("/api/")
                ? Dialect.OLLAMA_CHAT.errorBody(error)
                : path.startsWith("/anthropic/") ? Dialect.ANTHROPIC.errorBody(error) : error.body();
        exchange.respond(error.status(), "application/json", body);
    }

    private void answer(Exchange exchange, Endpoint endpoint, ApiError error, String... headers) {
        context.metrics().ended(endpoint.label(), error.status(), Outcome.REJECTED);
        exchange.respond(error.status(), "application/json", endpoint.errors().apply(error), headers);
    }
}
