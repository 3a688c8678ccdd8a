package dev.unbusy.gateway;

import dev.unbusy.api.Dialect;
import dev.unbusy.api.DialectHead;
import dev.unbusy.api.DialectRequest;
import dev.unbusy.api.RequestOutline;
import dev.unbusy.http.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A request as its client wrote it, looked through: as it came where a worker reads it itself, translated otherwise.
 *
 * @param translated null where it needs no translation
 * @param outline of the body that came; null where it is translated, and its worker's body is not known before its model is
 */
record Asked(
        RelayRequest.Route route,
        ByteBuf received,
        @Nullable DialectRequest translated,
        @Nullable RequestOutline outline) {

    /**
     * On the exchange's event loop.
     *
     * @throws dev.unbusy.api.ApiException in the words of the client's dialect
     */
    static Asked read(Exchange exchange, RelayRequest.Route route) {
        ByteBuf body = exchange.body();
        Dialect dialect = route.dialect();
        return dialect == null
                ? new Asked(route, body, null, scan(body))
                : new Asked(route, body, dialect.read(exchange.bodyBytes()), null);
    }

    private static RequestOutline scan(ByteBuf body) {
        return RequestOutline.scan(new ByteBufInputStream(body.duplicate()));
    }

    /** As the client wrote it; null where it names none. */
    @Nullable
    String model() {
        return translated != null ? translated.model() : outline == null ? null : outline.model();
    }

    /** Whether no worker is asked: the client only wants to know that the model is there. */
    boolean needsNoWorker() {
        return translated != null && translated.route() == DialectRequest.Route.NONE;
    }

    /**
     * What a worker gets.
     *
     * @param model its id
     */
    ToWorker toWorker(String model) {
        if (translated == null) {
            RequestOutline known = outline == null ? scan(received) : outline;
            return new ToWorker(route.workerPath(), received, known, known.stream());
        }
        ByteBuf body = Unpooled.wrappedBuffer(translated.body(model));
        String path = translated.route() == DialectRequest.Route.COMPLETIONS
                ? RelayRequest.Route.COMPLETIONS.workerPath()
                : RelayRequest.Route.CHAT.workerPath();
        return new ToWorker(path, body, scan(body), translated.stream());
    }

    /**
     * @param body of the exchange's, or on the heap: nobody has to release it
     */
    record ToWorker(String path, ByteBuf body, RequestOutline outline, boolean stream) {}

    /** For one answer. */
    AnswerForm form(Exchange exchange) {
        Dialect dialect = route.dialect();
        if (translated == null || dialect == null) {
            return OpenAiForm.INSTANCE;
        }
        byte[] id = new byte[12];
        ThreadLocalRandom.current().nextBytes(id);
        DialectHead head =
                new DialectHead(HexFormat.of().formatHex(id), System.currentTimeMillis(), translated.model());
        return new DialectForm(dialect, translated.answer(head), exchange.receivedNanos());
    }
}
