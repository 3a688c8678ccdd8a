package dev.unbusy.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportAndAuditTest {
    @TempDir
    private Path directory;

    private EmbeddedLedger ledger;

    @BeforeEach
    void open() {
        ledger = Ledgers.open(directory);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private static UsageRecord named(String requestId, String model) {
        return new UsageRecord(
                requestId, 5, null, "t", model, "chat", 1, -1, -1, -1, 2, 3, null, "completed", "normal", 0);
    }

    @Test
    void csv_quotesWhatMustBe_andDisarmsFormulas_pageByPage() {
        String[] models = {
            "plain", "a,b", "say \"hi\"", "two\nlines", "=cmd|' /C calc'!A0", "+1", "-1", "@sum(A1)", "\ttab", "＝全角"
        };
        String[] cells = {
            "plain",
            "\"a,b\"",
            "\"say \"\"hi\"\"\"",
            "\"two\nlines\"",
            "\"'=cmd|' /C calc'!A0\"",
            "\"'+1\"",
            "\"'-1\"",
            "\"'@sum(A1)\"",
            "\"'\ttab\"",
            "\"'＝全角\""
        };
        StringBuilder expected = new StringBuilder(
                "requestId,startedAt,key,tenant,model,route,promptTokens,"
                        + "completionTokens,cachedTokens,reasoningTokens,queueMs,durationMs,worker,outcome,priority,continued\r\n");
        for (int i = 0; i < models.length; i++) {
            ledger.ended(Ledger.NOT_BEGUN, named("r" + i, models[i]));
        }
        for (int i = models.length - 1; i >= 0; i--) {
            expected.append("r%d,5,,t,%s,chat,1,,,,2,3,,completed,normal,0\r\n".formatted(i, cells[i]));
        }
        StringBuilder text = new StringBuilder();
        UsageQuery query = new UsageQuery(null, null, 0, 10, 3, null);
        for (UsageCursor after = null; ; ) {
            UsagePage page = ledger.usage(after == null ? query : query.withAfter(after));
            text.append(UsageExport.csv(page.rows(), after == null));
            after = page.next();
            if (after == null) {
                break;
            }
        }
        assertThat(text.toString()).isEqualTo(expected.toString());
    }

    @Test
    void json_hasAllFields_andNullForWhatIsNotKnown() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            UsageExport.json(json, named("r", "\"quoted\""));
        }
        assertThat(text.toString())
                .isEqualTo("{\"requestId\":\"r\",\"startedAt\":5,\"key\":null,\"tenant\":\"t\","
                        + "\"model\":\"\\\"quoted\\\"\",\"route\":\"chat\",\"promptTokens\":1,"
                        + "\"completionTokens\":null,\"cachedTokens\":null,\"reasoningTokens\":null,\"queueMs\":2,"
                        + "\"durationMs\":3,\"worker\":null,\"outcome\":\"completed\",\"priority\":\"normal\","
                        + "\"continued\":0}");
    }

    @Test
    void everyChange_hasALineInTheAuditLog_thatSaysWho() {
        IssuedKey key = ledger.createKey(KeySpec.inference("a"), AuditEntry.LOCAL);
        ledger.rotateKey(key.key().id(), Duration.ofHours(1), "admin-key");
        ledger.revokeKey(key.key().id(), "admin-key");
        ledger.setTenant(new TenantRecord("b", new KeyLimits(1, 2, 3), 4), "admin-key");
        ledger.audit("admin-key", AuditAction.USAGE_EXPORTED, "all", Map.of("rows", "12"));
        List<AuditEntry> trail = ledger.auditTrail(Long.MAX_VALUE, 10);
        assertThat(trail.stream().map(AuditEntry::action))
                .containsExactly(
                        AuditAction.USAGE_EXPORTED,
                        AuditAction.TENANT_SET,
                        AuditAction.KEY_REVOKED,
                        AuditAction.KEY_ROTATED,
                        AuditAction.KEY_CREATED);
        assertThat(trail.getFirst())
                .isEqualTo(new AuditEntry(
                        5, Ledgers.NOON, "admin-key", AuditAction.USAGE_EXPORTED, "all", "{\"rows\":\"12\"}"));
        assertThat(trail.get(4).who()).isEqualTo("local");
        assertThat(trail.get(4).detail()).isEqualTo("{\"tenant\":\"a\",\"scopes\":\"inference\",\"name\":\"\"}");
        assertThat(ledger.auditTrail(3, 10)).isEqualTo(trail.subList(3, 5));
        assertThat(ledger.auditTrail(Long.MAX_VALUE, 2)).isEqualTo(trail.subList(0, 2));
    }

    @Test
    void theAuditLog_canOnlyGrow() throws SQLException {
        ledger.audit("a", AuditAction.SETTINGS_CHANGED, "t", Map.of());
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db"));
                Statement statement = other.createStatement()) {
            assertThatThrownBy(() -> statement.executeUpdate("delete from audit"))
                    .hasMessageContaining("append-only");
            assertThatThrownBy(() -> statement.executeUpdate("update audit set who = 'b'"))
                    .hasMessageContaining("append-only");
        }
        assertThat(ledger.auditTrail(Long.MAX_VALUE, 10)).hasSize(1);
    }
}
