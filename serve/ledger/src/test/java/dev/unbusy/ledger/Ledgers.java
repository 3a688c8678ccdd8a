package dev.unbusy.ledger;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Ledgers without a thread, with a clock that tests set, and records to put into them. */
final class Ledgers {
    static final long NOON = Instant.parse("2026-03-10T12:00:00Z").toEpochMilli();

    /** A clock that goes when it is told to. */
    static final class FakeClock implements InstantSource {
        long millis = NOON;

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }
    }

    private Ledgers() {}

    /** Small segments, so that tests see many of them. */
    static LedgerOptions options(Path directory) {
        return new LedgerOptions(directory, 90, 200, 1_000, 4096, 64, 10_000);
    }

    static EmbeddedLedger open(Path directory) {
        return open(directory, new FakeClock());
    }

    static EmbeddedLedger open(Path directory, FakeClock clock) {
        return EmbeddedLedger.openIdle(options(directory), clock, JournalSegment::create);
    }

    static UsageRecord record(String requestId) {
        return record(requestId, NOON, "key-a", "tenant-a");
    }

    static UsageRecord record(String requestId, long startedAtMillis, String keyId, String tenant) {
        return new UsageRecord(
                requestId,
                startedAtMillis,
                keyId,
                tenant,
                "deepseek-v3",
                "chat",
                100,
                20,
                64,
                UsageRecord.UNKNOWN,
                3,
                1_500,
                "worker-0",
                "completed",
                "normal",
                0);
    }

    static UsageRecord begun(String requestId) {
        return new UsageRecord(
                requestId,
                NOON,
                "key-a",
                "tenant-a",
                "deepseek-v3",
                "chat",
                100,
                UsageRecord.UNKNOWN,
                UsageRecord.UNKNOWN,
                UsageRecord.UNKNOWN,
                3,
                UsageRecord.UNKNOWN,
                "worker-0",
                "",
                "normal",
                0);
    }

    static List<UsageRecord> all(Ledger ledger) {
        List<UsageRecord> rows = new ArrayList<>();
        UsageQuery query = UsageQuery.all();
        UsagePage page = ledger.usage(query);
        rows.addAll(page.rows());
        while (page.next() != null) {
            page = ledger.usage(query.withAfter(page.next()));
            rows.addAll(page.rows());
        }
        return rows;
    }

    static List<String> ids(Ledger ledger) {
        return all(ledger).stream().map(UsageRecord::requestId).toList();
    }
}
