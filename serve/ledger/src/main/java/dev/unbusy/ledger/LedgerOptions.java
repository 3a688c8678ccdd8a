package dev.unbusy.ledger;

import dev.unbusy.text.Text;
import java.nio.file.Path;

/**
 * Where the embedded ledger lives and how it is kept.
 *
 * @param directory the ledger's own; made if missing, readable by its user only
 * @param retentionDays how long usage rows are kept; 0: for ever. Sums by day are kept in any case
 * @param forceMillis a power cut loses at most the usage of this long; a killed process loses none
 * @param drainMillis how often the journal is moved to the database
 * @param segmentBytes size of one journal file; a multiple of 4096
 * @param maxSegments so many journal files at most, while the database cannot be written
 * @param memoryRecords so many records are kept in memory when no journal file can be made; further ones are lost, and counted
 */
public record LedgerOptions(
        Path directory,
        int retentionDays,
        int forceMillis,
        int drainMillis,
        int segmentBytes,
        int maxSegments,
        int memoryRecords) {

    public LedgerOptions {
        within("ledger.retention_days", retentionDays, 0, 36_500);
        within("ledger.force_ms", forceMillis, 1, 60_000);
        within("ledger.drain_ms", drainMillis, 1, 60_000);
        within("ledger.segment_bytes", segmentBytes, 4096, 64 << 20);
        within("ledger.max_segments", maxSegments, 2, 10_000);
        within("ledger.memory_records", memoryRecords, 0, 10_000_000);
        if (segmentBytes % 4096 != 0) {
            throw LedgerException.invalid(
                    "ledger.segment_bytes", segmentBytes, Text.of("multiples of 4096", "4096 的倍数"));
        }
    }

    /** Rows for 90 days, forced every 200 ms, drained every second, 4 MiB a segment and 64 of them, 10,000 in memory. */
    public static LedgerOptions in(Path directory) {
        return new LedgerOptions(directory, 90, 200, 1_000, 4 << 20, 64, 10_000);
    }

    public LedgerOptions withRetentionDays(int days) {
        return new LedgerOptions(directory, days, forceMillis, drainMillis, segmentBytes, maxSegments, memoryRecords);
    }

    private static void within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw LedgerException.invalid(key, value, Text.of("%d to %d", "%d 到 %d", least, most));
        }
    }
}
