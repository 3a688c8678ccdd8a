package dev.unbusy.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is asked of the usage tables. */
final class UsageReads {
    private UsageReads() {}

    static UsagePage page(Connection connection, UsageQuery query) throws SQLException {
        StringBuilder sql = new StringBuilder("select seq, " + UsageRows.COLUMNS + " from usage where started_at >= ?")
                .append(" and started_at < ?");
        UsageCursor after = query.after();
        if (query.tenant() != null) {
            sql.append(" and tenant = ?");
        }
        if (query.keyId() != null) {
            sql.append(" and key_id = ?");
        }
        if (after != null) {
            sql.append(" and (started_at, seq) < (?, ?)");
        }
        sql.append(" order by started_at desc, seq desc limit ?");
        try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
            int at = 1;
            select.setLong(at++, query.sinceMillis());
            select.setLong(at++, query.untilMillis());
            if (query.tenant() != null) {
                select.setString(at++, query.tenant());
            }
            if (query.keyId() != null) {
                select.setString(at++, query.keyId());
            }
            if (after != null) {
                select.setLong(at++, after.startedAtMillis());
                select.setLong(at++, after.sequence());
            }
            select.setInt(at, query.limit() + 1); // one more tells whether there is a next page
            List<UsageRecord> rows = new ArrayList<>();
            UsageCursor last = null;
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    if (rows.size() == query.limit()) {
                        return new UsagePage(rows, last);
                    }
                    UsageRecord record = UsageRows.read(row, 2);
                    last = new UsageCursor(record.startedAtMillis(), row.getLong(1));
                    rows.add(record);
                }
            }
            return new UsagePage(rows, null);
        }
    }

    /** @param until exclusive */
    static List<UsageTotal> totals(
            Connection connection, LocalDate since, LocalDate until, @Nullable String tenant, @Nullable String keyId)
            throws SQLException {
        String sql = "select day, tenant, key_id, requests, uncounted, prompt_tokens, completion_tokens, cached_tokens,"
                + " reasoning_tokens from usage_day where day >= ? and day < ?"
                + (tenant == null ? "" : " and tenant = ?")
                + (keyId == null ? "" : " and key_id = ?")
                + " order by day, tenant, key_id";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            int at = 1;
            select.setLong(at++, since.toEpochDay());
            select.setLong(at++, until.toEpochDay());
            if (tenant != null) {
                select.setString(at++, tenant);
            }
            if (keyId != null) {
                select.setString(at, keyId);
            }
            List<UsageTotal> totals = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    String key = row.getString(3);
                    totals.add(new UsageTotal(
                            LocalDate.ofEpochDay(row.getLong(1)),
                            row.getString(2),
                            key.isEmpty() ? null : key,
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getLong(8),
                            row.getLong(9)));
                }
            }
            return totals;
        }
    }

    /** Tokens that count for budgets, by key, of all requests that started on these days. */
    static Map<String, Long> tokensByKey(Connection connection, LocalDate since, LocalDate until) throws SQLException {
        Map<String, Long> tokens = new HashMap<>();
        for (UsageTotal total : totals(connection, since, until, null, null)) {
            if (total.keyId() != null) {
                tokens.merge(total.keyId(), total.promptTokens() + total.completionTokens(), Long::sum);
            }
        }
        return tokens;
    }
}
