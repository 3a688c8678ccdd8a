package dev.unbusy.hub;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Asks how much room a disk has, and says what is missing. */
@FunctionalInterface
interface DiskSpace {
    DiskSpace REAL = directory -> Files.getFileStore(directory).getUsableSpace();

    /** Left free, for the file system itself and for logs. */
    long MARGIN_BYTES = 32L << 20;

    long usableBytes(Path directory) throws IOException;

    /** @throws HubException {@code disk-full} if the bytes do not fit */
    default void require(Path directory, long bytes) {
        long usable;
        try {
            usable = usableBytes(directory);
        } catch (IOException e) {
            // Some network file systems cannot tell: then the writing itself will.
            return;
        }
        if (bytes > 0 && bytes + MARGIN_BYTES > usable) {
            throw new HubException(
                    "disk-full",
                    Text.of(
                            "There is too little room in %s: %s are needed, %s are free.",
                            "%s 空间不足：需要 %s，可用 %s。", directory, new Bytes(bytes + MARGIN_BYTES), new Bytes(usable)),
                    Text.of(
                            "Free %s there (`unbusy models` lists what is installed), or set XDG_CACHE_HOME to a larger disk.",
                            "请在该处释放 %s 空间（用 `unbusy models` 查看已安装的模型），或将 XDG_CACHE_HOME 指向更大的磁盘。",
                            new Bytes(bytes + MARGIN_BYTES - usable)));
        }
    }

    /** True if the write failed because the disk or a quota is full. */
    default boolean isFull(Path directory, IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("quota")) {
            return true;
        }
        try {
            // The message is the operating system's and may be in any language.
            return usableBytes(directory) < 1 << 16;
        } catch (IOException unknown) {
            return false;
        }
    }
}
