package dev.unbusy.ledger;

import dev.unbusy.ledger.UsageWrites.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the journal to the database and keeps it supplied with segments. Thread-safe: whoever holds its lock is the draining
 * thread, usually {@code ledger}, else somebody who wants to read what was just written.
 *
 * <p>Invariant: an entry is in the database exactly if it lies before the position that the database names, because both are
 * written in one transaction. After a failed one the position is asked for again, since a commit may fail and be done.
 *
 * <p>A drain: (1) note how many entries are in memory, and how far the journal has come; (2) take whole frames, in order, up to
 * the first that is not there yet; write them with the position behind them; (3) delete segments that are full and read;
 * (4) when the place noted in (1) is reached, write the entries from memory: the beginnings of their requests are in now.
 */
final class JournalDrain {
    private static final Logger LOG = LoggerFactory.getLogger(JournalDrain.class);
    private static final int BATCH = 1_000;

    /** What can go wrong, each logged when it begins and when it is over. */
    private enum Trouble {
        SUPPLY("no file for the usage journal can be made"),
        FORCE("the usage journal cannot be forced to the disk"),
        DATABASE("usage stays in the journal: the database cannot be written");

        private final String words;

        Trouble(String words) {
            this.words = words;
        }
    }

    /** Makes a segment's file; tests put a full disk here. */
    @FunctionalInterface
    interface SegmentFactory {
        JournalSegment create(JournalFile file, int bytes) throws IOException;
    }

    private final UsageJournal journal;
    private final Database database;
    private final LedgerOptions options;
    private final SegmentFactory factory;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final JournalScan scan = new JournalScan();

    /** In the order of their sequence: those to be read, the current one, the spare one. */
    private final ArrayDeque<JournalSegment> segments = new ArrayDeque<>();

    private long nextSequence;
    private int offset; // in the first segment: what lies before it is in the database
    private int next; // in the first segment: what lies before it is in the batch
    private boolean offsetInDoubt;
    private long lostLogged;
    private final Map<Trouble, String> troubles = new EnumMap<>(Trouble.class);
    private final LongAdder damaged = new LongAdder();
    // Written by the draining thread, read by whoever asks for the state.
    private volatile @Nullable String failure;

    JournalDrain(
            UsageJournal journal, Database database, LedgerOptions options, SegmentFactory factory, long nextSequence) {
        this.journal = journal;
        this.database = database;
        this.options = options;
        this.factory = factory;
        this.nextSequence = nextSequence;
    }

    /** Puts what was appended on the disk, and makes a segment if one is missing. */
    void force() {
        lock.lock();
        try {
            supply();
            for (JournalSegment segment : segments) {
                segment.force();
            }
            over(Trouble.FORCE);
        } catch (UncheckedIOException | InternalError e) {
            begins(Trouble.FORCE, e);
        } finally {
            lock.unlock();
        }
    }

    /** @return whether everything that was appended before the call is in the database now */
    boolean drain() {
        lock.lock();
        try {
            int inMemory = journal.inMemory(); // 1
            JournalSegment until = journal.current();
            int untilOffset = until == null ? 0 : until.claimedEnd();
            resolveOffset();
            while (drainSome()) {
                supply(); // appenders do not wait for a long drain
            }
            boolean reached = until == null || reached(until, untilOffset);
            if (reached) {
                writeMemory(inMemory); // 4
            }
            over(Trouble.DATABASE);
            return reached;
        } catch (LedgerException e) {
            offsetInDoubt = true;
            begins(Trouble.DATABASE, e);
            return false;
        } finally {
            reportLost();
            lock.unlock();
        }
    }

    /** @return how many old rows were deleted */
    int deleteBefore(long startedBeforeMillis, int limit) {
        return database.write(connection -> UsageWrites.deleteBefore(connection, startedBeforeMillis, limit));
    }

    JournalState state(long damagedAtStart) {
        return new JournalState(journal.lost(), journal.inMemory(), damagedAtStart + damaged.sum(), failure);
    }

    /** When nobody appends any more: what is in the database is deleted from the journal, the rest stays for the next start. */
    void close() {
        lock.lock();
        try {
            force();
            boolean all = drain();
            for (JournalSegment segment : segments) {
                segment.close();
                if (all) {
                    delete(segment);
                }
            }
            segments.clear();
            if (journal.inMemory() > 0) {
                LOG.error("{} usage records that waited in memory are lost", journal.inMemory());
            }
        } finally {
            lock.unlock();
        }
    }

