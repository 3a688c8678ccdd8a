package dev.unbusy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: puts requests together, hands them over one at a time in their order, and notices when the
 * client is slow, wrong or gone. Reading goes on while a request is handled, so that a disconnect is seen in silence; only
 * a client that sends {@code max_pipelined} requests ahead is left unread. Belongs to its event loop.
 *
 * <ol>
 *   <li>Bytes become a {@link Received}: a request, or the refusal of one. After a refusal the rest is discarded.
 *   <li>The oldest one is handed over when the one before is answered and the client has read most of that answer.
 *   <li>After the answer: the next one, keep-alive, or the end of the connection.
 * </ol>
 */
final class Connection extends ChannelInboundHandlerAdapter {
    static final int HIGH_WATER_BYTES = 65_536;

    /**
     * Reading stops at {@code max_pipelined}, but one read may hold thousands of tiny requests, each of which takes a
     * kilobyte here. Nobody who means well sends so many ahead.
     */
    private static final int MOST_WAITING = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpServer server;
    private final HttpLimits limits;
    private final ConnectionTimer timer;
    private final RequestAssembler assembler;
    private final ArrayDeque<Received> waiting = new ArrayDeque<>();

    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange current;
    /** No request follows: the client said close, sent something wrong, or is being cut off. */
    private boolean lastReceived;

    private boolean closeAfterAnswer;
    private boolean lingering;
    /** The request that was refused has been read to its end. */
    private boolean refusedEnded;

    private boolean continueOwed;
    private boolean pumping;
    private boolean paused;

    Connection(HttpServer server) {
        this.server = server;
        this.limits = server.options().limits();
        this.timer = new ConnectionTimer(this, limits);
        this.assembler = new RequestAssembler(limits, server.bodies());
    }

