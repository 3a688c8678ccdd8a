package dev.unbusy.ledger;

import dev.unbusy.ledger.JournalEntry.Kind;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.LoggerFactory;

/**
 * Prints what opening a ledger and one append cost here: the numbers in decision 0015. No test; run its {@code main} with an
 * empty directory.
 */
public final class AppendCost {
    private static final int WARM_UP = 200_000;
    private static final int APPENDS = 200_000;
    private static final int SEGMENT_BYTES = 64 << 20;

    private AppendCost() {}

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        LoggerFactory.getLogger(AppendCost.class); // its start is not the ledger's
        for (String which : new String[] {"first opening", "second opening"}) {
            long start = System.nanoTime();
            long startCpu = cpuNanos();
            EmbeddedLedger ledger = EmbeddedLedger.open(LedgerOptions.in(directory));
            System.out.printf(
                    "%s: %.0f ms, of them computing %.0f ms%n",
                    which, (System.nanoTime() - start) / 1e6, (cpuNanos() - startCpu) / 1e6);
            ledger.close();
        }
        authenticate(directory);
        UsageJournal journal = new UsageJournal(0);
        UsageRecord record = Ledgers.record("req-0123456789abcdef0123456789abcdef");
        for (int i = 0; i < 3; i++) {
            give(journal, directory, i);
            run(journal, record, WARM_UP, new long[WARM_UP]);
        }
        long[] nanos = new long[APPENDS];
        give(journal, directory, 3);
        long start = cpuNanos();
        run(journal, record, APPENDS, nanos);
        long all = cpuNanos() - start;
        Arrays.sort(nanos);
        System.out.printf(
                "append: mean %.0f ns of computing; by the clock p50 %d, p99 %d, p99.9 %d, most %d ns; lost %d%n",
                all / (double) APPENDS,
                nanos[APPENDS / 2],
                nanos[APPENDS / 100 * 99],
                nanos[APPENDS / 1000 * 999],
                nanos[APPENDS - 1],
                journal.lost());
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void authenticate(Path directory) {
        try (EmbeddedLedger ledger = EmbeddedLedger.open(LedgerOptions.in(directory))) {
            String key = "Bearer "
                    + ledger.createKey(KeySpec.inference("a"), AuditEntry.LOCAL).plaintext();
            long start = 0;
            for (int i = 0; i < 2 * WARM_UP; i++) {
                if (i == WARM_UP) {
                    start = cpuNanos();
                }
                if (ledger.keyRing().authenticate(key, 0) instanceof Authentication.Rejected rejected) {
                    throw new IllegalStateException(rejected.toString());
                }
            }
            System.out.printf("authenticate: mean %.0f ns%n", (cpuNanos() - start) / (double) WARM_UP);
        }
    }

    private static void give(UsageJournal journal, Path directory, int sequence) {
        try {
            JournalSegment segment = JournalSegment.create(new JournalFile(directory, sequence, 7), SEGMENT_BYTES);
            JournalSegment before = journal.current();
            journal.giveSpare(segment);
            if (before != null) {
                journal.leave(before);
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void run(UsageJournal journal, UsageRecord record, int appends, long[] nanos) {
        for (int i = 0; i < appends; i++) {
            long start = System.nanoTime();
            journal.append(Kind.ENDED, i, record);
            nanos[i] = System.nanoTime() - start;
        }
    }
}
