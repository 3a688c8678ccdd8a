package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.ledger.EmbeddedLedger;
import dev.unbusy.ledger.JournalState;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.ledger.LedgerOptions;
import dev.unbusy.ledger.UsageRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgerApiTest {
    @TempDir
    private Path directory;

    private EmbeddedLedger ledger;
    private LedgerApi api;

    @BeforeEach
    void open() {
        ledger = EmbeddedLedger.open(LedgerOptions.in(directory));
        api = new LedgerApi(ledger);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private LedgerApi.Answer ask(String method, String path, String query, String body) {
        assertThat(LedgerApi.has("/admin/v1/" + path)).isTrue();
        return api.answer(new LedgerApi.Call(method, "/admin/v1/" + path, query, body, "by-whom"));
    }

    private JsonNode done(String method, String path, String query, String body) throws Exception {
        LedgerApi.Answer answer = ask(method, path, query, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return Running.JSON.readTree(answer.body());
    }

    @Test
    void aKey_isMadeListedRotatedAndRevoked_andEachIsInTheAuditLog() throws Exception {
        JsonNode made = done("POST", "keys", "", """
                {"tenant":"acme","name":"app","scopes":["inference","admin"],"models":["a","b"],"requestsPerMinute":1,
                 "tokensPerMinute":2,"concurrency":3,"weight":4,"budgetTokens":5,"expiresAt":4102444800000}""");
        String id = made.path("id").asText();
        assertThat(made.path("key").asText()).startsWith("ub-" + id + "-");
        JsonNode listed = done("GET", "keys", "", "").path("keys").path(0);
        assertThat(listed.has("key")).as("the secret is shown once").isFalse();
        assertThat(listed.path("scopes")).hasSize(2);
        assertThat(listed.path("models")).hasSize(2);
        assertThat(List.of(
                        listed.path("requestsPerMinute").asInt(),
                        listed.path("tokensPerMinute").asInt(),
                        listed.path("concurrency").asInt(),
                        listed.path("weight").asInt(),
                        listed.path("budgetTokens").asInt()))
                .containsExactly(1, 2, 3, 4, 5);
        JsonNode rotated = done("POST", "keys/" + id + "/rotate", "", "{\"graceSeconds\":60}");
        assertThat(rotated.path("id").asText()).isEqualTo(id);
        assertThat(rotated.path("key").asText()).isNotEqualTo(made.path("key").asText());
        assertThat(rotated.path("previousUntil").asLong()).isPositive();
        assertThat(done("DELETE", "keys/" + id, "", "").path("revokedAt").asLong())
                .isPositive();
        assertThat(done("PUT", "tenants/acme", "", "{\"weight\":7,\"concurrency\":9}")
                        .path("weight")
                        .asInt())
                .isEqualTo(7);
        assertThat(done("GET", "tenants", "", "")
                        .path("tenants")
                        .path(0)
                        .path("concurrency")
                        .asInt())
                .isEqualTo(9);
        List<String> actions = new ArrayList<>();
        for (JsonNode entry : done("GET", "audit", "limit=10", "").path("entries")) {
            assertThat(entry.path("who").asText()).isEqualTo("by-whom");
            assertThat(entry.path("detail").isObject()).isTrue();
            actions.add(entry.path("action").asText());
        }
        assertThat(actions).containsExactly("tenant_set", "key_revoked", "key_rotated", "key_created");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|keys||{}|400|tenant",
                "POST|keys||{\"tenant\":5}|400|tenant",
                "POST|keys||{\"tenant\":\"a\",\"wieght\":5}|400|wieght",
                "POST|keys||{\"tenant\":\"a\",\"weight\":0}|400|weight",
                "POST|keys||{\"tenant\":\"a\",\"weight\":1.5}|400|weight",
                "POST|keys||{\"tenant\":\"a\",\"weight\":99999999999}|400|weight",
                "POST|keys||{\"tenant\":\"a\",\"tokensPerMinute\":100000000001}|400|tokens-per-minute",
                "POST|keys||{\"tenant\":\"a\",\"scopes\":[\"root\"]}|400|root",
                "POST|keys||{\"tenant\":\"a\",\"scopes\":\"admin\"}|400|scopes",
                "POST|keys||{\"tenant\":\"a\",\"expiresAt\":1}|400|expires",
                "POST|keys||[]|400|object",
                "POST|keys||{\"tenant\":|400|JSON",
                "POST|keys/nobody/rotate||{}|404|nobody",
                "POST|keys/nobody/rotate||{\"graceSeconds\":-1}|400|graceSeconds",
                "DELETE|keys/nobody|||404|nobody",
                "PATCH|keys|||404|PATCH",
                "PUT|tenants/a b||{}|400|tenant",
                "GET|usage|limit=0||400|limit",
                "GET|usage|limit=many||400|limit",
                "GET|usage|after=soon||400|after",
                "GET|usage|format=xml||400|format",
                "GET|usage|tenent=a||400|tenent",
                "GET|usage|tenant=a&tenant=b||400|tenant",
                "GET|usage|tenant=%zz||400|%zz",
                "GET|usage/days|since=yesterday||400|since",
                "GET|audit|limit=100000||400|limit"
            })
    void whatIsWrong_isNamed(String method, String path, String query, String body, int status, String named)
            throws Exception {
        LedgerApi.Answer answer = ask(method, path, query == null ? "" : query, body == null ? "" : body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(Running.error(answer.body()).path("message").asText()).contains(named);
        assertThat(ledger.keys()).isEmpty();
    }

    @Test
    void usage_comesPageByPage_inJsonAndCsv_andAsDays() throws Exception {
        for (int i = 0; i < 5; i++) {
            ledger.ended(
                    Ledger.NOT_BEGUN,
                    new UsageRecord(
                            "r" + i,
                            1_000 + i,
                            null,
                            i == 4 ? "b" : "a",
                            "m",
                            "chat",
                            10,
                            5,
                            2,
                            -1,
                            3,
                            4,
                            "w",
                            "completed",
                            "normal",
                            0));
        }
        LedgerApi.Answer first = ask("GET", "usage", "tenant=a&limit=3", "");
        JsonNode page = Running.JSON.readTree(first.body());
        assertThat(page.path("rows")).hasSize(3);
        assertThat(page.path("rows").path(0).path("requestId").asText()).isEqualTo("r3");
        assertThat(page.path("next").asText()).isEqualTo(first.next());
        LedgerApi.Answer second = ask("GET", "usage", "format=csv&tenant=a&limit=3&after=" + first.next(), "");
        assertThat(second.body()).isEqualTo("r0,1000,,a,m,chat,10,5,2,,3,4,w,completed,normal,0\r\n");
        assertThat(second.next()).isNull();
        assertThat(ask("GET", "usage", "format=csv&since=1004", "").body().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("requestId,");
        JsonNode days = done("GET", "usage/days", "since=1970-01-01&until=1970-01-02&tenant=a", "")
                .path("days");
        assertThat(days).hasSize(1);
        assertThat(days.path(0).path("requests").asInt()).isEqualTo(4);
        assertThat(days.path(0).path("promptTokens").asInt()).isEqualTo(40);
        assertThat(done("GET", "audit", "", "").path("entries"))
                .as("each export, not each page of it")
                .hasSize(2);
    }

    @Test
    void pathsOfOthers_areNotTaken() {
        for (String path : List.of("/admin/v1/status", "/admin/v1/keysandmore", "/keys", "/admin/v1/")) {
            assertThat(LedgerApi.has(path)).as(path).isFalse();
        }
    }

    @Test
    void howUsageIsKept_isInTheMetrics() throws Exception {
        try (Running running = new Running()) {
            assertThat(running.get("/metrics").body()).contains("unbusy_ledger_failing 0.0");
            running.usage.state = new JournalState(3, 7, 0, "the disk is full");
            assertThat(running.get("/metrics").body())
                    .contains(
                            "unbusy_ledger_failing 1.0",
                            "unbusy_ledger_in_memory_records 7.0",
                            "unbusy_ledger_lost_records 3.0");
        }
    }
}
