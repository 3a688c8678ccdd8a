package dev.unbusy.gateway;

import dev.unbusy.admission.Place;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.http.Disconnect;
import dev.unbusy.http.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
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
 * on, as DeepSeek's API does: comments in a stream, blank lines before other JSON, where its form has such signs. What goes wrong later is then told
 * inside the body, in the same envelope.
 */
final class ClientAnswer {
    private static final byte[] BLANK_LINE = {'\n'};
    private static final String JSON = "application/json";

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
    private final AnswerForm form;
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

    ClientAnswer(Exchange exchange, boolean stream, AnswerForm form, GatewayConfig config, long arrivedNanos) {
        this.exchange = exchange;
        this.stream = stream;
        this.form = form;
        this.keepAliveAfterNanos = TimeUnit.MILLISECONDS.toNanos(config.keepAliveAfterMillis());
        this.keepAliveIntervalNanos = TimeUnit.MILLISECONDS.toNanos(config.keepAliveIntervalMillis());
        this.arrivedNanos = arrivedNanos;
        exchange.flushByHand(); // each read from the worker ends with a flush
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
        writeSome(form.events(events));
    }

    void endEvents(HttpHeaders workerHeaders) {
        startEvents(workerHeaders);
        writeSome(form.endOfEvents());
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
        try {
            switch (sent) {
                case NOTHING -> {
                    ByteBuf own = form.whole(workerStatus, body);
                    status = workerStatus;
                    sent = Sent.ALL;
                    exchange.respond(workerStatus, contentType(workerHeaders), own, headers(workerHeaders));
                }
                case BLANK_LINES -> {
                    write(form.whole(workerStatus, body));
                    end();
                }
                case EVENTS -> {
                    writeSome(form.wholeAsEvent(workerStatus, body));
                    end();
                }
                case BYTES, ALL -> body.release();
            }
        } catch (ApiException e) {
            error(e.error());
        }
    }

    /** Whether {@link #startBytes} may be called. */
    boolean passesPieces() {
        return form.passesPieces();
    }

    void error(ApiError error) {
        switch (sent) {
            case NOTHING -> {
                status = error.status();
                sent = Sent.ALL;
                exchange.respond(status, JSON, form.errorBody(error), errorHeaders(error));
            }
            case EVENTS -> {
                exchange.write(form.errorEvent(error));
                end();
            }
            case BLANK_LINES -> {
                write(Unpooled.wrappedBuffer(form.errorBody(error)));
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

    /** Harmless where an error was the end already. */
    void end() {
        if (sent != Sent.ALL) {
            sent = Sent.ALL;
            exchange.end();
        }
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
                        begin(Sent.EVENTS, 200, form.eventsType(), null);
                        signOfLife(comment(where), now);
                    } else if (form.takesBlankLines()) {
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

    private byte[] comment(@Nullable Supplier<Place> where) {
        return form.keepAlive(where == null ? null : where.get());
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
            begin(Sent.EVENTS, 200, form.eventsType(), workerHeaders);
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

    private void writeSome(ByteBuf bytes) {
        if (bytes.isReadable()) {
            write(bytes);
        } else {
            bytes.release();
        }
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
