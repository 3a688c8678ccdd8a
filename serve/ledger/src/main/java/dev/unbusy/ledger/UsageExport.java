package dev.unbusy.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * Usage as CSV or JSON, a page of rows in memory at a time, however many there are. Rows that end while it runs may be missing.
 * The writer stays open.
 */
public final class UsageExport {
    private static final JsonFactory JSON = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    private static final String HEAD = "requestId,startedAt,key,tenant,model,route,promptTokens,completionTokens,"
            + "cachedTokens,reasoningTokens,queueMs,durationMs,worker,outcome,priority,continued\r\n";

    private UsageExport() {}

    /**
     * RFC 4180 with a line of names. What is not known is empty. A text that a spreadsheet would take for a formula gets an
     * apostrophe before it, as OWASP advises: clients choose names that end up here.
     */
    public static void csv(Ledger ledger, UsageQuery query, Writer out) throws IOException {
        out.write(HEAD);
        StringBuilder line = new StringBuilder();
        for (UsagePage page = ledger.usage(query); page != null; page = next(ledger, query, page)) {
            for (UsageRecord row : page.rows()) {
                line.setLength(0);
                text(line, row.requestId());
                number(line, row.startedAtMillis());
                text(line, row.keyId());
                text(line, row.tenant());
                text(line, row.model());
                text(line, row.route());
                count(line, row.promptTokens());
                count(line, row.completionTokens());
                count(line, row.cachedTokens());
                count(line, row.reasoningTokens());
                count(line, row.queueMillis());
                count(line, row.durationMillis());
                text(line, row.worker());
                text(line, row.outcome());
                text(line, row.priority());
                number(line, row.continued());
                line.setLength(line.length() - 1);
                out.append(line).append("\r\n");
            }
        }
        out.flush();
    }

    /** One document {@code {"rows": [...]}}; what is not known is null. */
    public static void json(Ledger ledger, UsageQuery query, Writer out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayFieldStart("rows");
            for (UsagePage page = ledger.usage(query); page != null; page = next(ledger, query, page)) {
                for (UsageRecord row : page.rows()) {
                    json(json, row);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    /** One row as an object, with the names that `unbusy usage --json` has. */
    public static void json(JsonGenerator json, UsageRecord row) throws IOException {
        json.writeStartObject();
        json.writeStringField("requestId", row.requestId());
        json.writeNumberField("startedAt", row.startedAtMillis());
        json.writeStringField("key", row.keyId());
        json.writeStringField("tenant", row.tenant());
        json.writeStringField("model", row.model());
        json.writeStringField("route", row.route());
        count(json, "promptTokens", row.promptTokens());
        count(json, "completionTokens", row.completionTokens());
        count(json, "cachedTokens", row.cachedTokens());
        count(json, "reasoningTokens", row.reasoningTokens());
        count(json, "queueMs", row.queueMillis());
        count(json, "durationMs", row.durationMillis());
        json.writeStringField("worker", row.worker());
        json.writeStringField("outcome", row.outcome());
        json.writeStringField("priority", row.priority());
        json.writeNumberField("continued", row.continued());
        json.writeEndObject();
    }

    private static @Nullable UsagePage next(Ledger ledger, UsageQuery query, UsagePage page) {
        UsageCursor next = page.next();
        return next == null ? null : ledger.usage(query.withAfter(next));
    }

    private static void count(JsonGenerator json, String name, long count) throws IOException {
        if (count < 0) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, count);
        }
    }

    private static void count(StringBuilder line, long count) {
        if (count >= 0) {
            line.append(count);
        }
        line.append(',');
    }

    private static void number(StringBuilder line, long number) {
        line.append(number).append(',');
    }

    private static void text(StringBuilder line, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            line.append(',');
            return;
        }
        boolean formula = "=+-@\t\r\n＝＋－＠".indexOf(text.charAt(0)) >= 0;
        boolean quoted = formula || text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        if (!quoted) {
            line.append(text).append(',');
            return;
        }
        line.append(formula ? "\"'" : "\"").append(text.replace("\"", "\"\"")).append("\",");
    }
}
