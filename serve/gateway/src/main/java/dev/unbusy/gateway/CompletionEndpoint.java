package dev.unbusy.gateway;

import dev.unbusy.admission.Price;
import dev.unbusy.admission.PriceBook;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.Dialect;
import dev.unbusy.api.Priority;
import dev.unbusy.api.RequestOutline;
import dev.unbusy.http.Exchange;
import dev.unbusy.ledger.KeyRecord;
import dev.unbusy.routing.PrefixKeys;
import dev.unbusy.routing.RequestFacts;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a completion request, refuses what no worker can answer, and starts a {@link Relay} for the rest. The body is
 * looked through, not parsed: its worker reads it fully and names what is wrong in it.
 */
final class CompletionEndpoint {
    private static final long MAX_DEADLINE_MILLIS = 86_400_000;
    private static final int MAX_USER_CHARS = 512;

    private final GatewayContext context;

    CompletionEndpoint(GatewayContext context) {
        this.context = context;
    }

    /** On the exchange's event loop. */
    void handle(Exchange exchange, Caller caller, RelayRequest.Route route) {
        try {
            if (route == RelayRequest.Route.ANTHROPIC) {
                exchange.alwaysHeaders("request-id", exchange.id());
            }
            requireTaken(exchange);
            Asked asked = Asked.read(exchange, route);
            String model = model(caller, asked);
            if (asked.needsNoWorker()) {
                AnswerForm form = asked.form(exchange);
                context.metrics().ended(route.label(), 200, Outcome.COMPLETED);
                exchange.respond(200, form.eventsType(), form.endOfEvents());
                return;
            }
            RelayRequest request = request(exchange, caller, asked, model);
            new Relay(
                            context,
                            context.loop(exchange.eventLoop()),
                            request,
                            new ClientAnswer(
                                    exchange,
                                    request.stream(),
                                    asked.form(exchange),
                                    context.config(),
                                    exchange.receivedNanos()),
                            exchange.receivedNanos())
                    .start();
        } catch (ApiException e) {
            ApiError error = e.error();
            context.metrics().ended(route.label(), error.status(), Outcome.REJECTED);
            exchange.respond(error.status(), "application/json", errorBody(route, error), GatewayErrors.headers(error));
        }
    }

    /** In the words of those who ask there. */
    static byte[] errorBody(RelayRequest.Route route, ApiError error) {
        Dialect dialect = route.dialect();
        return dialect == null ? error.body() : dialect.errorBody(error);
    }

    private void requireTaken(Exchange exchange) {
        if (context.isDraining()) {
            throw new ApiException(GatewayErrors.shuttingDown(context.config().retryAfterSeconds()));
        }
        String encoding = exchange.header("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new ApiException(GatewayErrors.encodedBody(encoding));
        }
    }

    /** The served one that is meant, which the caller may use. */
    private String model(Caller caller, Asked asked) {
        String name = asked.model();
        if (name == null) {
            throw new ApiException(GatewayErrors.modelMissing(context.models().ids()));
        }
        String model = asked.route() == RelayRequest.Route.ANTHROPIC
                ? context.models().resolveClaude(name)
                : context.models().resolve(name);
        if (model == null) {
            List<String> unknown = unreached();
            throw new ApiException(
                    context.backends().entries().isEmpty() || !unknown.isEmpty()
                            ? GatewayErrors.noWorker(
                                    name, unknown, context.config().retryAfterSeconds())
                            : ApiError.unknownModel(name, context.models().allowedTo(caller.key())));
        }
        requireAllowed(caller, name, model);
        return model;
    }

    private RelayRequest request(Exchange exchange, Caller asking, Asked asked, String model) {
        long deadlineMillis = deadline(exchange.header("x-unbusy-deadline-ms"));
        Priority priority = Priority.of(exchange.header(Priority.HEADER));
        RelayRequest.Route route = asked.route();
        Asked.ToWorker toWorker = asked.toWorker(model);
        RequestOutline outline = toWorker.outline();
        int maxTokens = route == RelayRequest.Route.EMBEDDINGS ? 0 : outline.maxTokens();
        Caller caller = asking.onBehalfOf(user(outline.user()));
        Price price = context.prices()
                .price(
                        new PriceBook.Subject(model, route.label(), caller.habits()),
                        outline.promptBytes(),
                        maxTokens,
                        outline.n());
        Quotas.Held held = hold(exchange, caller, model, price);
        return new RelayRequest(
                exchange.id(),
                route,
                toWorker.path(),
                toWorker.stream(),
                new RequestFacts(model, price, prefix(toWorker.body(), outline)),
                toWorker.body(),
                model.equals(outline.model()) ? null : outline.name(),
                deadlineMillis,
                priority,
                caller,
                held,
                outline.promptBytes(),
                maxTokens,
                outline.n());
    }

    /** Names of the prompt's beginnings; null where it has none that a cache would know. */
    private @Nullable PrefixKeys prefix(ByteBuf body, RequestOutline outline) {
        RequestOutline.Span prompt = outline.prompt();
        if (prompt == null) {
            return null;
        }
        PrefixKeys.Hasher hasher = new PrefixKeys.Hasher(context.prefixSeed(), outline.user());
        RequestOutline.Span tools = outline.tools();
        if (tools != null) {
            hasher.add(bytes(body, tools));
        }
        PrefixKeys keys = hasher.add(bytes(body, prompt)).keys();
        return keys.blocks() == 0 ? null : keys;
    }

    private static ByteBuffer bytes(ByteBuf body, RequestOutline.Span span) {
        return body.nioBuffer(body.readerIndex() + span.from(), span.to() - span.from());
    }

    /** Backends of which nobody knows yet what they serve, and why. */
    private List<String> unreached() {
        return context.backends().backends().stream()
                .filter(backend -> backend.models().isEmpty())
                .map(backend -> backend.id() + ": " + backend.reason())
                .toList();
    }

    /** Its rate limits are told with every answer, also with the one that refuses. */
    private Quotas.Held hold(Exchange exchange, Caller caller, String model, Price price) {
        Quotas quotas = context.quotas();
        long now = System.nanoTime();
        try {
            return quotas.reserve(caller, model, price.totalTokens(), now);
        } finally {
            String[] limits = quotas.headers(caller, model, now);
            if (limits.length > 0) {
                exchange.alwaysHeaders(limits);
            }
        }
    }

    private void requireAllowed(Caller caller, String asked, String model) {
        KeyRecord key = caller.key();
        if (key != null && !context.models().allowedTo(key).contains(model)) {
            throw GatewayErrors.modelNotAllowed(key, asked).exception();
        }
    }

    /** DeepSeek's {@code user_id} keeps a caller's users apart; a longer one is none, as the worker will say. */
    private static String user(@Nullable String user) {
        return user == null ? "" : user.substring(0, Math.min(user.length(), MAX_USER_CHARS));
    }

    private long deadline(@Nullable String header) {
        if (header == null) {
            return context.config().deadlineMillis();
        }
        if (header.matches("[0-9]{1,12}")) {
            long millis = Long.parseLong(header);
            if (millis >= 1) {
                return Math.min(millis, MAX_DEADLINE_MILLIS);
            }
        }
        throw ApiError.badHeader("x-unbusy-deadline-ms", "must be a whole number of milliseconds, at least 1")
                .exception();
    }
}