    private void supply() {
        while (journal.needsSpare() && segments.size() < options.maxSegments()) {
            JournalFile file = new JournalFile(options.directory(), nextSequence, random.nextInt());
            try {
                JournalSegment segment = factory.create(file, options.segmentBytes());
                nextSequence++;
                segments.add(segment);
                journal.giveSpare(segment);
            } catch (IOException e) {
                begins(Trouble.SUPPLY, e);
                return;
            }
        }
        over(Trouble.SUPPLY);
    }

    private void resolveOffset() {
        if (offsetInDoubt) {
            Position known = database.read(UsageWrites::position);
            JournalSegment head = segments.peek();
            if (head != null && head.file().sequence() == known.segment()) {
                offset = known.offset();
            }
            offsetInDoubt = false;
        }
    }

    /** @return whether there may be more */
    private boolean drainSome() {
        JournalSegment head = segments.peek();
        if (head == null) {
            return false;
        }
        boolean left = head.broken() && journal.current() != head;
        List<JournalEntry> batch = new ArrayList<>();
        next = offset;
        try {
            collect(head, left, batch); // 2
        } catch (InternalError e) {
            LOG.error(
                    "the journal segment {} was lost while in use, and records with it",
                    head.file().path(),
                    e);
            head.breakOff();
            journal.leave(head);
            left = true;
            next = head.claimedEnd();
        }
        if (next > offset) {
            Position position = new Position(head.file().sequence(), next);
            database.update(connection -> {
                UsageWrites.apply(connection, batch);
                UsageWrites.setPosition(connection, position);
            });
            offset = next;
        }
        if (head.endsAt(offset) || (left && offset >= head.claimedEnd())) { // 3
            segments.remove();
            head.close();
            delete(head);
            offset = 0;
            return true;
        }
        return batch.size() == BATCH;
    }

    /** @param holes whether frames that are not there are not to be waited for: nobody writes to this segment any more */
    private void collect(JournalSegment head, boolean holes, List<JournalEntry> batch) {
        int end = head.claimedEnd();
        while (batch.size() < BATCH && next < end && (holes || head.committedLength(next) != 0)) {
            long before = scan.damaged();
            JournalEntry entry = scan.first(head.memory(), head.file().salt(), next, end);
            damaged.add(scan.damaged() - before);
            next = scan.next();
            if (entry != null) {
                batch.add(entry);
            }
        }
    }

    private boolean reached(JournalSegment until, int untilOffset) {
        JournalSegment head = segments.peek();
        return head == null
                || head.file().sequence() > until.file().sequence()
                || (head == until && offset >= untilOffset);
    }

    private void writeMemory(int entries) {
        int left = entries;
        while (left > 0) {
            List<JournalEntry> batch = new ArrayList<>();
            for (JournalEntry entry : journal.memory()) {
                if (batch.size() == Math.min(left, BATCH)) {
                    break;
                }
                batch.add(entry);
            }
            database.update(connection -> {
                UsageWrites.apply(connection, batch);
            });
            journal.dropFromMemory(batch.size());
            left -= batch.size();
            supply();
        }
    }

    private static void delete(JournalSegment segment) {
        try {
            Files.deleteIfExists(segment.file().path());
        } catch (IOException e) {
            // It is empty by the database's word, and the next start deletes it.
            LOG.warn("{} was not deleted: {}", segment.file().path(), e.toString());
        }
    }

    private void begins(Trouble trouble, Throwable cause) {
        if (troubles.put(trouble, trouble.words + ": " + cause.getMessage()) == null) {
            LOG.error(trouble.words, cause);
        }
        failure = troubles.values().iterator().next();
    }

    private void over(Trouble trouble) {
        if (troubles.remove(trouble) != null) {
            LOG.info("over: {}", trouble.words);
            failure = troubles.isEmpty() ? null : troubles.values().iterator().next();
        }
    }

    private void reportLost() {
        long lost = journal.lost();
        if (lost > lostLogged) {
            if (lostLogged == 0) {
                LOG.error("usage records are lost: there is room for them neither on disk nor in memory");
            }
            lostLogged = lost;
        }
    }
}
