package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.gateway.LedgerApi;
import dev.unbusy.ledger.AuditEntry;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks for keys and usage: the running service, or its ledger itself while no service has it open. Both answer the same
 * {@link LedgerApi}.
 */
final class LedgerClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final @Nullable ServiceClient service;
    private final @Nullable Ledger ledger;

    private LedgerClient(@Nullable ServiceClient service, @Nullable Ledger ledger) {
        this.service = service;
        this.ledger = ledger;
    }

    static LedgerClient of(ServiceClient service) {
        return new LedgerClient(service, null);
    }

    static LedgerClient of(LedgerHome home) {
        return new LedgerClient(null, home.open());
    }

    /**
     * @param path behind {@code /admin/v1/}
     * @param query without the question mark; may be empty
     */
    LedgerApi.Answer answer(String method, String path, String query, String body) throws InterruptedException {
        String whole = "/admin/v1/" + path;
        LedgerApi.Answer answer =
                service == null ? ofLedger(method, whole, query, body) : ofService(service, method, whole, query, body);
        if (answer.status() != 200) {
            throw new CliException(
                    answer.status() == 400 ? "ledger-value-invalid" : "service-error",
                    ServiceClient.refusal(answer.status(), answer.body().getBytes(StandardCharsets.UTF_8)),
                    Text.of(
                            "Correct what it names; `unbusy keys --help` has the options.",
                            "请按提示修改；选项见 `unbusy keys --help`。"));
        }
        return answer;
    }

    JsonNode json(String method, String path, String query, String body) throws InterruptedException {
        try {
            return JSON.readTree(answer(method, path, query, body).body());
        } catch (IOException e) {
            throw new CliException(
                    "service-error",
                    Text.of("/admin/v1/%s is not JSON", "/admin/v1/%s 返回的不是 JSON", path),
                    Text.of("Check that --url is an Unbusy service.", "请检查 --url 是否为 Unbusy 服务。"),
                    e);
        }
    }

    private LedgerApi.Answer ofLedger(String method, String path, String query, String body) {
        return new LedgerApi(Objects.requireNonNull(ledger))
                .answer(new LedgerApi.Call(method, path, query, body, AuditEntry.LOCAL));
    }

    private static LedgerApi.Answer ofService(
            ServiceClient service, String method, String path, String query, String body) throws InterruptedException {
        HttpResponse<String> response = service.ask(method, query.isEmpty() ? path : path + "?" + query, body);
        return new LedgerApi.Answer(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse(""),
                response.body(),
                response.headers().firstValue(LedgerApi.NEXT).orElse(null));
    }

    @Override
    public void close() {
        if (service != null) {
            service.close();
        }
        if (ledger != null) {
            ledger.close();
        }
    }
}
