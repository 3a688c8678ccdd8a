package dev.unbusy.http;

import dev.unbusy.text.Text;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening HTTP/1.1 server on event loops of its own. Lifetime: {@link #start} to {@link #close}, which lets running
 * exchanges finish first.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int BACKLOG = 4_096;
    private static final int SEND_BUFFER_BYTES = 131_072;

    private final HttpServerOptions options;
    private final ExchangeHandler handler;
    private final EventLoopGroup loops;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final BodyBudget bodies;
    private final LongAdder refused = new LongAdder();
    private final @Nullable TlsContext tls;

    // volatile: set by whoever stops the server, read by its event loops.
    private volatile boolean stopping;

    @SuppressWarnings("NullAway.Init") // set by start() before anybody has the server
    private Channel listener;

    private HttpServer(HttpServerOptions options, ExchangeHandler handler) {
        this.options = options;
        this.handler = handler;
        this.bodies = new BodyBudget(options.limits().maxBodies().count());
        this.tls = options.tls().isSet() ? new TlsContext(options.tls()) : null;
        this.loops = Transport.current().newEventLoops(options.name(), options.eventLoopThreads());
    }

    /** @throws HttpException where the address cannot be listened on */
    public static HttpServer start(HttpServerOptions options, ExchangeHandler handler) {
        InetSocketAddress address = resolve(options);
        HttpServer server = new HttpServer(options, handler);
        try {
            server.listener = server.bind(address);
            return server;
        } catch (Throwable failure) {
            server.endLoops();
            throw ListenFailure.of(options, failure);
        }
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** {@code http://HOST:PORT}, or {@code https:}; where it listens on every address, the loopback one. */
    public String url() {
        InetAddress address = ((InetSocketAddress) listener.localAddress()).getAddress();
        String host = options.host();
        if (address.isAnyLocalAddress()) {
            host = address instanceof java.net.Inet6Address ? "::1" : "127.0.0.1";
        }
        return (tls == null ? "http://" : "https://") + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":"
                + port();
    }

    public int openConnections() {
        return connections.size();
    }

    /** Memory of request bodies, those that handlers have not released included. */
    public long heldBodyBytes() {
        return bodies.takenBytes();
    }

    /** Requests that no handler saw, since they broke HTTP or a limit. */
    public long refusedRequests() {
        return refused.sum();
    }

    /** New connections are refused, idle ones end, and each running answer is the last of its connection. */
    public void stopAccepting() {
        if (loops.isShuttingDown()) {
            return; // closed before
        }
        stopping = true;
        listener.close().syncUninterruptibly();
        for (Connection connection : connections) {
            connection.runOnLoop(connection::stop);
        }
    }

    /** Stops without waiting for running exchanges. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /**
     * Stops: exchanges that run may finish within the given time, then their connections are cut. Blocks; not for event
     * loops.
     *
     * @return whether all of them finished
     */
    public boolean close(Duration drain) {
        stopAccepting();
        boolean drained = awaitNoConnections(System.nanoTime() + drain.toNanos());
        if (!drained) {
            LOG.info(
                    "{}: {} connections cut after {} s of draining",
                    options.name(),
                    connections.size(),
                    drain.toSeconds());
            for (Connection connection : connections) {
                connection.runOnLoop(() -> connection.cut(Disconnect.SERVER_CLOSED, false));
            }
        }
        endLoops();
        return drained;
    }

    private void endLoops() {
        if (tls != null) {
            tls.close();
        }
        if (!loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS)) {
            LOG.warn("{}: an event loop is stuck in a handler and was left behind", options.name());
        }
    }

    HttpServerOptions options() {
        return options;
    }

    ExchangeHandler handler() {
        return handler;
    }

    BodyBudget bodies() {
        return bodies;
    }

    boolean isStopping() {
        return stopping;
    }

    void countRefused() {
        refused.increment();
    }

    private Channel bind(InetSocketAddress address) throws InterruptedException {
        return new ServerBootstrap()
                .group(loops)
                .channel(Transport.current().serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new AcceptFailures(options.name(), connections::size))
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                // The kernel would take up to 4 MiB of each slow reader's stream (tcp_wmem) before anybody notices.
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(Connection.HIGH_WATER_BYTES / 2, Connection.HIGH_WATER_BYTES))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                })
                .bind(address)
                .sync()
                .channel();
    }

    private void accept(SocketChannel channel) {
        if (tls != null) {
            channel.pipeline()
                    .addLast(tls.newHandler(channel.alloc(), options.limits().headMillis()));
        }
        if (connections.size() >= options.limits().maxConnections()) {
            refused.increment();
            Received.Refused refusal = new Received.Refused(
                    503, "The server has too many open connections. Try again shortly.", null, false, false);
            ByteBuf out = Refusal.bytes(channel.alloc(), options.errorBody(), refusal, RequestIds.next());
            channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        Connection connection = new Connection(this);
        connections.add(connection);
        channel.closeFuture().addListener(closed -> forget(connection));
        channel.pipeline().addLast(new RequestDecoder(options.limits(), connection), connection);
        if (stopping) {
            connection.runOnLoop(connection::stop); // accepted while the listener closed, too late for stopAccepting
        }
    }

    private void forget(Connection connection) {
        connections.remove(connection);
        if (stopping) {
            synchronized (connections) {
                connections.notifyAll();
            }
        }
    }

    private boolean awaitNoConnections(long deadlineNanos) {
        boolean interrupted = false;
        try {
            synchronized (connections) {
                while (!connections.isEmpty()) {
                    long left = deadlineNanos - System.nanoTime();
                    if (left <= 0 || interrupted) {
                        return false;
                    }
                    try {
                        TimeUnit.NANOSECONDS.timedWait(connections, left);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                return true;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static InetSocketAddress resolve(HttpServerOptions options) {
        try {
            return new InetSocketAddress(InetAddress.getByName(options.host()), options.port());
        } catch (UnknownHostException e) {
            throw new HttpException(
                    "address-unusable",
                    Text.of("the host name \"%s\" to listen on cannot be resolved", "无法解析要监听的主机名“%s”", options.host()),
                    Text.of("use --host 127.0.0.1, or an address of this machine", "请使用 --host 127.0.0.1，或本机的某个地址"),
                    e);
        }
    }
}
