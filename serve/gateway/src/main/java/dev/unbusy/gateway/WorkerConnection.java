package dev.unbusy.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection to a worker, the last handler of its pipeline. Carries one request at a time for its
 * {@link User}; between requests it lies in the {@link WorkerConnections} of its event loop, where a byte or a close from
 * the worker discards it.
 */
final class WorkerConnection extends ChannelInboundHandlerAdapter {

    /** Who gets the answer. After {@code ended} or {@code lost} nothing more is called. */
    interface User {
        /** @param untilClose the body has no length: it ends when the worker closes, which looks the same as a loss */
        void head(HttpResponse response, boolean untilClose);

        /** @param content taken over by the callee */
        void content(ByteBuf content);

        /** The answer is complete and the connection is no longer the user's. */
        void ended();

        void lost(Loss loss, String detail);

        /** Everything that one read of the socket brought has been handed over: the moment to flush. */
        void readComplete();
    }

    private final WorkerConnections pool;
    private final String address;
    private @Nullable User user;
    private @Nullable Channel channel;
    private boolean headSeen;
    private boolean skipping1xx;
    private boolean reusable;
    private boolean readPaused;
    private long exchanges;
    private long idleSinceNanos;

    WorkerConnection(WorkerConnections pool, String address) {
        this.pool = pool;
        this.address = address;
    }

    String address() {
        return address;
    }

    /** True where an earlier request has been answered on it: the worker may have closed it in the meantime. */
    boolean usedBefore() {
        return exchanges > 0;
    }

    /** True once the head of the current answer has arrived. */
    boolean headSeen() {
        return headSeen;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    void idleSince(long nowNanos) {
        idleSinceNanos = nowNanos;
    }

    boolean isOpen() {
        return channel != null && channel.isActive();
    }

    /** Sends one request; both buffers are taken over. */
    @SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the connection, which is noticed there
    void send(User newUser, ByteBuf head, ByteBuf body) {
        Channel open = channel;
        if (open == null || user != null) {
            head.release();
            body.release();
            throw new IllegalStateException(open == null ? "not connected" : "carries another request already");
        }
        user = newUser;
        headSeen = false;
        skipping1xx = false;
        reusable = false;
        open.write(head, open.voidPromise());
        open.writeAndFlush(body, open.voidPromise());
    }

    /** Back pressure: a slow client stops the reading from its worker. */
    void pauseReading(boolean pause) {
        if (channel != null && readPaused != pause) {
            readPaused = pause;
            channel.config().setAutoRead(!pause);
        }
    }

    /** Gives the answer up. Closing is what tells the worker to stop. */
    void abandon() {
        user = null;
        close();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closing cannot fail in a way that anybody could act on
    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (user == null) {
            ReferenceCountUtil.release(message);
            close(); // an answer that nobody asked for
            return;
        }
        if (((HttpObject) message).decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            lose(
                    Loss.GARBAGE,
                    String.valueOf(
                            ((HttpObject) message).decoderResult().cause().getMessage()));
            return;
        }
        if (message instanceof HttpResponse response) {
            if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                skipping1xx = true;
            } else {
                headSeen = true;
                boolean untilClose =
                        !HttpUtil.isTransferEncodingChunked(response) && !HttpUtil.isContentLengthSet(response);
                reusable = HttpUtil.isKeepAlive(response) && !untilClose;
                user.head(response, untilClose);
            }
        }
        if (message instanceof HttpContent content) {
            content(content);
        }
    }

    private void content(HttpContent message) {
        boolean last = message instanceof LastHttpContent;
        ByteBuf bytes = message.content();
        User current = user;
        if (skipping1xx || current == null || !bytes.isReadable()) {
            message.release();
        } else {
            current.content(bytes);
        }
        if (!last) {
            return;
        }
        if (skipping1xx) {
            skipping1xx = false;
        } else if (user != null) {
            User finished = user;
            user = null;
            exchanges++;
            pauseReading(false);
            if (reusable && isOpen()) {
                pool.giveBack(this);
            } else {
                close();
            }
            finished.ended();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (user != null) {
            user.readComplete();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pool.closed(this);
        lose(
                Loss.CLOSED,
                headSeen
                        ? "the connection ended in the middle of the answer"
                        : "the connection ended before the answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lose(Loss.CLOSED, String.valueOf(cause.getMessage()));
    }

    private void lose(Loss loss, String detail) {
        User current = user;
        user = null;
        close();
        if (current != null) {
            current.lost(loss, detail);
        }
    }
}
