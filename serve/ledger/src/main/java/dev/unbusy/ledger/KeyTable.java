package dev.unbusy.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keys and tenants in their tables. */
final class KeyTable {
    private static final String COLUMNS = "id, name, tenant, scopes, models, requests_per_minute, tokens_per_minute,"
            + " concurrency, weight, budget_tokens, created_at, expires_at, revoked_at, secret_hash, previous_hash,"
            + " previous_until";

    private KeyTable() {}

    static void insert(Connection connection, KeyRecord key, byte[] hash) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into api_key (" + COLUMNS
                + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, ?, null, null)")) {
            insert.setString(1, key.id());
            insert.setString(2, key.name());
            insert.setString(3, key.tenant());
            insert.setString(4, KeyScope.words(key.scopes()));
            insert.setString(5, String.join("\n", key.models().stream().sorted().toList()));
            insert.setLong(6, key.limits().requestsPerMinute());
            insert.setLong(7, key.limits().tokensPerMinute());
            insert.setInt(8, key.limits().concurrency());
            insert.setInt(9, key.weight());
            insert.setLong(10, key.budgetTokens());
            insert.setLong(11, key.createdAtMillis());
            Long expiresAt = key.expiresAtMillis();
            if (expiresAt == null) {
                insert.setNull(12, Types.BIGINT);
            } else {
                insert.setLong(12, expiresAt);
            }
            insert.setBytes(13, hash);
            insert.executeUpdate();
        }
    }

    /** The secret until now becomes the previous one; the one before that is valid no more. */
    static void setSecret(Connection connection, String id, byte[] hash, long previousUntilMillis) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update api_key set previous_hash = secret_hash, previous_until = ?, secret_hash = ? where id = ?")) {
            update.setLong(1, previousUntilMillis);
            update.setBytes(2, hash);
            update.setString(3, id);
            update.executeUpdate();
        }
    }

    /** Further calls leave the first time. */
    static void revoke(Connection connection, String id, long atMillis) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update api_key set revoked_at = coalesce(revoked_at, ?) where id = ?")) {
            update.setLong(1, atMillis);
            update.setString(2, id);
            update.executeUpdate();
        }
    }

    static void insertTenantIfMissing(Connection connection, String name, long atMillis) throws SQLException {
        putTenant(connection, TenantRecord.plain(name), atMillis, " on conflict (name) do nothing");
    }

    static void setTenant(Connection connection, TenantRecord tenant, long atMillis) throws SQLException {
        putTenant(
                connection,
                tenant,
                atMillis,
                " on conflict (name) do update set requests_per_minute = excluded.requests_per_minute,"
                        + " tokens_per_minute = excluded.tokens_per_minute, concurrency = excluded.concurrency,"
                        + " weight = excluded.weight");
    }

    private static void putTenant(Connection connection, TenantRecord tenant, long atMillis, String onConflict)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into tenant (name, requests_per_minute,"
                + " tokens_per_minute, concurrency, weight, created_at) values (?, ?, ?, ?, ?, ?)" + onConflict)) {
            insert.setString(1, tenant.name());
            insert.setLong(2, tenant.limits().requestsPerMinute());
            insert.setLong(3, tenant.limits().tokensPerMinute());
            insert.setInt(4, tenant.limits().concurrency());
            insert.setInt(5, tenant.weight());
            insert.setLong(6, atMillis);
            insert.executeUpdate();
        }
    }

    static KeyRing read(Connection connection) throws SQLException {
        Map<String, TenantRecord> tenants = new HashMap<>();
        Map<String, KeyRing.Entry> entries = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(
                    "select name, requests_per_minute, tokens_per_minute, concurrency, weight from tenant")) {
                while (row.next()) {
                    String name = row.getString(1);
                    tenants.put(name, new TenantRecord(name, limits(row, 2), row.getInt(5)));
                }
            }
            try (ResultSet row = statement.executeQuery("select " + COLUMNS + " from api_key")) {
                while (row.next()) {
                    KeyRecord key = key(row);
                    TenantRecord tenant = tenants.getOrDefault(key.tenant(), TenantRecord.plain(key.tenant()));
                    entries.put(key.id(), new KeyRing.Entry(key, tenant, row.getBytes(14), row.getBytes(15)));
                }
            }
        }
        return new KeyRing(entries, tenants);
    }

    private static KeyRecord key(ResultSet row) throws SQLException {
        String models = row.getString(5);
        return new KeyRecord(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                KeyScope.parse(row.getString(4)),
                models.isEmpty() ? Set.of() : Set.of(models.split("\n")),
                limits(row, 6),
                row.getInt(9),
                row.getLong(10),
                row.getLong(11),
                time(row, 12),
                time(row, 13),
                time(row, 16));
    }

    private static KeyLimits limits(ResultSet row, int at) throws SQLException {
        return new KeyLimits(row.getLong(at), row.getLong(at + 1), row.getInt(at + 2));
    }

    private static @Nullable Long time(ResultSet row, int at) throws SQLException {
        long millis = row.getLong(at);
        return row.wasNull() ? null : millis;
    }
}
