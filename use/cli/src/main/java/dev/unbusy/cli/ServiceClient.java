package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** HTTP to one running service. */
final class ServiceClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Text CHECK_URL = Text.of(
            "Check --url (and --key); `unbusy status` shows what runs here.",
            "请检查 --url（以及 --key）；`unbusy status` 可查看本机正在运行的服务。");

    private final HttpClient http;
    private final URI base;
    private final @Nullable String key;

    /**
     * @param certificate the only one to trust; null for those that the Java runtime trusts
     * @throws CliException if the key cannot stand in a header, or the certificate cannot be read
     */
    ServiceClient(URI base, @Nullable String key, @Nullable Path certificate) {
        this.base = base;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        this.http =
                (certificate == null ? builder : builder.sslContext(PinnedCertificate.context(certificate))).build();
        this.key = key;
        if (key != null && !key.matches("[\\x21-\\x7e]+")) {
            throw new CliException(
                    "usage",
                    Text.of("--key has characters that no API key has", "--key 中含有 API 密钥不会使用的字符"),
                    Text.of("Give the key as it was created, without blanks.", "请原样填写创建时得到的密钥，不含空白字符。"));
        }
    }

    /** Where the service listens. */
    URI base() {
        return base;
    }

    /** The body of a 200 answer. */
    String get(String path) throws InterruptedException {
        HttpResponse<String> response = getAny(path);
        if (response.statusCode() != 200) {
            throw new CliException(
                    "service-error",
                    Text.of(
                            "%s: %s",
                            "%s：%s",
                            response.uri(),
                            refusal(response.statusCode(), response.body().getBytes(UTF_8))),
                    CHECK_URL);
        }
        return response.body();
    }

    /** The same as JSON. */
    JsonNode getJson(String path) throws InterruptedException {
        String body = get(path);
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new CliException(
                    "service-error", Text.of("%s%s is not JSON", "%s%s 返回的不是 JSON", base, path), CHECK_URL, e);
        }
    }

    HttpResponse<String> getAny(String path) throws InterruptedException {
        HttpRequest request =
                request(path).timeout(Duration.ofSeconds(10)).GET().build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** Any call of the admin API; the answer is not judged. */
    HttpResponse<String> ask(String method, String path, String body) throws InterruptedException {
        HttpRequest request = request(path)
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** Sends JSON; the caller reads and closes the body. */
    HttpResponse<InputStream> post(String path, String json) throws InterruptedException {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path));
        if (key != null) {
            builder.header("Authorization", "Bearer " + key);
        }
        return builder;
    }

    /** What an answer other than 200 says: the API's envelope if it has one, else the beginning of what it has. */
    static Text refusal(int status, byte[] body) {
        String message;
        try {
            message = JSON.readTree(body).path("error").path("message").asText("");
        } catch (IOException e) {
            message = "";
        }
        if (message.isEmpty()) {
            String text = new String(body, UTF_8).strip();
            message =
                    text.startsWith("<") ? "" : text.lines().findFirst().orElse(""); // a page for browsers says nothing
            message = message.substring(0, Math.min(message.length(), 200));
        }
        return message.isEmpty()
                ? Text.of("The service refused with status %d", "服务拒绝了请求，状态码 %d", status)
                : Text.of("The service refused (%d): %s", "服务拒绝了请求（%d）：%s", status, message);
    }

    /** Why there is no answer, without the names of classes. */
    static Text reason(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return Text.of("the host name is unknown", "主机名无法解析");
            }
        }
        return switch (e) {
            case ConnectException refused -> Text.of("nothing listens there", "该地址上没有服务在监听");
            case HttpTimeoutException late -> Text.of("no answer in time", "等待应答超时");
            case SSLException tls -> Text.of("no TLS there (%s)", "该地址不支持 TLS（%s）", message(tls));
            default -> Text.of("the connection broke (%s)", "连接断开（%s）", message(e));
        };
    }

    private static String message(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private CliException unreachable(IOException e) {
        return new CliException(
                "service-unreachable",
                Text.of("%s does not answer: %s", "%s 没有应答：%s", base, reason(e)),
                Text.of(
                        "See what runs with `unbusy status`; start a service with `unbusy up`, or correct --url.",
                        "请用 `unbusy status` 查看正在运行的服务，用 `unbusy up` 启动服务，或修改 --url。"),
                e);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
