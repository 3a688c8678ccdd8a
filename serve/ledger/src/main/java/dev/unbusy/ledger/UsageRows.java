package dev.unbusy.ledger;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/** How a {@link UsageRecord} lies in the tables {@code usage} and {@code begun}. */
final class UsageRows {
    static final String COLUMNS =
            "request_id, started_at, key_id, tenant, model, route, prompt_tokens, completion_tokens,"
                    + " cached_tokens, reasoning_tokens, queue_ms, duration_ms, worker, outcome, priority, continued";
    static final String PLACES = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

    private UsageRows() {}

    /** Binds the columns, the first one at {@code at}. */
    static void bind(PreparedStatement statement, int at, UsageRecord record) throws SQLException {
        statement.setString(at, record.requestId());
        statement.setLong(at + 1, record.startedAtMillis());
        statement.setString(at + 2, record.keyId() == null ? "" : record.keyId());
        statement.setString(at + 3, record.tenant());
        statement.setString(at + 4, record.model());
        statement.setString(at + 5, record.route());
        bindCount(statement, at + 6, record.promptTokens());
        bindCount(statement, at + 7, record.completionTokens());
        bindCount(statement, at + 8, record.cachedTokens());
        bindCount(statement, at + 9, record.reasoningTokens());
        bindCount(statement, at + 10, record.queueMillis());
        bindCount(statement, at + 11, record.durationMillis());
        statement.setString(at + 12, record.worker());
        statement.setString(at + 13, record.outcome());
        statement.setString(at + 14, record.priority());
        statement.setInt(at + 15, record.continued());
    }

    /** The columns, the first one at {@code at}. */
    static UsageRecord read(ResultSet row, int at) throws SQLException {
        String keyId = row.getString(at + 2);
        return new UsageRecord(
                row.getString(at),
                row.getLong(at + 1),
                keyId.isEmpty() ? null : keyId,
                row.getString(at + 3),
                row.getString(at + 4),
                row.getString(at + 5),
                count(row, at + 6),
                count(row, at + 7),
                count(row, at + 8),
                count(row, at + 9),
                count(row, at + 10),
                count(row, at + 11),
                row.getString(at + 12),
                row.getString(at + 13),
                row.getString(at + 14),
                row.getInt(at + 15));
    }

    private static void bindCount(PreparedStatement statement, int at, long count) throws SQLException {
        if (count < 0) {
            statement.setNull(at, Types.BIGINT);
        } else {
            statement.setLong(at, count);
        }
    }

    private static long count(ResultSet row, int at) throws SQLException {
        long count = row.getLong(at);
        return row.wasNull() ? UsageRecord.UNKNOWN : count;
    }
}
