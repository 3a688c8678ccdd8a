package dev.unbusy.http;

import dev.unbusy.http.AnswerPhase.Step;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: {@link #respond} once, or {@link #startStream}, any number of {@link #write}, {@link #end}.
 *
 * <p>Thread: answering and asking is safe from any thread. On the connection's event loop calls act at once; from
 * elsewhere they are carried over in order, and one flush follows each burst of them. The request's body belongs to the
 * event loop; {@link #offload} makes {@link #bodyBytes} readable elsewhere.
 *
 * <p>Lifetime: from the complete request until the answer's end or the disconnect. Calls after a disconnect do nothing,
 * so that nobody has to check first.
 */
public final class Exchange {
    private final Connection connection;
    private final ResponseStream stream;
    private final HttpRequest request;
    private final String id;
    private final RequestTarget target;
    private final long receivedNanos;
    private final AnswerPhase phase;
    private final Writability writability = new Writability(this::writableNow);
    private final RequestBody body;
    private final Outbox outbox;
    // volatile: written by the event loop, read by whoever writes.
    private volatile @Nullable Disconnect disconnect;
    private boolean finished;
    private final List<Runnable> disconnectListeners = new ArrayList<>(1);

    Exchange(Connection connection, HttpRequest request, RequestTarget target, RequestBody body, long receivedNanos) {
        this.connection = connection;
        this.request = request;
        this.target = target;
        this.body = body;
        this.receivedNanos = receivedNanos;
        this.id = RequestIds.orNew(request.headers().get("x-request-id"));
        this.phase = new AnswerPhase(id);
        this.stream = new ResponseStream(connection, request, id);
        this.outbox = new Outbox(connection, new Outbox.Receiver() {
            @Override
            public void write(Object piece, int bytes) {
                writeNow(piece, bytes);
            }

            @Override
            public void drained() {
                if (!finished) {
                    stream.flush();
                }
                writabilityChanged();
            }
        });
    }

    /** In {@code x-request-id} of every answer: the client's where it sent a usable one. */
    public String id() {
        return id;
    }

    /** As sent. */
    public String method() {
        return request.method().name();
    }

    /** Percent-decoded, without the query. Starts with {@code /}, or is {@code *}. */
    public String path() {
        return target.path();
    }

    /** As sent, without the question mark; empty where there is none. */
    public String query() {
        return target.query();
    }

    /** Names are case-insensitive. Read only. */
    public HttpHeaders headers() {
        return request.headers();
    }

    public @Nullable String header(String name) {
        return request.headers().get(name);
    }

    /** When the last byte of the request arrived, in {@link System#nanoTime()}. */
    public long receivedNanos() {
        return receivedNanos;
    }

    public Channel channel() {
        return connection.channel();
    }

    /** The one thread of this connection. A client opened on it relays without handing bytes between threads. */
    public EventLoop eventLoop() {
        return connection.channel().eventLoop();
    }

    /**
     * The request's body in one buffer, empty where there is none. Event loop only; the exchange releases it when it ends,
     * so whoever needs it longer retains it.
     */
    public ByteBuf body() {
        requireEventLoop();
        return body.buffer();
    }

    /** Gives the body's memory back before the exchange ends. Event loop only. */
    public void releaseBody() {
        requireEventLoop();
        body.release();
    }

    /** A copy of the body, made once; on the event loop, or anywhere inside {@link #offload}. */
    public byte[] bodyBytes() {
        byte[] copied = body.copied();
        if (copied == null) {
            requireEventLoop();
        }
        return copied == null ? body.bytes() : copied;
    }

    /** Work of an exchange that may block and throw. */
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    /**
     * Runs the rest of the exchange on a virtual thread of its own. What the task throws becomes a 500, or the end of the
     * connection where the answer had begun. Event loop only.
     */
    public void offload(Task task) {
        bodyBytes();
        releaseBody();
        Thread.ofVirtual().name("http-" + id).start(() -> {
            try {
                task.run();
            } catch (Throwable failure) {
                connection.handlerFailed(this, failure);
            }
        });
    }

    /**
     * The whole answer.
     *
     * @param contentType null where there is no body
     * @param headers names and values in turn
     * @throws IllegalStateException where an answer was begun before
     */
    public void respond(int status, @Nullable String contentType, byte[] content, String... headers) {
        respond(status, contentType, Unpooled.wrappedBuffer(content), headers);
    }

    /** The whole answer as UTF-8. */
    public void respond(int status, @Nullable String contentType, String content, String... headers) {
        respond(status, contentType, content.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** The whole answer; takes over the buffer. */
    public void respond(int status, @Nullable String contentType, ByteBuf content, String... headers) {
        try {
            ResponseBytes.check(headers);
            phase.advance(Step.NEW, Step.ENDED, "respond", isOpen());
        } catch (RuntimeException e) {
            content.release();
            throw e;
        }
        perform(() -> {
            if (finished) {
                content.release();
            } else {
                stream.respond(status, contentType, content, headers);
                finish();
            }
        });
    }

    /** Headers that the answer has, whoever gives it. Event loop only, before the answer. */
    public void alwaysHeaders(String... headers) {
        ResponseBytes.check(headers);
        stream.always(headers);
    }

    /** The head of an answer whose body follows in pieces. Sent with the first of them, or with {@link #flush}. */
    public void startStream(int status, String contentType, String... headers) {
        ResponseBytes.check(headers);
        phase.advance(Step.NEW, Step.STREAMING, "startStream", isOpen());
        perform(() -> {
            if (!finished) {
                stream.start(status, contentType, headers);
                stream.flushSoon();
            }
        });
    }

    /** A piece of the answer. It is sent at the end of the burst that it belongs to, or with {@link #flush}. */
    public void write(byte[] piece) {
        pass(piece, piece.length);
    }

    /** A piece of the answer; takes over the buffer. */
    public void write(ByteBuf piece) {
        pass(piece, piece.readableBytes());
    }

    /** What is written is sent with {@link #flush} only, or when it has become much, or ends. Event loop only. */
    public void flushByHand() {
        stream.flushByHand();
    }

    /** Sends what was written, without waiting for the end of the burst. */
    public void flush() {
        perform(() -> {
            if (!finished) {
                stream.flush();
            }
        });
    }

    /** The answer is complete. Sends everything. */
    public void end() {
        phase.advance(Step.STREAMING, Step.ENDED, "end", isOpen());
        perform(() -> {
            if (!finished) {
                stream.end();
                finish();
            }
        });
    }

    /** Cuts the connection, so that the answer cannot be taken for a complete one. */
    public void abort() {
        phase.end();
        perform(() -> {
            if (!finished) {
                connection.cut(Disconnect.ABORTED, stream.endsWithClose());
            }
        });
    }

    /** False once {@link #respond} or {@link #startStream} was called. */
    public boolean isUnanswered() {
        return phase.is(Step.NEW);
    }

    /** False once the client is gone; what is written then goes nowhere. */
    public boolean isOpen() {
        return disconnect == null;
    }

    /** Why the client is gone; null while it is not. */
    public @Nullable Disconnect disconnect() {
        return disconnect;
    }

    /**
     * Whether the client keeps up with what is written. Whoever writes on regardless loses the client after {@code
     * max_pending_stream}.
     */
    public boolean isWritable() {
        return writability.check();
    }

    /** Bytes written here that the socket has not taken yet. */
    public long pendingBytes() {
        return outbox.bytes() + connection.pendingBytes();
    }

    /** Called on the event loop each time {@link #isWritable} turns true after it was seen false. */
    public void onWritable(Runnable listener) {
        writability.listener(listener);
        perform(this::writabilityChanged); // it may have turned already
    }

    /**
     * Called once on the event loop when the client is gone before the answer is complete, in silence too; at once where
     * it is gone already; never after the answer's end.
     *
     * <p>A client that shuts down only its sending side counts as gone: its end-of-file looks like a close, and waiting for
     * the difference (a reset after the next write) would let a silent prefill run for nobody. NGINX decides likewise.
     */
    public void onDisconnect(Runnable listener) {
        perform(() -> {
            if (disconnect != null) {
                connection.guarded(this, listener);
            } else if (!finished) {
                disconnectListeners.add(listener);
            }
        });
    }

    // ---- event loop ------------------------------------------------------------------------------------------------

    boolean isFinished() {
        return finished;
    }

    /** The connection is gone, or is about to be. */
    void gone(Disconnect reason) {
        if (finished) {
            return;
        }
        finished = true;
        disconnect = reason;
        stream.discard();
        releaseBody();
        outbox.drain();
        for (Runnable listener : disconnectListeners) {
            connection.guarded(this, listener);
        }
        disconnectListeners.clear();
        Runnable waiting = writability.waiting();
        if (waiting != null) {
            connection.guarded(this, waiting); // a writer that waits must wake up to see that the client is gone
        }
    }

    void writabilityChanged() {
        Runnable listener = writability.due();
        if (listener != null) {
            connection.guarded(this, listener);
        }
    }

    private void finish() {
        finished = true;
        releaseBody();
        disconnectListeners.clear();
        connection.answered(this);
    }

    private void writeNow(Object piece, int bytes) {
        if (finished) {
            ReferenceCountUtil.release(piece);
            return;
        }
        stream.write(piece, bytes);
        if (connection.pendingBytes() > connection.maxPendingStream()) {
            connection.cut(Disconnect.SLOW_READER, true);
        } else {
            stream.flushSoon();
        }
    }

    // ---- any thread ------------------------------------------------------------------------------------------------

    private void perform(Runnable action) {
        if (eventLoop().inEventLoop()) {
            outbox.drain();
            action.run();
        } else {
            outbox.add(action);
        }
    }

    private void pass(Object piece, int bytes) {
        if (disconnect != null) {
            ReferenceCountUtil.release(piece);
        } else if (!phase.is(Step.STREAMING)) {
            ReferenceCountUtil.release(piece);
            throw new IllegalStateException("write on request " + id + ", which is not streaming");
        } else if (eventLoop().inEventLoop()) {
            outbox.drain();
            writeNow(piece, bytes);
        } else if (!outbox.add(piece, bytes, connection.maxPendingStream())) {
            connection.runOnLoop(() -> connection.cutIfCurrent(this, Disconnect.SLOW_READER));
        }
    }

    private boolean writableNow() {
        return connection.channel().isWritable() && outbox.bytes() < Connection.HIGH_WATER_BYTES;
    }

    private void requireEventLoop() {
        if (!eventLoop().inEventLoop()) {
            throw new IllegalStateException("the body of request " + id + " belongs to its event loop; use offload");
        }
    }
}
