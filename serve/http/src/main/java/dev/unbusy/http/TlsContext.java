package dev.unbusy.http;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's certificate and key as they are now: read at the start, and again whenever the files change. A change that
 * cannot be used (half written, key of another certificate) leaves the old ones in place and is logged once. Thread-safe.
 */
final class TlsContext implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);
    private static final int MAX_FILE_BYTES = 1 << 20;

    private final Path certificate;
    private final Path key;
    private final Thread watcher;
    // volatile: replaced by the watcher, read by the event loops.
    private volatile SslContext current;
    /** What was tried last; the watcher's own after the start. */
    private Content tried;

    private record Content(ByteBuffer certificate, ByteBuffer key) {}

    /** @throws HttpException where the files cannot be used */
    TlsContext(TlsFiles files) {
        this.certificate = Objects.requireNonNull(files.certificate());
        this.key = Objects.requireNonNull(files.key());
        this.tried = new Content(read("tls.certificate", certificate), read("tls.key", key));
        this.current = context(tried);
        long millis = TimeUnit.SECONDS.toMillis(files.reloadSeconds());
        this.watcher = Thread.ofVirtual().name("tls-watch").start(() -> watch(millis));
    }

    /** For one new connection. */
    SslHandler newHandler(ByteBufAllocator allocator, int handshakeMillis) {
        SslHandler handler = current.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(handshakeMillis);
        return handler;
    }

    SslContext current() {
        return current;
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    private void watch(long intervalMillis) {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(intervalMillis);
                reload();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Compares contents, not times: a file system's clock is coarse, and copies keep their times. */
    void reload() {
        try {
            Content now = new Content(read("tls.certificate", certificate), read("tls.key", key));
            if (!now.equals(tried)) {
                tried = now;
                current = context(now);
                LOG.info("the certificate in {} has been read again", certificate);
            }
        } catch (HttpException e) {
            LOG.warn("the certificate was not read again, the old one stays in use: {}", e.getMessage());
        }
    }

    private SslContext context(Content content) {
        try {
            SslContext context = SslContextBuilder.forServer(
                            new ByteArrayInputStream(content.certificate().array()),
                            new ByteArrayInputStream(content.key().array()))
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
            shakeHands(context);
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw new HttpException(
                    "tls-unusable",
                    Text.of(
                            "%s and %s are no certificate and key that belong together: %s",
                            "%s 与 %s 不是一对可用的证书和私钥：%s", certificate, key, reason(e)),
                    Text.of(
                            "tls.certificate must be a PEM chain, tls.key its key in PKCS#8, not encrypted"
                                    + " (openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW).",
                            "tls.certificate 应为 PEM 证书链，tls.key 应为其 PKCS#8 格式的未加密私钥"
                                    + "（openssl pkcs8 -topk8 -nocrypt -in 旧文件 -out 新文件）。"),
                    e);
        }
    }

    /**
     * With itself, in memory: that key and certificate belong together shows only there.
     *
     * @throws SSLException where they do not
     */
    private static void shakeHands(SslContext context) throws SSLException {
        SslContext anyone = SslContextBuilder.forClient()
                .trustManager(
                        InsecureTrustManagerFactory.INSTANCE) // asks for proof of the key; whose it is does not matter
                .build();
        SslHandler serverSide = context.newHandler(ByteBufAllocator.DEFAULT);
        SslHandler clientSide = anyone.newHandler(ByteBufAllocator.DEFAULT);
        EmbeddedChannel server = new EmbeddedChannel(serverSide);
        EmbeddedChannel client = new EmbeddedChannel(clientSide);
        try {
            while (!clientSide.handshakeFuture().isDone()
                    && (pass(client, server) || pass(server, client))) {} // until nothing moves any more
            if (!clientSide.handshakeFuture().isSuccess()) {
                throw new SSLException("the key does not belong to the certificate");
            }
        } catch (DecoderException e) {
            throw new SSLException("the key does not belong to the certificate", e);
        } finally {
            client.finishAndReleaseAll();
            server.finishAndReleaseAll();
        }
    }

    private static boolean pass(EmbeddedChannel from, EmbeddedChannel to) {
        Object bytes = from.readOutbound();
        if (bytes == null) {
            return false;
        }
        to.writeInbound(bytes);
        return true;
    }

    private static String reason(Exception e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage());
    }

    private static ByteBuffer read(String setting, Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw unreadable(setting, file, Text.of("it is larger than 1 MiB", "文件大于 1 MiB"), null);
            }
            return ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw unreadable(setting, file, FileFailure.of(e), e);
        }
    }

    private static HttpException unreadable(String setting, Path file, Text why, @Nullable Exception cause) {
        return new HttpException(
                "tls-unreadable",
                Text.of("%s names %s, which cannot be read: %s", "%s 指定的 %s 无法读取：%s", setting, file, why),
                Text.of("Correct the path or the file's owner and mode.", "请修正路径，或文件的属主与权限。"),
                cause);
    }
}
