package dev.unbusy.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's count of OOM kills since boot, which tells an OOM kill from any other SIGKILL. Linux only. */
final class OomKills {
    private static final Path VMSTAT = Path.of("/proc/vmstat");

    private OomKills() {}

    /** −1 where it is unknown. */
    static long count() {
        try {
            for (String line : Files.readAllLines(VMSTAT)) {
                if (line.startsWith("oom_kill ")) {
                    return Long.parseLong(line.substring("oom_kill ".length()).strip());
                }
            }
            return -1;
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }

    /** Whether the count rose; false where it is unknown. */
    static boolean since(long before) {
        return before >= 0 && count() > before;
    }
}
