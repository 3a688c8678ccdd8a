package dev.unbusy.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket that cannot accept, nearly always for lack of file descriptors: it rests for a second, since it would
 * fail again at once and burn a core, and the operator is told what to do, not more than every {@value #QUIET_SECONDS} s.
 * Connections that are open go on. (Netty's own acceptor rests too, but leaves a stack trace each time.) Used on the listener's
 * event loop.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);
    static final int REST_MILLIS = 1_000;
    private static final int QUIET_SECONDS = 60;

    private final String name;
    private final IntSupplier open;
    private long toldNanos = System.nanoTime() - TimeUnit.SECONDS.toNanos(QUIET_SECONDS);

    /** @param open connections that are open now */
    AcceptFailures(String name, IntSupplier open) {
        this.name = name;
        this.open = open;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // where the loop has ended, nobody is to be accepted
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        long now = System.nanoTime();
        if (now - toldNanos >= TimeUnit.SECONDS.toNanos(QUIET_SECONDS)) {
            toldNanos = now;
            LOG.error(
                    "{}: new connections cannot be accepted ({}); {} are open and go on. Each client takes one file"
                            + " descriptor and its answer's worker another: raise the limit (`ulimit -Hn`, LimitNOFILE= of"
                            + " a service) and start again",
                    name,
                    cause.getMessage(),
                    open.getAsInt());
        }
        if (ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), REST_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
