package dev.unbusy.gateway;

import dev.unbusy.admission.Place;
import dev.unbusy.api.ApiError;
import dev.unbusy.http.Disconnect;
import dev.unbusy.http.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one completion: knows how much of the answer has been sent, and gives everything that follows the
 * form that still fits. Used on one event loop.
 *
 * <p>A client that waits longer than {@code keep_alive_after_millis} gets status 200 at once and signs of life from then
 * on, as DeepSeek's API does: comments in a stream, blank lines before other JSON. What goes wrong later is then told
 * inside the body, in the same envelope.
 */
final class ClientAnswer {
    private static final byte[] BLANK_LINE = {'\n'};
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream; charset=utf-8";

    private enum Sent {
        NOTHING,
        /** The head of a stream, and perhaps events. */
        EVENTS,
        /** The head of a JSON answer with status 200, and blank lines. */
        BLANK_LINES,
        /** The head and a part of some body. */
        BYTES,
        ALL
    }

    private final Exchange exchange;
    private final boolean stream;
    private final long keepAliveAfterNanos;
    private final long keepAliveIntervalNanos;
    private final long arrivedNanos;
    private Sent sent = Sent.NOTHING;
    private int status;
    private boolean aborted;
    private @Nullable String worker;
    private long queuedNanos = -1;
    private long lastSentNanos;
    /** Something has been sent since the last tick: the tick knows the time, a write need not. */
    private boolean active;

    ClientAnswer(Exchange exchange, boolean stream, GatewayConfig config, long arrivedNanos) {
        this.exchange = exchange;
        this.stream = stream;
        this.keepAliveAfterNanos = TimeUnit.MILLISECONDS.toNanos(config.keepAliveAfterMillis());
        this.keepAliveIntervalNanos = TimeUnit.MILLISECONDS.toNanos(config.keepAliveIntervalMillis());
        this.arrivedNanos = arrivedNanos;
    }

    ByteBufAllocator allocator() {
        return exchange.channel().alloc();
    }

    /** Calls once if the client leaves before the end of the answer; not if the gateway itself cuts it off. */
    void onDisconnect(Consumer<Disconnect> listener) {
        exchange.onDisconnect(() -> {
            Disconnect reason = exchange.disconnect();
            if (!aborted && reason != null) {
                listener.accept(reason);
            }
        });
    }

    boolean isWritable() {
        return exchange.isWritable();
    }

    void onWritable(Runnable listener) {
        exchange.onWritable(listener);
    }

    /** The request's body is needed no longer. */
    void releaseRequest() {
        exchange.releaseBody();
    }

    /** Status of the answer, 0 where none has been sent. */
    int status() {
        return status;
    }

    /** @param queued nanoseconds from arrival to the first dispatch; negative at later ones */
    void placed(String workerId, long queued) {
        worker = workerId;
        if (queued >= 0) {
            queuedNanos = queued;
        }
    }

    /** @param events whole events; taken over */
    void events(HttpHeaders workerHeaders, ByteBuf events) {
        startEvents(workerHeaders);
        write(events);
    }

    void endEvents(HttpHeaders workerHeaders) {
        startEvents(workerHeaders);
        end();
    }

    /** The head of a body that is passed on as it comes. */
    void startBytes(int workerStatus, HttpHeaders workerHeaders) {
        if (sent == Sent.NOTHING) {
            begin(Sent.BYTES, workerStatus, contentType(workerHeaders), workerHeaders);
        }
    }

    /** @param bytes taken over */
    void bytes(ByteBuf bytes) {
        write(bytes);
    }

    /** @param body a complete body; taken over */
    void whole(int workerStatus, HttpHeaders workerHeaders, ByteBuf body) {
        switch (sent) {
            case NOTHING -> {
                status = workerStatus;
                sent = Sent.ALL;
                exchange.respond(workerStatus, contentType(workerHeaders), body, headers(workerHeaders));
            }
            case BLANK_LINES -> {
                write(body);
                end();
            }
            case EVENTS -> {
                String json = body.toString(StandardCharsets.UTF_8).strip();
                body.release();
                if (workerStatus >= 400 && json.startsWith("{")) {
                    // Line breaks between the tokens of JSON are free to go; inside strings they are escaped.
                    endWithEvent(json.replace("\r", "").replace("\n", "").getBytes(StandardCharsets.UTF_8));
                } else {
                    error(GatewayErrors.notAStream(workerStatus));
                }
            }
            case BYTES, ALL -> body.release();
        }
    }

