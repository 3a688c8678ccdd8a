package dev.unbusy.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How sockets are served on this machine: native epoll where its library loads (Linux), else the JDK's selectors. */
public enum Transport {
    EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class),
    NIO(NioServerSocketChannel.class, NioSocketChannel.class);

    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

    private final Class<? extends ServerSocketChannel> server;
    private final Class<? extends SocketChannel> socket;

    Transport(Class<? extends ServerSocketChannel> server, Class<? extends SocketChannel> socket) {
        this.server = server;
        this.socket = socket;
    }

    /** The transport of every server and client of this process. */
    public static Transport current() {
        return Current.TRANSPORT;
    }

    public Class<? extends ServerSocketChannel> serverChannel() {
        return server;
    }

    /** For clients that connect on the event loop of an exchange. */
    public Class<? extends SocketChannel> socketChannel() {
        return socket;
    }

    /** Daemon threads named {@code NAME-loop-0…}; 0 threads: one per core. */
    public EventLoopGroup newEventLoops(String name, int threads) {
        IoHandlerFactory factory = this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name + "-loop", true), factory);
    }

    /** Loads the native library on first use, not when the enum is. */
    private static final class Current {
        private static final String MACHINE_ID = "io.netty.machineId";
        private static final String LEAK_DETECTION = "io.netty.leakDetection.level";
        private static final int MACHINE_ID_BYTES = 8;
        private static final Transport TRANSPORT = choose();

        private static Transport choose() {
            // Netty follows one buffer in 128 with a stack trace, to tell of those that are never released. The
            // tests do so for every buffer; here it costs time and could only be reported.
            if (System.getProperty(LEAK_DETECTION) == null) {
                ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
            }
            // Netty tells its channels apart by the machine's hardware address, which takes long to find where there
            // are
            // many and is warned of where there is none. Nobody reads these names across machines.
            if (System.getProperty(MACHINE_ID) == null) {
                byte[] random = new byte[MACHINE_ID_BYTES];
                ThreadLocalRandom.current().nextBytes(random);
                System.setProperty(MACHINE_ID, HexFormat.ofDelimiter(":").formatHex(random));
            }
            if (Epoll.isAvailable()) {
                return EPOLL;
            }
            LOG.debug("native epoll is not available, using NIO", Epoll.unavailabilityCause());
            return NIO;
        }
    }
}
