package dev.unbusy.ledger;

import dev.unbusy.ledger.JournalEntry.Kind;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where usage is written first, by any thread: the newest {@link JournalSegment}, and the next one when that is full. It never
 * blocks on a disk, makes no system call and throws nothing.
 *
 * <p>While there is no next segment (the disk is full, or {@link JournalDrain} is held up), entries of requests that ended are
 * kept in memory, so many at most; further ones are lost and counted. Entries of requests that began are left out then: all
 * that they are good for is to survive the process, which memory does not.
 */
final class UsageJournal {
    private final ThreadLocal<JournalFrame> frames = ThreadLocal.withInitial(JournalFrame::new);
    private final ReentrantLock rotation = new ReentrantLock();
    // Both change under the lock `rotation`, or are given by the draining thread; appenders read them without.
    private volatile @Nullable JournalSegment current;
    private volatile @Nullable JournalSegment spare;

    private final Queue<JournalEntry> memory = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inMemory = new AtomicInteger();
    private final int mostInMemory;
    private final LongAdder lost = new LongAdder();

    UsageJournal(int mostInMemory) {
        this.mostInMemory = mostInMemory;
    }

    void append(Kind kind, long ticket, UsageRecord record) {
        JournalFrame frame = frames.get();
        int payloadBytes = frame.encode(kind, ticket, record);
        JournalSegment segment = current;
        while (true) {
            if (segment != null && appended(segment, frame, payloadBytes)) {
                return;
            }
            if (!rotate(segment)) {
                break;
            }
            segment = current;
        }
        if (kind == Kind.ENDED) {
            keepInMemory(new JournalEntry(kind, ticket, record));
        }
    }

    private static boolean appended(JournalSegment segment, JournalFrame frame, int payloadBytes) {
        try {
            return segment.append(frame, payloadBytes) != JournalSegment.FULL;
        } catch (InternalError | IllegalStateException e) {
            return false; // the segment says that it is broken, and whoever drains it logs that
        }
    }

    /** @return false if there is no segment to go on in */
    private boolean rotate(@Nullable JournalSegment from) {
        // Read in this order: the spare one is taken after it has become the current one.
        if (spare == null && current == from) {
            return false;
        }
        rotation.lock();
        try {
            if (current == from) {
                JournalSegment next = spare;
                if (next == null) {
                    return false;
                }
                current = next;
                spare = null;
            }
            return true;
        } finally {
            rotation.unlock();
        }
    }

    private void keepInMemory(JournalEntry entry) {
        if (inMemory.incrementAndGet() > mostInMemory) {
            inMemory.decrementAndGet();
            lost.increment();
            return;
        }
        memory.add(entry);
    }

    @Nullable
    JournalSegment current() {
        return current;
    }

    /** By the draining thread: this segment is not to be written to any more. */
    void leave(JournalSegment segment) {
        rotate(segment);
    }

    boolean needsSpare() {
        return spare == null;
    }

    /** By the draining thread, when there is none. The first one becomes the current one. */
    void giveSpare(JournalSegment segment) {
        spare = segment;
        if (current == null) {
            rotate(null);
        }
    }

    int inMemory() {
        return inMemory.get();
    }

    /** Oldest first; what is read stays. */
    Iterable<JournalEntry> memory() {
        return memory;
    }

    /** By the draining thread: the oldest so many are in the database now. */
    void dropFromMemory(int entries) {
        for (int i = 0; i < entries; i++) {
            memory.remove();
        }
        inMemory.addAndGet(-entries);
    }

    long lost() {
        return lost.sum();
    }
}
