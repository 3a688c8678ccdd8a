package dev.unbusy.gateway;

import dev.unbusy.admission.Price;
import dev.unbusy.admission.PriceBook;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.Priority;
import dev.unbusy.api.RequestOutline;
import dev.unbusy.http.Exchange;
import dev.unbusy.routing.PrefixKeys;
import dev.unbusy.routing.RequestFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
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
    void handle(Exchange exchange, RelayRequest.Route route) {
        RelayRequest request;
        try {
            request = read(exchange, route);
        } catch (ApiException e) {
            ApiError error = e.error();
            context.metrics().ended(route.label(), error.status(), Outcome.REJECTED);
            exchange.respond(error.status(), "application/json", error.body(), GatewayErrors.headers(error));
            return;
        }
        new Relay(
                        context,
                        context.loop(exchange.eventLoop()),
                        request,
                        new ClientAnswer(exchange, request.stream(), context.config(), exchange.receivedNanos()),
                        exchange.receivedNanos())
                .start();
    }

    private RelayRequest read(Exchange exchange, RelayRequest.Route route) {
        if (context.isDraining()) {
            throw new ApiException(GatewayErrors.shuttingDown(context.config().retryAfterSeconds()));
        }
        String encoding = exchange.header("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new ApiException(GatewayErrors.encodedBody(encoding));
        }
        long deadlineMillis = deadline(exchange.header("x-unbusy-deadline-ms"));
        Priority priority = Priority.of(exchange.header(Priority.HEADER));
        ByteBuf body = exchange.body();
        RequestOutline outline = RequestOutline.scan(new ByteBufInputStream(body.duplicate()));
        String asked = outline.model();
        if (asked == null) {
            throw new ApiException(GatewayErrors.modelMissing(context.models().ids()));
        }
        String model = context.models().resolve(asked);
        if (model == null) {
            List<String> unknown = unreached();
            throw new ApiException(
                    context.backends().entries().isEmpty() || !unknown.isEmpty()
                            ? GatewayErrors.noWorker(
                                    asked, unknown, context.config().retryAfterSeconds())
                            : ApiError.unknownModel(asked, context.models().ids()));
        }
        String tenant = tenant(outline.user());
        Price price = context.prices()
                .price(
                        new PriceBook.Subject(model, route.label(), tenant),
                        outline.promptBytes(),
                        outline.maxTokens(),
                        outline.n());
        return new RelayRequest(
                exchange.id(),
                route,
                outline.stream(),
                new RequestFacts(model, price, prefix(body, outline)),
                body,
                deadlineMillis,
                priority,
                tenant,
                outline.promptBytes(),
                outline.maxTokens(),
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

    /** DeepSeek's {@code user_id} keeps a caller's users apart; a longer one is none, as the worker will say. */
    private static String tenant(@Nullable String user) {
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
