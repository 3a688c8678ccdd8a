package dev.unbusy.gateway;

import dev.unbusy.http.HttpLimits;
import dev.unbusy.ledger.EmbeddedLedger;
import dev.unbusy.ledger.KeyLimits;
import dev.unbusy.ledger.KeyScope;
import dev.unbusy.ledger.KeySpec;
import dev.unbusy.ledger.LedgerOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A gateway with one worker and a real ledger. */
final class WithKeys implements AutoCloseable {
    final EmbeddedLedger ledger;
    final FakeWorker worker;
    final Running running;

    WithKeys(Path directory) throws IOException {
        this(directory, Running.CONFIG);
    }

    WithKeys(Path directory, GatewayConfig config) throws IOException {
        ledger = EmbeddedLedger.open(LedgerOptions.in(directory));
        worker = new FakeWorker("a");
        running = new Running(config, HttpLimits.DEFAULT, ledger).with(worker, Backend.State.READY);
    }

    /** @return the key as its owner sends it */
    String key(KeySpec spec) {
        return ledger.createKey(spec, "local").plaintext();
    }

    static KeySpec spec(String tenant, KeyLimits limits, long budgetTokens, String... models) {
        return new KeySpec("", tenant, Set.of(KeyScope.INFERENCE), Set.of(models), limits, 1, budgetTokens, null);
    }

    static KeyLimits limits(long requestsPerMinute, long tokensPerMinute, int concurrency) {
        return new KeyLimits(requestsPerMinute, tokensPerMinute, concurrency);
    }

    HttpRequest chat(String key) {
        return running.chat(false, "authorization", "Bearer " + key);
    }

    HttpResponse<String> send(String method, String path, @Nullable String key, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(running.gateway.url() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("authorization", "Bearer " + key);
        }
        return running.send(request.build());
    }

    HttpResponse<String> get(String path, @Nullable String key) throws IOException, InterruptedException {
        return send("GET", path, key, "");
    }

    @Override
    public void close() throws IOException {
        running.close();
        worker.close();
        ledger.close();
    }
}
