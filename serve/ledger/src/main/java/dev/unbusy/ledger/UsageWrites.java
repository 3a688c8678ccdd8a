package dev.unbusy.ledger;

import dev.unbusy.ledger.JournalEntry.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is done to the usage tables, each within a transaction of the caller's. */
final class UsageWrites {
    static final long MILLIS_PER_DAY = 86_400_000L;

    /** Before this segment's position, everything is in the tables. */
    record Position(long segment, int offset) {}

    private record DayKey(long day, String tenant, String keyId) {}

    private UsageWrites() {}

    /**
     * (1) Requests that began and ended in this batch leave no trace in {@code begun}; (2) of those that ended, the row moves
     * to {@code usage}; (3) those that only began get a row in {@code begun}; (4) the sums of the days grow.
     */
    static void apply(Connection connection, List<JournalEntry> batch) throws SQLException {
        Map<Long, UsageRecord> begun = new LinkedHashMap<>();
        List<Long> begunBefore = new ArrayList<>();
        List<UsageRecord> ended = new ArrayList<>();
        for (JournalEntry entry : batch) {
            if (entry.kind() == Kind.BEGUN) {
                begun.put(entry.ticket(), entry.record());
            } else {
                ended.add(entry.record());
                if (begun.remove(entry.ticket()) == null) { // 1
                    begunBefore.add(entry.ticket());
                }
            }
        }
        try (PreparedStatement delete = connection.prepareStatement("delete from begun where ticket = ?")) { // 2
            for (long ticket : begunBefore) {
                delete.setLong(1, ticket);
                delete.addBatch();
            }
            delete.executeBatch();
        }
        insertEnded(connection, ended);
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into begun (ticket, " + UsageRows.COLUMNS + ") values (?, " + UsageRows.PLACES + ")")) { // 3
            for (Map.Entry<Long, UsageRecord> entry : begun.entrySet()) {
                insert.setLong(1, entry.getKey());
                UsageRows.bind(insert, 2, entry.getValue());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Of the requests that are begun now, none will end any more: their gateway is gone. */
    static int endBegun(Connection connection) throws SQLException {
        List<UsageRecord> lost = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows =
                    statement.executeQuery("select " + UsageRows.COLUMNS + " from begun order by ticket")) {
                while (rows.next()) {
                    lost.add(UsageRows.read(rows, 1).withOutcome(UsageRecord.GATEWAY_LOST));
                }
            }
            insertEnded(connection, lost);
            statement.executeUpdate("delete from begun");
        }
        return lost.size();
    }

    static Position position(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select segment, position from journal")) {
            row.next();
            return new Position(row.getLong(1), row.getInt(2));
        }
    }

    static void setPosition(Connection connection, Position position) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update journal set segment = ?, position = ?")) {
            update.setLong(1, position.segment());
            update.setInt(2, position.offset());
            update.executeUpdate();
        }
    }

    /** @return how often this ledger has been opened, this time included */
    static long countOpening(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("update journal set opened = opened + 1");
        }
        return Database.single(connection, "select opened from journal");
    }

    /** @return how many rows were deleted, at most {@code limit} */
    static int deleteBefore(Connection connection, long startedBeforeMillis, int limit) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from usage where seq in"
                + " (select seq from usage where started_at < ? order by started_at limit ?)")) {
            delete.setLong(1, startedBeforeMillis);
            delete.setInt(2, limit);
            return delete.executeUpdate();
        }
    }

    private static void insertEnded(Connection connection, List<UsageRecord> ended) throws SQLException {
        Map<DayKey, long[]> sums = new HashMap<>();
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into usage (" + UsageRows.COLUMNS + ") values (" + UsageRows.PLACES + ")")) {
            for (UsageRecord record : ended) {
                UsageRows.bind(insert, 1, record);
                insert.addBatch();
                add(sums, record); // 4
            }
            insert.executeBatch();
        }
        try (PreparedStatement upsert =
                connection.prepareStatement("insert into usage_day (day, tenant, key_id, requests,"
                        + " uncounted, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (day, tenant, key_id) do update set"
                        + " requests = requests + excluded.requests, uncounted = uncounted + excluded.uncounted,"
                        + " prompt_tokens = prompt_tokens + excluded.prompt_tokens,"
                        + " completion_tokens = completion_tokens + excluded.completion_tokens,"
                        + " cached_tokens = cached_tokens + excluded.cached_tokens,"
                        + " reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens")) {
            for (Map.Entry<DayKey, long[]> sum : sums.entrySet()) {
                upsert.setLong(1, sum.getKey().day());
                upsert.setString(2, sum.getKey().tenant());
                upsert.setString(3, sum.getKey().keyId());
                for (int i = 0; i < sum.getValue().length; i++) {
                    upsert.setLong(4 + i, sum.getValue()[i]);
                }
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static void add(Map<DayKey, long[]> sums, UsageRecord record) {
        DayKey key = new DayKey(
                Math.floorDiv(record.startedAtMillis(), MILLIS_PER_DAY),
                record.tenant(),
                record.keyId() == null ? "" : record.keyId());
        long[] sum = sums.computeIfAbsent(key, k -> new long[6]);
        sum[0]++;
        sum[1] += record.promptTokens() < 0 || record.completionTokens() < 0 ? 1 : 0;
        sum[2] += Math.max(0, record.promptTokens());
        sum[3] += Math.max(0, record.completionTokens());
        sum[4] += Math.max(0, record.cachedTokens());
        sum[5] += Math.max(0, record.reasoningTokens());
    }
}
