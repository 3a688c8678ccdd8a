package dev.unbusy.cli;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** HTTP to one running service. */
final class ServiceClient implements AutoCloseable {
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;
    private final @Nullable String key;

    ServiceClient(URI base, @Nullable String key) {
        this.base = base;
        this.key = key;
    }

    /** The body of a 200 answer. */
    String get(String path) throws InterruptedException {
        HttpRequest request =
                request(path).timeout(Duration.ofSeconds(10)).GET().build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new CliException(
                        "service-error",
                        Text.of("%s answers %d", "%s 返回状态码 %d", request.uri(), response.statusCode()),
                        Text.of("Check --url; it must be an Unbusy gateway.", "请检查 --url，它必须指向 Unbusy 网关。"));
            }
            return response.body();
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

    private CliException unreachable(IOException e) {
        return new CliException(
                "service-unreachable",
                Text.of("%s does not answer: %s", "%s 没有应答：%s", base, e),
                Text.of("Check that it runs: `unbusy status`.", "请用 `unbusy status` 检查服务是否在运行。"),
                e);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