    void error(ApiError error) {
        switch (sent) {
            case NOTHING -> {
                status = error.status();
                sent = Sent.ALL;
                exchange.respond(status, JSON, error.body(), errorHeaders(error));
            }
            case EVENTS -> {
                exchange.write(error.sseEvent());
                end();
            }
            case BLANK_LINES -> {
                write(Unpooled.wrappedBuffer(error.body()));
                end();
            }
            case BYTES -> abort();
            case ALL -> {}
        }
    }

    /** Ends the connection so that nobody takes the answer for complete. */
    void abort() {
        aborted = true;
        sent = Sent.ALL;
        exchange.abort();
    }

    void end() {
        sent = Sent.ALL;
        exchange.end();
    }

    void flush() {
        if (active && sent != Sent.ALL) {
            exchange.flush();
        }
    }

    /**
     * A sign of life where it is time for one. Only between two events, or before anything of the answer.
     *
     * @param where the request's place, asked for where it is told; null once it has a worker
     */
    void keepAlive(long now, @Nullable Supplier<Place> where) {
        if (active) {
            active = false;
            lastSentNanos = now;
        }
        switch (sent) {
            case NOTHING -> {
                if (now - arrivedNanos >= keepAliveAfterNanos) {
                    if (stream) {
                        begin(Sent.EVENTS, 200, EVENTS, null);
                        signOfLife(comment(where), now);
                    } else {
                        begin(Sent.BLANK_LINES, 200, JSON, null);
                        signOfLife(BLANK_LINE, now);
                    }
                }
            }
            case EVENTS -> {
                if (now - lastSentNanos >= keepAliveIntervalNanos) {
                    signOfLife(comment(where), now);
                }
            }
            case BLANK_LINES -> {
                if (now - lastSentNanos >= keepAliveIntervalNanos) {
                    signOfLife(BLANK_LINE, now);
                }
            }
            case BYTES, ALL -> {}
        }
    }

    /** DeepSeek's comment; while the request waits, with its position and how long it is expected to wait. */
    private static byte[] comment(@Nullable Supplier<Place> where) {
        StringBuilder text = new StringBuilder(": keep-alive");
        if (where != null) {
            Place place = where.get();
            text.append(" position=").append(place.position());
            if (place.waitNanos().isPresent()) {
                text.append(" wait-ms=")
                        .append(TimeUnit.NANOSECONDS.toMillis(place.waitNanos().getAsLong()));
            }
        }
        return text.append("\n\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void signOfLife(byte[] bytes, long now) {
        lastSentNanos = now;
        if (exchange.isWritable()) { // one that does not read gets no more to read
            exchange.write(bytes);
            exchange.flush();
        }
    }

    private void startEvents(HttpHeaders workerHeaders) {
        if (sent == Sent.NOTHING) {
            begin(Sent.EVENTS, 200, EVENTS, workerHeaders);
        }
    }

    private void begin(Sent what, int newStatus, String contentType, @Nullable HttpHeaders workerHeaders) {
        sent = what;
        status = newStatus;
        exchange.startStream(newStatus, contentType, headers(workerHeaders));
    }

    private void write(ByteBuf bytes) {
        if (sent == Sent.ALL) {
            bytes.release();
            return;
        }
        active = true;
        exchange.write(bytes);
    }

    private void endWithEvent(byte[] json) {
        exchange.write(Unpooled.wrappedBuffer(DATA, json, EVENT_END));
        end();
    }

    private String[] headers(@Nullable HttpHeaders workerHeaders) {
        List<String> headers = new ArrayList<>(12);
        ownHeaders(headers);
        if (sent == Sent.EVENTS) {
            headers.add("cache-control");
            headers.add("no-cache");
            headers.add("x-accel-buffering"); // NGINX in front would hold events back
            headers.add("no");
        }
        if (workerHeaders != null) {
            PassedHeaders.addTo(headers, workerHeaders);
        }
        return headers.toArray(String[]::new);
    }

    private String[] errorHeaders(ApiError error) {
        List<String> headers = new ArrayList<>(8);
        ownHeaders(headers);
        Collections.addAll(headers, GatewayErrors.headers(error));
        return headers.toArray(String[]::new);
    }

    private void ownHeaders(List<String> headers) {
        if (worker != null) {
            headers.add("x-unbusy-worker");
            headers.add(worker);
        }
        long queued = queuedNanos >= 0 ? queuedNanos : System.nanoTime() - arrivedNanos;
        headers.add("x-unbusy-queue-ms");
        headers.add(Long.toString(TimeUnit.NANOSECONDS.toMillis(queued)));
    }

    private static String contentType(HttpHeaders workerHeaders) {
        String type = workerHeaders.get(HttpHeaderNames.CONTENT_TYPE);
        return type == null ? JSON : type;
    }
}
