package dev.unbusy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTPS with real certificates, made by the JDK's keytool. */
class TlsTest {
    private static final String GET = "GET /x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

    @TempDir
    private Path directory;

    @Test
    void anAnswer_comesOverTls_largeAndSmall() throws Exception {
        Path certificate = make("one");
        try (HttpServer server = start(1, exchange -> exchange.respond(200, "text/plain", "x".repeat(300_000)))) {
            assertThat(server.url()).startsWith("https://");
            assertThat(ask(server, certificate, GET)).startsWith("HTTP/1.1 200").endsWith("x".repeat(300_000));
        }
    }

    @Test
    void filesThatCannotBeUsedAnyMore_leaveTheOldOnesInPlace_untilTheyCan() throws Exception {
        make("one");
        try (TlsContext context = new TlsContext(files(86_400))) {
            SslContext first = context.current();
            context.reload();
            assertThat(context.current()).as("unchanged files").isSameAs(first);
            Files.writeString(directory.resolve("tls.crt"), "-----BEGIN CERTIFICATE-----\nhalf");
            context.reload();
            assertThat(context.current()).isSameAs(first);
            make("two");
            context.reload();
            assertThat(context.current()).isNotSameAs(first);
        }
    }

    @Test
    void aRunningServer_takesTheNewCertificateByItself() throws Exception {
        make("one");
        try (HttpServer server = start(1, TestServers::echo)) {
            Path second = make("two");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            boolean seen = false;
            while (!seen && System.nanoTime() < deadline) {
                try {
                    seen = ask(server, second, GET).startsWith("HTTP/1.1 200");
                } catch (javax.net.ssl.SSLException stillTheOldOne) {
                    seen = false;
                }
            }
            assertThat(seen).isTrue();
        }
    }

    @Test
    void plainHttpAndGarbage_endTheirConnectionAndNothingElse() throws Exception {
        Path certificate = make("one");
        try (HttpServer server = start(86_400, TestServers::echo)) {
            for (String bytes : new String[] {GET, "\u0016\u0003\u0001garbage", ""}) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    socket.setSoTimeout(20_000);
                    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                    assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                            .doesNotContain("HTTP/1.1 200");
                }
            }
            assertThat(ask(server, certificate, GET)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aRefusal_reachesTheClient_thoughItStillSends() throws Exception {
        Path certificate = make("one");
        try (HttpServer server = start(86_400, TestServers::echo)) {
            assertThat(ask(server, certificate, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n"))
                    .startsWith("HTTP/1.1 413");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "garbage", "foreign key"})
    void filesThatCannotBeUsed_areNamedAtTheStart(String what) throws Exception {
        make("one");
        switch (what) {
            case "missing" -> Files.delete(directory.resolve("tls.key"));
            case "garbage" -> Files.writeString(directory.resolve("tls.key"), "no key");
            default -> {
                Path key = Files.copy(directory.resolve("tls.key"), directory.resolve("other.key"));
                make("two");
                Files.copy(key, directory.resolve("tls.key"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
        assertThatThrownBy(() -> start(5, TestServers::echo)).isInstanceOfSatisfying(HttpException.class, e -> {
            assertThat(e.code()).isIn("tls-unreadable", "tls-unusable");
            assertThat(e.getMessage()).contains("tls.key");
        });
    }

    @Test
    void oneFileWithoutTheOther_isSaid() {
        assertThatThrownBy(() -> new TlsFiles(Path.of("a"), null, 5)).hasMessageContaining("tls.key is not");
        assertThatThrownBy(() -> new TlsFiles(null, Path.of("a"), 5)).hasMessageContaining("tls.certificate is not");
    }

    private HttpServer start(int reloadSeconds, ExchangeHandler handler) {
        return HttpServer.start(
                new HttpServerOptions("test", "127.0.0.1", 0, ErrorBody.PLAIN)
                        .withEventLoopThreads(1)
                        .withTls(files(reloadSeconds)),
                handler);
    }

    private TlsFiles files(int reloadSeconds) {
        return new TlsFiles(directory.resolve("tls.crt"), directory.resolve("tls.key"), reloadSeconds);
    }

    /** Writes a new pair over the old one. @return the certificate */
    private Path make(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "secret",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
        Files.writeString(
                directory.resolve("tls.key"),
                pem("PRIVATE KEY", keys.getKey("a", "secret".toCharArray()).getEncoded()));
        return Files.writeString(
                directory.resolve("tls.crt"),
                pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    private static Certificate certificate(Path pem) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
    }

    private static String ask(HttpServer server, Path certificate, String request) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", certificate(certificate));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket)
                        context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port());
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            socket.setSoTimeout(20_000);
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