    // ---- receiving (1) ---------------------------------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        timer.connected(System.nanoTime());
    }

    /** Called by the decoder in front. */
    void bytesArrived() {
        timer.bytesArrived(System.nanoTime());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (lastReceived) {
            ReferenceCountUtil.release(message);
            if (message instanceof LastHttpContent) {
                refusedEnded = true;
                if (lingering) {
                    closeAfterFlush(); // read to its end: closing cannot reset the answer away any more
                }
            }
            return;
        }
        Received received = null;
        if (message instanceof HttpRequest head) {
            received = assembler.head(head);
            timer.headComplete(System.nanoTime());
            if (received == null && assembler.expectsContinue()) {
                continueOwed = true;
                sendContinueIfNext();
            }
        }
        if (message instanceof HttpContent content) {
            if (received == null) {
                received = assembler.content(content, System.nanoTime());
                timer.bodyBytes(assembler.receivedBytes());
            } else {
                content.release();
            }
        }
        if (received != null) {
            accept(received);
        }
    }

    private void accept(Received received) {
        continueOwed = false;
        if (waiting.size() >= MOST_WAITING) {
            received.release();
            cut(Disconnect.ABORTED, true);
            return;
        }
        waiting.add(received);
        if (received instanceof Received.Refused || !((Received.Complete) received).keepAlive()) {
            lastReceived = true;
        }
        timer.requestComplete(System.nanoTime());
        if (waiting.size() >= limits.maxPipelined() && !paused) {
            paused = true;
            channel().config().setAutoRead(false);
        }
        pump();
    }

    private void sendContinueIfNext() {
        if (continueOwed && current == null && waiting.isEmpty()) {
            continueOwed = false;
            send(Unpooled.wrappedBuffer(CONTINUE));
            context().flush();
        }
    }

    // ---- handing over (2) ------------------------------------------------------------------------------------------

    private void pump() {
        if (pumping) {
            return; // a handler that answers at once would otherwise recurse for each pipelined request
        }
        pumping = true;
        try {
            while (current == null
                    && !waiting.isEmpty()
                    && !lingering
                    && channel().isActive()
                    && channel().isWritable()) {
                switch (waiting.remove()) {
                    case Received.Complete complete -> hand(complete);
                    case Received.Refused refused -> refuse(refused);
                }
            }
        } finally {
            pumping = false;
        }
        if (paused && waiting.size() < limits.maxPipelined()) {
            paused = false;
            channel().config().setAutoRead(true);
        }
        sendContinueIfNext();
    }

    private void hand(Received.Complete complete) {
        closeAfterAnswer = !complete.keepAlive();
        Exchange exchange =
                new Exchange(this, complete.request(), complete.target(), complete.body(), complete.receivedNanos());
        current = exchange;
        timer.handling(System.nanoTime());
        try {
            server.handler().handle(exchange);
        } catch (Throwable failure) {
            handlerFailed(exchange, failure);
        }
    }

    private void refuse(Received.Refused refused) {
        String id = RequestIds.orNew(refused.requestId());
        LOG.debug("request {} refused: {} {}", id, refused.status(), refused.message());
        server.countRefused();
        lastReceived = true;
        closeAfterAnswer = true;
        ByteBuf out = Refusal.bytes(context().alloc(), server.options().errorBody(), refused, id);
        lingering = true;
        timer.lingering(System.nanoTime());
        context().writeAndFlush(out).addListener(written -> {
            // Closing now would reset the connection while the client still sends, and the reset would overtake the
            // answer.
            if (!written.isSuccess() || refusedEnded) {
                closeNow();
            } else if (!refused.endIsKnown()) {
                shutdownOutput();
            }
        });
    }

    /** From any thread. */
    void handlerFailed(Exchange exchange, Throwable failure) {
        LOG.error("request {} {} {} failed", exchange.id(), exchange.method(), exchange.path(), failure);
        String message = "Internal error. The server's log has the cause under this request id.";
        if (exchange.isOpen() && exchange.isUnanswered()) {
            try {
                exchange.respond(
                        500, "application/json", server.options().errorBody().of(500, message));
                return;
            } catch (IllegalStateException begunMeanwhile) {
                LOG.debug("request {} was being answered", exchange.id(), begunMeanwhile);
            }
        }
        exchange.abort();
    }

    /** A listener's failure is logged and ends the exchange, never the loop. */
    void guarded(Exchange exchange, Runnable listener) {
        try {
            listener.run();
        } catch (Throwable failure) {
            handlerFailed(exchange, failure);
        }
    }

    // ---- after the answer (3) --------------------------------------------------------------------------------------

    /** The answer's last byte has been handed to the socket. */
    void answered(Exchange exchange) {
        if (current != exchange) {
            return;
        }
        current = null;
        if (closeAfterAnswer || server.isStopping()) {
            lastReceived = true;
            closeAfterFlush();
            return;
        }
        timer.idle(System.nanoTime(), assembler.isReceiving());
        pump();
    }

    /** The server stops: idle connections end now, others after their answer. */
    void stop() {
        if (current == null && waiting.isEmpty() && !assembler.isReceiving() && !lingering && !timer.headBegun()) {
            closeNow();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange exchange = current;
        if (exchange != null) {
            exchange.writabilityChanged();
        } else if (ctx.channel().isWritable()) {
            pump();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended(Disconnect.CLIENT_CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
            LOG.debug("connection {}: {}", ctx.channel(), cause.toString());
        } else {
            LOG.error("connection {}", ctx.channel(), cause);
        }
        closeNow();
    }

    /** The time for what the client was doing has passed. */
    void expired(ConnectionTimer.Phase phase) {
        switch (phase) {
            case CONNECTED, IDLE, LINGERING -> closeNow();
            case HEAD ->
                accept(new Received.Refused(
                        408, "The head of the request did not arrive in time.", null, false, false));
            case BODY -> accept(assembler.tooSlow());
            case HANDLING, SENDING -> cut(Disconnect.SLOW_READER, true);
        }
    }

    /**
     * Ends the connection without ending the answer.
     *
     * @param reset tell the client by a reset, which no client takes for the end of a body
     */
    void cut(Disconnect reason, boolean reset) {
        lastReceived = true;
        ended(reason);
        if (reset) {
            channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        closeNow();
    }

    void cutIfCurrent(Exchange exchange, Disconnect reason) {
        if (current == exchange && !exchange.isFinished()) {
            cut(reason, true);
        }
    }

    private void ended(Disconnect reason) {
        timer.close();
        assembler.close();
        Exchange exchange = current;
        current = null;
        if (exchange != null) {
            exchange.gone(reason);
        }
        waiting.forEach(Received::release);
        waiting.clear();
    }

    // What these come to is seen in channelInactive, whichever way they end.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void closeNow() {
        context().close();
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void closeAfterFlush() {
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void shutdownOutput() {
        SslHandler tls = channel().pipeline().get(SslHandler.class);
        if (tls != null) {
            tls.closeOutbound(); // TLS has an end of its own
        }
        ((SocketChannel) channel()).shutdownOutput();
    }

    // ---- for the exchange ------------------------------------------------------------------------------------------

    ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("connection is not open yet");
        }
        return ctx;
    }

    Channel channel() {
        return context().channel();
    }

    /** Puts bytes into the socket's queue. The void promise reports a failure to exceptionCaught. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void send(ByteBuf bytes) {
        context().write(bytes, context().voidPromise());
    }

    boolean keepsAlive() {
        return !closeAfterAnswer && !server.isStopping();
    }

    void closeAfterAnswer() {
        closeAfterAnswer = true;
        lastReceived = true;
    }

    long maxPendingStream() {
        return limits.maxPendingStream().count();
    }

    /** Any thread. Bytes that the socket has not taken. */
    long pendingBytes() {
        ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** Bytes of the buffer at the queue's head that the socket has taken, and which buffer that is. */
    long writeProgress() {
        ChannelOutboundBuffer buffer = channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.currentProgress() + ((long) System.identityHashCode(buffer.current()) << 32);
    }

    /** Any thread. Does nothing once the loops have ended, and with them every connection. */
    void runOnLoop(Runnable action) {
        try {
            channel().eventLoop().execute(action);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("event loop has ended", stopped);
        }
    }
}
