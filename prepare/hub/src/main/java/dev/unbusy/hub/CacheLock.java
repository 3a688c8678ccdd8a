package dev.unbusy.hub;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock on one thing in the cache, held against other processes (a lock on a file, which the operating system releases
 * even when a process is killed) and against other threads of this one. Close it on the thread that took it.
 */
public final class CacheLock implements AutoCloseable {
    // File locks belong to the process: a second thread would get an OverlappingFileLockException instead of waiting.
    private static final Map<Path, ReentrantLock> IN_THIS_PROCESS = new ConcurrentHashMap<>();

    private final ReentrantLock threads;
    private final @Nullable FileChannel channel;

    private CacheLock(ReentrantLock threads, @Nullable FileChannel channel) {
        this.threads = threads;
        this.channel = channel;
    }

    static CacheLock take(Path file, Text what, Progress progress) {
        ReentrantLock threads =
                IN_THIS_PROCESS.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new ReentrantLock());
        Text waiting = new Text("Waiting for another process: " + what.en(), "正在等待另一个进程完成：" + what.zh());
        boolean shown = false;
        if (!threads.tryLock()) {
            progress.report(waiting, 0, -1, Progress.Unit.ITEMS);
            shown = true;
            threads.lock();
        }
        if (threads.getHoldCount() > 1) {
            return new CacheLock(threads, null);
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                if (!shown) {
                    progress.report(waiting, 0, -1, Progress.Unit.ITEMS);
                    shown = true;
                }
                channel.lock();
            }
            if (shown) {
                progress.report(waiting, 1, 1, Progress.Unit.ITEMS);
            }
            return new CacheLock(threads, channel);
        } catch (IOException e) {
            threads.unlock();
            closeQuietly(channel);
            throw new HubException(
                    "cache-unusable",
                    Text.of("The lock file %s could not be taken: %s", "无法获取锁文件 %s：%s", file, FileFailure.of(e)),
                    Text.of(
                            "Use a cache directory on a file system that supports locks (XDG_CACHE_HOME).",
                            "请使用支持文件锁的文件系统作为缓存目录（XDG_CACHE_HOME）。"),
                    e);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            closeQuietly(channel);
        } finally {
            threads.unlock();
        }
    }
}
