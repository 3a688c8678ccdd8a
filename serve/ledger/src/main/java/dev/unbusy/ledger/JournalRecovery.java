package dev.unbusy.ledger;

import dev.unbusy.ledger.UsageWrites.Position;
import dev.unbusy.text.FileFailure;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process left in its journal, brought into the database before the next one writes. (1) Segments before the position
 * that the database names are deleted; (2) the others are read from there on, in batches, each in one transaction with the new
 * position, and deleted; (3) requests that began and did not end become rows with the outcome
 * {@link UsageRecord#GATEWAY_LOST}. It may be killed anywhere and run again.
 *
 * @param nextSequence of the first segment to be made
 * @param opening how often the ledger has been opened, this time included
 * @param damaged stretches that could not be read
 */
record JournalRecovery(long nextSequence, long opening, long damaged) {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRecovery.class);
    private static final int BATCH = 1_000;

    static JournalRecovery run(Path directory, Database database) {
        try {
            Position position = database.read(UsageWrites::position);
            long last = position.segment();
            JournalScan scan = new JournalScan();
            for (JournalFile file : JournalFile.in(directory)) {
                if (file.sequence() >= position.segment()) {
                    int from = file.sequence() == position.segment() ? position.offset() : 0;
                    drain(file, from, scan, database); // 2
                }
                Files.delete(file.path()); // 1, 2
                last = Math.max(last, file.sequence());
            }
            long opening = database.write(connection -> {
                int lost = UsageWrites.endBegun(connection); // 3
                if (lost > 0) {
                    LOG.warn("{} requests were running when the gateway was lost", lost);
                }
                return UsageWrites.countOpening(connection);
            });
            if (scan.damaged() > 0) {
                LOG.warn("{} places in the usage journal held no whole record", scan.damaged());
            }
            return new JournalRecovery(last + 1, opening, scan.damaged());
        } catch (IOException e) {
            throw Database.unusable(directory, FileFailure.of(e), e);
        }
    }

    private static void drain(JournalFile file, int from, JournalScan scan, Database database) throws IOException {
        byte[] bytes = Files.readAllBytes(file.path()); // not mapped: a disk error is an exception here
        MemorySegment memory = MemorySegment.ofArray(bytes);
        int offset = from;
        while (offset < bytes.length) {
            List<JournalEntry> batch = new ArrayList<>();
            while (batch.size() < BATCH && offset < bytes.length) {
                JournalEntry entry = scan.first(memory, file.salt(), offset, bytes.length);
                offset = scan.next();
                if (entry != null) {
                    batch.add(entry);
                }
            }
            Position position = new Position(file.sequence(), offset);
            database.update(connection -> {
                UsageWrites.apply(connection, batch);
                UsageWrites.setPosition(connection, position);
            });
        }
    }
}
