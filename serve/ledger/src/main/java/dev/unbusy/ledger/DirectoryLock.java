package dev.unbusy.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * One process, and in it one opener, at a time. The lock is the operating system's, which takes it back from a process that is
 * killed; the number in the file is for the message only.
 */
final class DirectoryLock implements AutoCloseable {
    // POSIX takes a process's lock away when any channel to the file is closed, so the second opener must not even open
    // it.
    private static final Set<Path> IN_THIS_PROCESS = new HashSet<>();

    private final Path file;
    private final FileChannel channel;

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static DirectoryLock take(Path directory) throws IOException {
        Path file = directory.toRealPath().resolve("ledger.lock");
        synchronized (IN_THIS_PROCESS) {
            if (!IN_THIS_PROCESS.add(file)) {
                throw inUse(directory, Long.toString(ProcessHandle.current().pid()));
            }
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = PrivateFiles.openOrCreate(file);
            if (channel.tryLock() == null) {
                throw inUse(directory, holder(channel));
            }
            channel.truncate(0);
            channel.write(US_ASCII.encode(Long.toString(ProcessHandle.current().pid())), 0);
            taken = true;
            return new DirectoryLock(file, channel);
        } finally {
            if (!taken) {
                forget(file);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(20);
        channel.read(bytes, 0);
        String text = US_ASCII.decode(bytes.flip()).toString();
        return text.matches("\\d+") ? text : "?";
    }

    private static LedgerException inUse(Path directory, String pid) {
        return new LedgerException(
                "ledger-in-use",
                Text.of("The ledger in %s is in use by process %s.", "%s 中的账本正被进程 %s 使用。", directory, pid),
                Text.of(
                        "A gateway runs there. Ask it instead (--url and --key of an admin key), or stop it first.",
                        "网关正在运行。请改用其管理 API（用 --url 和 --key 指定地址与管理密钥），或先停止网关。"));
    }

    private static void forget(Path file) {
        synchronized (IN_THIS_PROCESS) {
            IN_THIS_PROCESS.remove(file);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw Database.unusable(file, FileFailure.of(e), e);
        } finally {
            forget(file);
        }
    }
}
