package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A foreign server behind HTTPS, a path and a key, as a proxy before vLLM has them. Certificates by the JDK's keytool. */
class SecureBackendTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    Path directory;

    private final BlockingQueue<Backend> seen = new LinkedBlockingQueue<>();
    // volatile: changed by tests, read by the server's thread.
    private volatile String wanted = "sk-first";
    private HttpsServer server;
    private String url;
    private Path key;

    @BeforeEach
    void start() throws Exception {
        serve("dns:localhost,ip:127.0.0.1");
        key = Files.writeString(directory.resolve("key"), "sk-first\n");
    }

    private void serve(String names) throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate(names)));
        server.createContext("/", this::answer);
        server.start();
        url = "https://127.0.0.1:" + server.getAddress().getPort() + "/team-a";
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private SSLContext certificate(String names) throws Exception {
        Path store = directory.resolve("store.p12");
        Files.deleteIfExists(store);
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
                        "CN=backend",
                        "-ext",
                        "san=" + names,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        Files.writeString(
                directory.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate("a").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        boolean known = ("Bearer " + wanted).equals(exchange.getRequestHeaders().getFirst("authorization"));
        String path = exchange.getRequestURI().getPath();
        String body = switch (path) {
            case "/team-a/v1/models" -> "{\"object\":\"list\",\"data\":[{\"id\":\"starter\",\"max_model_len\":4096}]}";
            case "/team-a/v1/chat/completions" ->
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"starter\",\"choices\":[{\"index\":0,\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}}";
            default -> "";
        };
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(
                known ? (bytes.length == 0 ? 404 : 200) : 401, known && bytes.length > 0 ? bytes.length : -1);
        if (known && bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private ForeignConfig config(String named, @Nullable Path ca) {
        return new ForeignConfig(List.of(named), Map.of(url, key.toString()), ca, 50, 5_000, 60, 60);
    }

    private Backend await(Backends backends, Predicate<Backend> wanted) throws InterruptedException {
        Backend next;
        do {
            next = seen.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("%s", backends.snapshot().backends()).isNotNull();
        } while (!wanted.test(next));
        return next;
    }

    private static Predicate<Backend> is(Backend.State state) {
        return backend -> backend.state() == state;
    }

    private static Predicate<Backend> says(String words) {
        return backend -> backend.reason().contains(words);
    }

    @Test
    void requests_goThroughTlsAndPathAndKey_andAChangedKeyIsReadAgain() throws Exception {
        try (Running running = new Running()) {
            running.backends.addListener(snapshot -> snapshot.backends().forEach(seen::add));
            try (ForeignBackends foreign =
                    ForeignBackends.start(config(url + "/v1/", directory.resolve("ca.pem")), running.backends)) {
                Backend ready = await(running.backends, is(Backend.State.READY));
                assertThat(ready.toString()).doesNotContain("sk-first").contains("with a key");
                for (int i = 0; i < 3; i++) {
                    HttpResponse<String> answer = running.send(running.chat(false));
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                    assertThat(answer.body()).contains("Hello");
                }
                wanted = "sk-second";
                Backend refused = await(running.backends, is(Backend.State.STARTING));
                assertThat(refused.reason())
                        .contains("401", "backends.key_files")
                        .doesNotContain("sk-");
                Files.writeString(key, "sk-second");
                await(running.backends, is(Backend.State.READY));
                assertThat(running.send(running.chat(false)).statusCode()).isEqualTo(200);
                assertThat(foreign).isNotNull();
            }
        }
    }

    @Test
    void aCertificateOfSomebodyElse_isNotBelieved() throws Exception {
        Backends backends = new Backends();
        backends.addListener(snapshot -> snapshot.backends().forEach(seen::add));
        try (ForeignBackends foreign = ForeignBackends.start(config(url, null), backends)) {
            Backend refused = await(backends, says("no secure connection"));
            assertThat(refused.reason()).contains("backends.ca_file");
            assertThat(foreign).isNotNull();
        }
        server.stop(0);
        seen.clear();
        serve("dns:elsewhere.example");
        try (ForeignBackends foreign = ForeignBackends.start(config(url, directory.resolve("ca.pem")), backends)) {
            await(backends, says("no secure connection"));
            assertThat(foreign).isNotNull();
        }
    }

    @Test
    void filesThatCannotBeUsed_areNamed() throws Exception {
        Backends backends = new Backends();
        Path two = Files.writeString(directory.resolve("two"), "sk one\nsk two");
        assertThatThrownBy(() -> ForeignBackends.start(
                        new ForeignConfig(List.of(url), Map.of(url, two.toString()), null, 50, 50, 60, 60), backends))
                .hasMessageContaining(two.toString())
                .hasMessageNotContaining("sk one");
        assertThatThrownBy(() -> ForeignBackends.start(
                        new ForeignConfig(List.of(url), Map.of(url, "/nowhere/key"), null, 50, 50, 60, 60), backends))
                .hasMessageContaining("/nowhere/key");
        assertThatThrownBy(() -> ForeignBackends.start(
                        new ForeignConfig(List.of(url), Map.of("http://other:1", key.toString()), null, 50, 50, 60, 60),
                        backends))
                .hasMessageContaining("http://other:1");
        assertThatThrownBy(() -> ForeignBackends.start(config(url, two), backends))
                .hasMessageContaining(two.toString());
        assertThat(backends.snapshot().backends()).isEmpty();
    }
}
