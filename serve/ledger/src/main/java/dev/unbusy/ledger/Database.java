package dev.unbusy.ledger;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/**
 * The SQLite file of one ledger. Thread-safe: one connection writes, one transaction at a time; each read has a connection of
 * its own for as long as it takes (a millisecond to open, which no pool would pay for) and sees what was committed before it.
 * A commit that has returned is on the disk.
 */
final class Database implements AutoCloseable {
    private static final int BUSY_MILLIS = 10_000;

    private final String url;
    private final Connection writer;
    private final ReentrantLock writing = new ReentrantLock();

    /** What is done with a connection; it commits and closes nothing. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** The same without a result. */
    @FunctionalInterface
    interface Change {
        void on(Connection connection) throws SQLException;
    }

    private Database(String url, Connection writer) {
        this.url = url;
        this.writer = writer;
    }

    /** Opened, or made, with the newest schema. */
    static Database open(Path directory) {
        Path file = directory.resolve("ledger.db");
        try {
            PrivateFiles.ensureExists(file); // SQLite gives its other files the mode of this one
        } catch (IOException e) {
            throw unusable(file, FileFailure.of(e), e);
        }
        NativeSqlite.unpack(directory);
        String url = "jdbc:sqlite:" + file.toAbsolutePath();
        Connection writer = null;
        try {
            SQLiteConfig config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.enforceForeignKeys(true);
            config.setBusyTimeout(BUSY_MILLIS);
            writer = config.createConnection(url);
            writer.setAutoCommit(false);
            Migrations.apply(writer, Migrations.shipped());
            return new Database(url, writer);
        } catch (SQLException | RuntimeException e) {
            if (writer != null) {
                try {
                    writer.close();
                } catch (SQLException closing) {
                    e.addSuppressed(closing);
                }
            }
            throw e instanceof SQLException failed ? failure(failed) : (RuntimeException) e;
        }
    }

    <T> T read(Work<T> work) {
        SQLiteConfig config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.READONLY);
        config.resetOpenMode(SQLiteOpenMode.READWRITE);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setBusyTimeout(BUSY_MILLIS);
        try (Connection connection = config.createConnection(url)) {
            return work.on(connection);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** All of it or nothing. */
    <T> T write(Work<T> work) {
        return writeThen(work, result -> {});
    }

    /** All of it or nothing. */
    void update(Change change) {
        write(connection -> {
            change.on(connection);
            return true;
        });
    }

    /** @param then what follows a commit before any other may */
    <T> T writeThen(Work<T> work, Consumer<T> then) {
        writing.lock();
        try {
            boolean committed = false;
            try {
                T result = work.on(writer);
                writer.commit();
                committed = true;
                then.accept(result);
                return result;
            } finally {
                if (!committed) {
                    writer.rollback();
                }
            }
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        writing.lock();
        try {
            writer.close();
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            writing.unlock();
        }
    }

    static long single(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static LedgerException unusable(Path file, Text why, Exception cause) {
        return new LedgerException(
                "ledger-unusable",
                Text.of("The ledger %s cannot be used: %s", "无法使用账本 %s：%s", file, why),
                Text.of(
                        "Give the gateway a directory of its own on a local disk that it may write to.",
                        "请为网关指定一个它有写权限、位于本地磁盘的专用目录。"),
                cause);
    }

    /** The driver's messages name tables and columns, never values: those are bound. */
    private static LedgerException failure(SQLException e) {
        SQLiteErrorCode code =
                e instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
        Text why = Text.same(String.valueOf(e.getMessage()));
        if (code == SQLiteErrorCode.SQLITE_FULL) {
            return new LedgerException(
                    "disk-full",
                    Text.of("The ledger cannot be written: the disk is full.", "无法写入账本：磁盘已满。"),
                    Text.of("Free some space; nothing needs to be restarted.", "请释放磁盘空间，无需重启。"),
                    e);
        }
        if (code == SQLiteErrorCode.SQLITE_CORRUPT || code == SQLiteErrorCode.SQLITE_NOTADB) {
            return new LedgerException(
                    "ledger-damaged",
                    Text.of("The ledger's database is damaged: %s", "账本数据库已损坏：%s", why),
                    Text.of(
                            "Move its directory away and restore a backup, or start with an empty ledger and new keys.",
                            "请移走其目录并从备份恢复，或以空账本重新开始并重新创建密钥。"),
                    e);
        }
        return new LedgerException(
                "ledger-failed",
                Text.of("The ledger's database refused: %s", "账本数据库操作失败：%s", why),
                Text.of("Check the disk that the ledger is on.", "请检查账本所在的磁盘。"),
                e);
    }
}
