package dev.unbusy.ledger;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Usage rows as CSV or JSON. */
public final class UsageExport {
    private static final String HEAD = "requestId,startedAt,key,tenant,model,route,promptTokens,completionTokens,"
            + "cachedTokens,reasoningTokens,queueMs,durationMs,worker,outcome,priority,continued\r\n";

    private UsageExport() {}

    /**
     * RFC 4180. What is not known is empty. A text that a spreadsheet would take for a formula gets an apostrophe before it,
     * as OWASP advises: clients choose names that end up here.
     *
     * @param withHead whether the line of names comes first: the first page has it
     */
    public static String csv(List<UsageRecord> rows, boolean withHead) {
        StringBuilder out = new StringBuilder(withHead ? HEAD : "");
        for (UsageRecord row : rows) {
            text(out, row.requestId());
            number(out, row.startedAtMillis());
            text(out, row.keyId());
            text(out, row.tenant());
            text(out, row.model());
            text(out, row.route());
            count(out, row.promptTokens());
            count(out, row.completionTokens());
            count(out, row.cachedTokens());
            count(out, row.reasoningTokens());
            count(out, row.queueMillis());
            count(out, row.durationMillis());
            text(out, row.worker());
            text(out, row.outcome());
            text(out, row.priority());
            number(out, row.continued());
            out.setLength(out.length() - 1);
            out.append("\r\n");
        }
        return out.toString();
    }

    /** One row as an object, with the names that `unbusy usage --json` has; what is not known is null. */
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
