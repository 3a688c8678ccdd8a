package dev.unbusy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.ledger.JournalEntry.Kind;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

class JournalSegmentTest {
    private static final int BYTES = 32 << 20;

    @TempDir
    private Path directory;

    @RepeatedTest(5)
    void aReaderAtTheEdge_seesWholeFramesOnly_inTheOrderOfOneWriter() throws IOException, InterruptedException {
        try (JournalSegment segment = JournalSegment.create(new JournalFile(directory, 1, 42), BYTES)) {
            Thread writer = Thread.ofPlatform().start(() -> {
                JournalFrame frame = new JournalFrame();
                UsageRecord record = Ledgers.record("r".repeat(200)); // long, so that writing it takes a while
                long ticket = 1;
                while (segment.append(frame, frame.encode(Kind.ENDED, ticket, record)) != JournalSegment.FULL) {
                    ticket++;
                }
            });
            JournalScan scan = new JournalScan();
            int offset = 0;
            long read = 0;
            while (!segment.endsAt(offset)) {
                if (segment.committedLength(offset) == 0) {
                    Thread.onSpinWait();
                    continue;
                }
                JournalEntry entry = scan.first(segment.memory(), 42, offset, segment.claimedEnd());
                read++;
                assertThat(entry)
                        .as("at %d", offset)
                        .extracting(JournalEntry::ticket)
                        .isEqualTo(read);
                offset = scan.next();
            }
            writer.join();
            assertThat(scan.damaged()).isZero();
            assertThat(read).isGreaterThan(50_000);
        }
    }
}
