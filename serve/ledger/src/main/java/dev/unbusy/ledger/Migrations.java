package dev.unbusy.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The schema's versions, forward only: script n (from 1) makes version n out of n − 1. Each runs in one transaction with the
 * number that says so (SQLite's {@code user_version}), so a process that is killed leaves the old or the new version.
 */
final class Migrations {
    /** One more here for each {@code Vn.sql} among the resources. */
    private static final int NEWEST = 1;

    private Migrations() {}

    static List<String> shipped() {
        return java.util.stream.IntStream.rangeClosed(1, NEWEST)
                .mapToObj(version -> resource("V" + version + ".sql"))
                .toList();
    }

    /** @param connection without automatic commit */
    static void apply(Connection connection, List<String> scripts) throws SQLException {
        int version = (int) Database.single(connection, "pragma user_version");
        connection.rollback();
        if (version > scripts.size()) {
            throw new LedgerException(
                    "ledger-newer",
                    Text.of(
                            "The ledger has version %d; this program knows versions up to %d.",
                            "账本版本为 %d，而本程序最高只支持版本 %d。", version, scripts.size()),
                    Text.of(
                            "Use the newer program that wrote it: versions are never turned back.",
                            "请使用写入该账本的较新版本程序：账本版本不支持回退。"));
        }
        for (int next = version + 1; next <= scripts.size(); next++) {
            boolean done = false;
            try (Statement statement = connection.createStatement()) {
                for (String sql : scripts.get(next - 1).split("\n\\s*\n")) {
                    if (sql.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("--"))) {
                        statement.executeUpdate(sql);
                    }
                }
                statement.executeUpdate("pragma user_version = " + next);
                connection.commit();
                done = true;
            } finally {
                if (!done) {
                    connection.rollback();
                }
            }
        }
    }

    private static String resource(String name) {
        try (InputStream stream = Migrations.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing from the program");
            }
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
