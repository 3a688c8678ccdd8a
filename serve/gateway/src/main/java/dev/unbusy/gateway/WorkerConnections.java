package dev.unbusy.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The worker connections of one event loop, idle ones kept for the next request. Client and worker side of a request share
 * their loop, so nothing here is handed from thread to thread. Used on that loop only.
 */
final class WorkerConnections {
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int RECEIVE_BUFFER_BYTES = 131_072;
    private static final int MAX_INITIAL_LINE_BYTES = 4 * 1024;

    /** Who waits for a connection. */
    interface Wanting {
        void connected(WorkerConnection connection);

        void failed(String detail);

        /** True where it gave up while the connection was being made. */
        boolean gaveUp();
    }

    private final EventLoop loop;
    private final Class<? extends Channel> channelClass;
    private final int connectTimeoutMillis;
    private final int maxIdlePerWorker;
    private final long idleNanos;
    private final AtomicInteger openCount;
    private final Map<String, ArrayDeque<WorkerConnection>> idle = new HashMap<>();
    private final Set<WorkerConnection> open = new HashSet<>();

    /** @param openCount counts the open connections of all loops together */
    WorkerConnections(
            EventLoop loop, Class<? extends Channel> channelClass, GatewayConfig config, AtomicInteger openCount) {
        this.loop = loop;
        this.channelClass = channelClass;
        this.connectTimeoutMillis = config.connectTimeoutMillis();
        this.maxIdlePerWorker = config.idleConnectionsPerWorker();
        this.idleNanos = TimeUnit.MILLISECONDS.toNanos(config.idleConnectionMillis());
        this.openCount = openCount;
    }

    /** The most recently used idle connection, or null. */
    @Nullable
    WorkerConnection takeIdle(Backend backend) {
        ArrayDeque<WorkerConnection> connections = idle.get(backend.uri().toString());
        while (connections != null && !connections.isEmpty()) {
            WorkerConnection connection = connections.removeLast();
            if (connection.isOpen()) {
                return connection;
            }
        }
        return null;
    }

    void connect(Backend backend, Wanting wanting) {
        String host = backend.uri().getHost();
        int port = backend.uri().getPort();
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address != null) {
            try {
                connect(new InetSocketAddress(InetAddress.getByAddress(address), port), backend, wanting);
            } catch (UnknownHostException e) {
                throw new IllegalStateException("4 or 16 bytes are always an address", e);
            }
            return;
        }
        // Resolving a name blocks, so it may not happen on the loop.
        Thread.ofVirtual().name("resolve-" + host).start(() -> {
            InetSocketAddress resolved = new InetSocketAddress(host, port);
            loop.execute(() -> {
                if (resolved.isUnresolved()) {
                    wanting.failed("the host name " + host + " does not resolve");
                } else {
                    connect(resolved, backend, wanting);
                }
            });
        });
    }

    private void connect(InetSocketAddress address, Backend backend, Wanting wanting) {
        WorkerConnection connection = new WorkerConnection(this, backend.uri().toString());
        SslContext tls = backend.access().tls();
        new Bootstrap()
                .group(loop)
                .channel(channelClass)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                // The kernel would take up to 6 MiB (tcp_rmem) of an answer whose client reads slowly.
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMillis)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (tls != null) {
                            SslHandler handler = tls.newHandler(
                                    channel.alloc(), backend.uri().getHost(), address.getPort());
                            handler.setHandshakeTimeoutMillis(connectTimeoutMillis);
                            channel.pipeline().addLast(handler);
                        }
                        channel.pipeline()
                                .addLast(
                                        new HttpResponseDecoder(new HttpDecoderConfig()
                                                .setMaxInitialLineLength(MAX_INITIAL_LINE_BYTES)
                                                .setMaxHeaderSize(MAX_HEADER_BYTES)),
                                        connection);
                    }
                })
                .connect(address)
                .addListener((ChannelFuture made) -> {
                    if (!made.isSuccess()) {
                        connected(connection, made, wanting);
                        return;
                    }
                    open.add(connection);
                    openCount.incrementAndGet();
                    SslHandler handler = made.channel().pipeline().get(SslHandler.class);
                    if (handler == null) {
                        connected(connection, made, wanting);
                    } else {
                        handler.handshakeFuture().addListener(shaken -> connected(connection, shaken, wanting));
                    }
                });
    }

    private void connected(WorkerConnection connection, Future<?> made, Wanting wanting) {
        if (!made.isSuccess()) {
            if (!wanting.gaveUp()) {
                wanting.failed(String.valueOf(made.cause().getMessage()));
            }
        } else if (wanting.gaveUp()) {
            giveBack(connection); // the next request will be glad of it
        } else {
            wanting.connected(connection);
        }
    }

    void giveBack(WorkerConnection connection) {
        ArrayDeque<WorkerConnection> connections =
                idle.computeIfAbsent(connection.address(), key -> new ArrayDeque<>());
        if (connections.size() >= maxIdlePerWorker) {
            connection.close();
            return;
        }
        connection.idleSince(System.nanoTime());
        connections.addLast(connection);
    }

    /** The connection has ended, whoever ended it. */
    void closed(WorkerConnection connection) {
        if (open.remove(connection)) {
            openCount.decrementAndGet();
        }
        ArrayDeque<WorkerConnection> connections = idle.get(connection.address());
        if (connections != null && connections.remove(connection) && connections.isEmpty()) {
            idle.remove(connection.address());
        }
    }

    /** Closes what has been idle for too long. */
    void tick(long nowNanos) {
        for (ArrayDeque<WorkerConnection> connections : new ArrayList<>(idle.values())) {
            while (!connections.isEmpty() && nowNanos - connections.getFirst().idleSinceNanos() >= idleNanos) {
                connections.removeFirst().close();
            }
        }
        idle.values().removeIf(ArrayDeque::isEmpty);
    }

    boolean hasIdle() {
        return !idle.isEmpty();
    }

    void closeAll() {
        for (WorkerConnection connection : new ArrayList<>(open)) {
            connection.close();
        }
    }
}
