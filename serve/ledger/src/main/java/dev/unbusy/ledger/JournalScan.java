package dev.unbusy.ledger;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames from the bytes of a segment, whatever these bytes are. A place that holds no frame whose checksum is right is
 * stepped over, 8 bytes at a time, up to the next one that does: a damaged frame costs itself and nothing behind it.
 * Owned by one thread.
 */
final class JournalScan {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final JournalFrame frame = new JournalFrame();
    private int next;
    private long damaged;

    /**
     * @param limit where the bytes end
     * @return the first entry at {@code from} or behind it; null if there is none. {@link #next()} is behind it then
     */
    @Nullable
    JournalEntry first(MemorySegment memory, int salt, int from, int limit) {
        boolean inDamage = false;
        for (int offset = from; offset <= limit - JournalFrame.HEADER_BYTES; offset += 8) {
            if (memory.get(LONG, offset) == 0) {
                inDamage = false;
                continue;
            }
            int length = memory.get(INT, offset);
            if (isFrame(memory, salt, offset, length, limit)) {
                JournalEntry entry = frame.decode(length);
                if (entry != null) {
                    next = offset + JournalFrame.frameBytes(length);
                    return entry;
                }
            }
            if (!inDamage) {
                damaged++;
                inDamage = true;
            }
        }
        next = limit;
        return null;
    }

    /** Where the next search goes on. */
    int next() {
        return next;
    }

    /** Stretches of bytes that were neither zero nor a frame: records that were lost, roughly. */
    long damaged() {
        return damaged;
    }

    private boolean isFrame(MemorySegment memory, int salt, int offset, int length, int limit) {
        if (length < JournalFrame.MIN_PAYLOAD_BYTES
                || length > JournalFrame.MAX_PAYLOAD_BYTES
                || length > limit - offset - JournalFrame.HEADER_BYTES) {
            return false;
        }
        MemorySegment.copy(
                memory,
                ValueLayout.JAVA_BYTE,
                offset + (long) JournalFrame.HEADER_BYTES,
                frame.bytes,
                JournalFrame.HEADER_BYTES,
                length);
        return frame.crc(salt, offset, length) == memory.get(INT, offset + 4L);
    }
}
