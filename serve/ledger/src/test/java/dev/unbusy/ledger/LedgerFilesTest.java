package dev.unbusy.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerFilesTest {
    @TempDir
    private Path directory;

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db"));
        connection.setAutoCommit(false);
        return connection;
    }

    @Test
    void allFiles_areTheirUsersOnly_evenInADirectoryThatWasOpen() throws IOException {
        Path open = Files.createDirectory(
                directory.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try (EmbeddedLedger ledger = Ledgers.open(open)) {
            ledger.createKey(KeySpec.inference("a"), AuditEntry.LOCAL);
            ledger.ended(Ledger.NOT_BEGUN, Ledgers.record("r"));
            Set<String> seen = new java.util.HashSet<>();
            try (Stream<Path> files = Files.walk(open)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    seen.add(open.relativize(file).toString().replaceAll("usage.*journal", "journal"));
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
                }
            }
            assertThat(seen).contains("", "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock", "journal");
        }
    }

    @Test
    void aSecondOpener_isSentToTheOneWhoHasIt_andTheFirstKeepsIt() throws Exception {
        try (EmbeddedLedger ledger = Ledgers.open(directory)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> Ledgers.open(directory)).isInstanceOfSatisfying(LedgerException.class, e -> {
                    assertThat(e.code()).isEqualTo("ledger-in-use");
                    assertThat(e.getMessage())
                            .contains(Long.toString(ProcessHandle.current().pid()));
                    assertThat(e.remedy().en()).contains("--url");
                });
            }
            assertThat(otherProcess())
                    .as("another process")
                    .contains("ledger-in-use")
                    .contains("process " + ProcessHandle.current().pid());
            ledger.createKey(KeySpec.inference("a"), AuditEntry.LOCAL);
        }
        assertThat(otherProcess()).contains("opened");
    }

    /** Opens the ledger in a JVM of its own. */
    public static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) {
            try (EmbeddedLedger ledger = EmbeddedLedger.open(LedgerOptions.in(Path.of(arguments[0])))) {
                System.out.println("opened " + ledger.keys().size());
            } catch (LedgerException e) {
                System.out.println(e.code() + " " + e.text().en());
            }
        }
    }

    private String otherProcess() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Opener.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void aDatabaseOfVersionOne_isOpenedByThisVersion_withAllThatIsInIt() throws Exception {
        Files.createDirectories(directory);
        byte[] hash = KeySecret.hash("s".repeat(43));
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            Migrations.apply(connection, Migrations.shipped().subList(0, 1));
            statement.executeUpdate("insert into tenant values ('t', 1, 2, 3, 4, 5)");
            statement.executeUpdate(
                    "insert into api_key values ('abcdefghijkl', 'n', 't', 'inference', 'm1\nm2', 1, 2, 3,"
                            + " 4, 5, 6, null, null, x'" + HexFormat.of().formatHex(hash) + "', null, null)");
            statement.executeUpdate("insert into usage values (1, 'req', 7, '', 't', 'm', 'chat', 8, 9, null, null,"
                    + " null, null, null, 'completed', 'normal', 0)");
            statement.executeUpdate("insert into begun select 77, 'open', 6, '', 't', 'm', 'chat', 8, null, null, null,"
                    + " null, null, null, '', 'normal', 0");
            statement.executeUpdate("insert into usage_day values (0, 't', '', 1, 0, 8, 9, 0, 0)");
            statement.executeUpdate("insert into audit values (1, 2, 'local', 'key_created', 'x', '{}')");
            statement.executeUpdate("update journal set segment = 9, position = 40, opened = 3");
            connection.commit();
        }
        try (EmbeddedLedger ledger = Ledgers.open(directory)) {
            assertThat(ledger.keyRing().authenticate("ub-abcdefghijkl-" + "s".repeat(43), 0))
                    .isInstanceOf(Authentication.Authenticated.class);
            assertThat(Ledgers.ids(ledger)).containsExactly("req", "open");
            assertThat(ledger.auditTrail(Long.MAX_VALUE, 9)).hasSize(1);
            assertThat(ledger.begun(Ledgers.begun("x")) >> 40).isEqualTo(4);
            ledger.rotateKey("abcdefghijkl", Duration.ZERO, AuditEntry.LOCAL);
        }
    }

    @Test
    void versionOne_isNeverChangedAgain() throws Exception {
        byte[] sql = MessageDigest.getInstance("SHA-256")
                .digest(Migrations.shipped().getFirst().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(sql))
                .as("write V2.sql instead")
                .isEqualTo("b55aab26c21af2e0262e8991294c44a4d2e0862b57192af5f4fba2ae29ded917");
    }

    @Test
    void migrations_runInOrder_eachWholeOrNotAtAll_andNeverBack() throws SQLException {
        String v1 = "create table a (x integer);\n\ninsert into a values (1);\n";
        String v2 = "-- a comment\n\nalter table a add column y integer;\n\nupdate a set y = x + 1;\n";
        String broken = "insert into a values (5, 5);\n\ninsert into nowhere values (1);\n";
        try (Connection connection = connect()) {
            Migrations.apply(connection, List.of(v1));
            assertThat(Database.single(connection, "select x from a")).isEqualTo(1);
            Migrations.apply(connection, List.of(v1, v2));
            Migrations.apply(connection, List.of(v1, v2));
            assertThatThrownBy(() -> Migrations.apply(connection, List.of(v1, v2, broken)))
                    .isInstanceOf(SQLException.class);
            assertThat(Database.single(connection, "select count(*) from a")).isEqualTo(1);
            assertThat(Database.single(connection, "select y from a")).isEqualTo(2);
            assertThat(Database.single(connection, "pragma user_version")).isEqualTo(2);
            assertThatThrownBy(() -> Migrations.apply(connection, List.of(v1)))
                    .isInstanceOfSatisfying(
                            LedgerException.class, e -> assertThat(e.code()).isEqualTo("ledger-newer"));
        }
    }

    @Test
    void aFileThatIsNoDatabase_isNamed_andTheDirectoryIsFreeAgain() throws IOException {
        Files.writeString(directory.resolve("ledger.db"), "this is not a database, however long it is".repeat(50));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> Ledgers.open(directory))
                    .isInstanceOfSatisfying(
                            LedgerException.class, e -> assertThat(e.code()).isEqualTo("ledger-damaged"));
        }
        Files.delete(directory.resolve("ledger.db"));
        Ledgers.open(directory).close();
    }

    @Test
    void optionsThatCannotBe_areRefusedByName() {
        LedgerOptions good = LedgerOptions.in(directory);
        assertThatThrownBy(() -> good.withRetentionDays(-1)).hasMessageContaining("ledger.retention_days");
        assertThatThrownBy(() -> new LedgerOptions(directory, 1, 0, 1, 4096, 2, 0))
                .hasMessageContaining("force_ms");
        assertThatThrownBy(() -> new LedgerOptions(directory, 1, 1, 1, 5000, 2, 0))
                .hasMessageContaining("segment_bytes");
        assertThatThrownBy(() -> new LedgerOptions(directory, 1, 1, 1, 4096, 1, 0))
                .hasMessageContaining("max_segments");
    }
}
