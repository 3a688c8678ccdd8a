package dev.unbusy.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The audit log in its table, to which triggers allow nothing but additions. */
final class AuditTable {
    private static final JsonFactory JSON = new JsonFactory();

    private AuditTable() {}

    /** Whatever has the form of a key in {@code target} or {@code detail} loses its secret here. */
    static void add(
            Connection connection,
            long atMillis,
            String who,
            AuditAction action,
            String target,
            Map<String, String> detail)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into audit (at, who, action, target, detail) values (?, ?, ?, ?, ?)")) {
            insert.setLong(1, atMillis);
            insert.setString(2, KeySecret.redact(who));
            insert.setString(3, action.word());
            insert.setString(4, KeySecret.redact(target));
            insert.setString(5, KeySecret.redact(json(detail)));
            insert.executeUpdate();
        }
    }

    /** Newest first. */
    static List<AuditEntry> before(Connection connection, long sequence, int limit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select seq, at, who, action, target, detail from audit where seq < ? order by seq desc limit ?")) {
            select.setLong(1, sequence);
            select.setInt(2, limit);
            List<AuditEntry> entries = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    entries.add(new AuditEntry(
                            row.getLong(1),
                            row.getLong(2),
                            row.getString(3),
                            AuditAction.parse(row.getString(4)),
                            row.getString(5),
                            row.getString(6)));
                }
            }
            return entries;
        }
    }

    private static String json(Map<String, String> detail) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> field : detail.entrySet()) {
                json.writeStringField(field.getKey(), field.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter throws none
        }
        return text.toString();
    }
}
