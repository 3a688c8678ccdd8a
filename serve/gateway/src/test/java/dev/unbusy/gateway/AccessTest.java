package dev.unbusy.gateway;

import static dev.unbusy.gateway.WithKeys.limits;
import static dev.unbusy.gateway.WithKeys.spec;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.ledger.KeyLimits;
import dev.unbusy.ledger.KeyScope;
import dev.unbusy.ledger.KeySpec;
import dev.unbusy.ledger.TenantRecord;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
    @TempDir
    private Path directory;

    private WithKeys all;

    @BeforeEach
    void open() throws Exception {
        all = new WithKeys(directory);
    }

    @AfterEach
    void close() throws Exception {
        all.close();
    }

    private static String message(HttpResponse<String> answer) throws Exception {
        return Running.error(answer.body()).path("message").asText();
    }

    @Test
    void untilThereIsAKey_nobodyIsAskedForOne_andFromThenOnEverybodyIs() throws Exception {
        assertThat(all.running.send(all.running.chat(false)).statusCode()).isEqualTo(200);
        assertThat(all.get("/admin/v1/status", null).statusCode()).isEqualTo(200);
        String key = all.key(KeySpec.inference("acme"));
        HttpResponse<String> without = all.running.send(all.running.chat(false));
        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(without.headers().firstValue("www-authenticate")).hasValue("Bearer");
        assertThat(message(without)).contains("unbusy keys create").contains("x-api-key");
        assertThat(all.running.send(all.chat(key)).statusCode()).isEqualTo(200);
        assertThat(all.running.send(all.running.chat(false, "x-api-key", key)).statusCode())
                .isEqualTo(200);
        assertThat(all.get("/healthz", null).statusCode()).isEqualTo(200);
        assertThat(all.get("/readyz", null).statusCode()).isEqualTo(200);
        for (String path : List.of("/v1/models", "/metrics", "/admin/v1/status", "/admin/v1/keys", "/user/balance")) {
            assertThat(all.get(path, null).statusCode()).as(path).isEqualTo(401);
        }
        assertThat(all.worker.calls()).as("what was refused reached no worker").isEqualTo(3);
    }

    @Test
    void aKeyThatIsNone_isRefusedInItsOwnWords_withoutShowingIt() throws Exception {
        String key = all.key(KeySpec.inference("acme"));
        String forged = key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
        Map<String, String> words = Map.of("sk-1234", "form of a key", forged, "no such key");
        for (Map.Entry<String, String> wrong : words.entrySet()) {
            HttpResponse<String> answer = all.running.send(all.chat(wrong.getKey()));
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(message(answer)).contains(wrong.getValue()).doesNotContain(wrong.getKey());
            assertThat(Running.error(answer.body()).path("type").asText()).isEqualTo("authentication_error");
        }
        all.ledger.revokeKey(key.substring(3, 15), "local");
        HttpResponse<String> revoked = all.running.send(all.chat(key));
        assertThat(revoked.statusCode()).isEqualTo(401);
        assertThat(message(revoked)).contains("revoked");
    }

    @Test
    void scopesDoNotContainEachOther_andTheLocalTokenOpensAll() throws Exception {
        String user = all.key(KeySpec.inference("acme"));
        String admin = all.key(KeySpec.admin("ops"));
        HttpResponse<String> refused = all.get("/admin/v1/keys", user);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(message(refused)).contains(user.substring(3, 15)).contains("admin");
        assertThat(all.running.send(all.chat(admin)).statusCode()).isEqualTo(403);
        for (String path : List.of("/admin/v1/keys", "/admin/v1/status", "/metrics", "/v1/models")) {
            assertThat(all.get(path, admin).statusCode()).as(path).isEqualTo(200);
            assertThat(all.get(path, all.running.token.text()).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        assertThat(all.running.send(all.chat(all.running.token.text())).statusCode())
                .isEqualTo(200);
        assertThat(all.running.token.toString()).doesNotContain(all.running.token.text());
    }

    @Test
    void aKeyForSomeModels_seesAndUsesThese_underAnyNameOfTheirs() throws Exception {
        String other = all.key(spec("acme", KeyLimits.NONE, 0, "another-model"));
        String alias = all.key(spec("acme", KeyLimits.NONE, 0, "starter"));
        HttpResponse<String> refused = all.running.send(all.chat(other));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(Running.error(refused.body()).path("code").asText()).isEqualTo("model_not_allowed");
        assertThat(message(refused)).contains("another-model");
        assertThat(Running.JSON.readTree(all.get("/v1/models", other).body()).path("data"))
                .isEmpty();
        assertThat(all.running.send(all.chat(alias)).statusCode()).isEqualTo(200);
        FakeWorker.Call call = all.worker.call();
        assertThat(call.header("x-unbusy-tenant"))
                .as("the worker shares by tenant too")
                .isEqualTo("acme");
        assertThat(call.header("x-unbusy-price")).isEqualTo("1.0");
        assertThat(call.header("authorization")).as("no key leaves the gateway").isEmpty();
        assertThat(all.get("/v1/models/starter", other).statusCode()).isEqualTo(404);
        assertThat(Running.JSON.readTree(all.get("/v1/models", alias).body()).path("data"))
                .hasSize(1);
    }

    @Test
    void whereKeysAreAskedFor_theGatewayIsReachedUnderAnyName() throws Exception {
        try (RawClient client = new RawClient(all.running.gateway)) {
            client.send("GET /v1/models HTTP/1.1\r\nhost: models.example\r\n\r\n");
            assertThat(client.readUntil("\"code\"")).startsWith("HTTP/1.1 403");
        }
        all.key(KeySpec.inference("acme"));
        try (RawClient client = new RawClient(all.running.gateway)) {
            client.send("GET /v1/models HTTP/1.1\r\nhost: models.example\r\n\r\n");
            assertThat(client.readUntil("\"code\"")).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void aBudget_isHeldWhileRequestsRun_andTheBalanceTellsWhatIsLeft() throws Exception {
        // A prompt of a few tokens and an answer that is taken for max_tokens where it gives them.
        String key = all.key(spec("acme", KeyLimits.NONE, 100));
        String body = Running.body(false).replace("{\"model\"", "{\"max_tokens\":60,\"model\"");
        all.worker.then(call -> {
            call.hold();
            call.json(200, FakeWorker.completion("hello"));
        });
        var first =
                all.running.sendAsync(all.running.post("/v1/chat/completions", body, "authorization", "Bearer " + key));
        FakeWorker.Call running = all.worker.call();
        HttpResponse<String> second =
                all.running.send(all.running.post("/v1/chat/completions", body, "authorization", "Bearer " + key));
        assertThat(second.statusCode()).isEqualTo(402);
        assertThat(message(second)).startsWith("Insufficient Balance").contains("100 tokens");
        running.go();
        assertThat(first.get().statusCode()).isEqualTo(200);
        JsonNode balance = Running.JSON.readTree(all.get("/user/balance", key).body());
        assertThat(balance.path("is_available").asBoolean()).isTrue();
        assertThat(balance.path("balance_infos").path(0).path("total_balance").asText())
                .as("7 of prompt and 5 of answer are used")
                .isEqualTo("88");
        assertThat(all.running
                        .send(all.running.post("/v1/chat/completions", body, "authorization", "Bearer " + key))
                        .statusCode())
                .as("what was held and not used is there again")
                .isEqualTo(200);
    }

    @Test
    void anAddressOpenToOthers_isListenedOnOnceThereIsAKey() throws Exception {
        all.key(KeySpec.inference("acme"));
        GatewayConfig open = Running.with(Map.of("host", "0.0.0.0"));
        try (Running wide = new Running(open, HttpLimits.DEFAULT, all.ledger)) {
            assertThat(wide.gateway.port()).isPositive();
        }
    }

    @Test
    void weights_areTheKeysTimesItsTenants() {
        all.ledger.setTenant(new TenantRecord("acme", limits(1, 2, 3), 4), "local");
        KeySpec heavy = new KeySpec("", "acme", Set.of(KeyScope.INFERENCE), Set.of(), KeyLimits.NONE, 5, 0, null);
        var key = all.ledger.createKey(heavy, "local").key();
        TenantRecord tenant = Objects.requireNonNull(all.ledger.keyRing().tenant("acme"));
        Caller caller = Caller.of(key, tenant);
        assertThat(caller.weight()).isEqualTo(20);
        assertThat(caller.tenantLimits()).isEqualTo(limits(1, 2, 3));
        assertThat(caller.onBehalfOf("somebody").tenant()).isEqualTo("acme");
        assertThat(Caller.ANYBODY.onBehalfOf("somebody").tenant()).isEqualTo("somebody");
    }
}
