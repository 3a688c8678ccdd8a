package dev.unbusy.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unbusy.ledger.AuditEntry;
import dev.unbusy.ledger.IssuedKey;
import dev.unbusy.ledger.KeyLimits;
import dev.unbusy.ledger.KeyRecord;
import dev.unbusy.ledger.KeyScope;
import dev.unbusy.ledger.TenantRecord;
import dev.unbusy.ledger.UsageCursor;
import dev.unbusy.ledger.UsageExport;
import dev.unbusy.ledger.UsagePage;
import dev.unbusy.ledger.UsageRecord;
import dev.unbusy.ledger.UsageTotal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link LedgerApi} answers. Times are milliseconds since 1970; a limit of 0 is none. */
final class LedgerJson {
    private LedgerJson() {}

    @FunctionalInterface
    private interface Item<T> {
        void write(JsonGenerator out, T item) throws IOException;
    }

    /** The only place where a secret is written. */
    static String issued(IssuedKey issued) {
        return object(out -> {
            out.writeStringField("key", issued.plaintext());
            write(out, issued.key());
        });
    }

    static String key(KeyRecord key) {
        return object(out -> write(out, key));
    }

    static String keys(List<KeyRecord> keys) {
        return list("keys", keys, (out, key) -> {
            out.writeStartObject();
            write(out, key);
            out.writeEndObject();
        });
    }

    static String tenant(TenantRecord tenant) {
        return object(out -> write(out, tenant));
    }

    static String tenants(List<TenantRecord> tenants) {
        return list("tenants", tenants, (out, tenant) -> {
            out.writeStartObject();
            write(out, tenant);
            out.writeEndObject();
        });
    }

    static String usage(UsagePage page) {
        return object(out -> {
            out.writeArrayFieldStart("rows");
            for (UsageRecord row : page.rows()) {
                UsageExport.json(out, row);
            }
            out.writeEndArray();
            UsageCursor next = page.next();
            out.writeStringField("next", next == null ? null : next.text());
        });
    }

    static String days(List<UsageTotal> totals) {
        return list("days", totals, (out, total) -> {
            out.writeStartObject();
            out.writeStringField("day", total.day().toString());
            out.writeStringField("tenant", total.tenant());
            out.writeStringField("key", total.keyId());
            out.writeNumberField("requests", total.requests());
            out.writeNumberField("uncounted", total.uncounted());
            out.writeNumberField("promptTokens", total.promptTokens());
            out.writeNumberField("completionTokens", total.completionTokens());
            out.writeNumberField("cachedTokens", total.cachedTokens());
            out.writeNumberField("reasoningTokens", total.reasoningTokens());
            out.writeEndObject();
        });
    }

    static String audit(List<AuditEntry> entries) {
        return list("entries", entries, (out, entry) -> {
            out.writeStartObject();
            out.writeNumberField("sequence", entry.sequence());
            out.writeNumberField("at", entry.atMillis());
            out.writeStringField("who", entry.who());
            out.writeStringField("action", entry.action().word());
            out.writeStringField("target", entry.target());
            out.writeFieldName("detail");
            out.writeRawValue(entry.detail());
            out.writeEndObject();
        });
    }

    private static void write(JsonGenerator out, KeyRecord key) throws IOException {
        out.writeStringField("id", key.id());
        out.writeStringField("tenant", key.tenant());
        out.writeStringField("name", key.name());
        strings(
                out,
                "scopes",
                key.scopes().stream().sorted().map(KeyScope::word).toList());
        strings(out, "models", key.models().stream().sorted().toList());
        write(out, key.limits());
        out.writeNumberField("weight", key.weight());
        out.writeNumberField("budgetTokens", key.budgetTokens());
        out.writeNumberField("createdAt", key.createdAtMillis());
        time(out, "expiresAt", key.expiresAtMillis());
        time(out, "revokedAt", key.revokedAtMillis());
        time(out, "previousUntil", key.previousUntilMillis());
    }

    private static void write(JsonGenerator out, TenantRecord tenant) throws IOException {
        out.writeStringField("tenant", tenant.name());
        write(out, tenant.limits());
        out.writeNumberField("weight", tenant.weight());
    }

    private static void write(JsonGenerator out, KeyLimits limits) throws IOException {
        out.writeNumberField("requestsPerMinute", limits.requestsPerMinute());
        out.writeNumberField("tokensPerMinute", limits.tokensPerMinute());
        out.writeNumberField("concurrency", limits.concurrency());
    }

    private static void time(JsonGenerator out, String name, @Nullable Long millis) throws IOException {
        if (millis == null) {
            out.writeNullField(name);
        } else {
            out.writeNumberField(name, millis);
        }
    }

    private static void strings(JsonGenerator out, String name, List<String> values) throws IOException {
        out.writeArrayFieldStart(name);
        for (String value : values) {
            out.writeString(value);
        }
        out.writeEndArray();
    }

    private static <T> String list(String name, List<T> items, Item<T> item) {
        return object(out -> {
            out.writeArrayFieldStart(name);
            for (T one : items) {
                item.write(out, one);
            }
            out.writeEndArray();
        });
    }

    private static String object(JsonObject.Fields fields) {
        return new String(JsonObject.of(fields), StandardCharsets.UTF_8);
    }
}
