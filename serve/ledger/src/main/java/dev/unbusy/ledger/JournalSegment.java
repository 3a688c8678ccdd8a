package dev.unbusy.ledger;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One file of the journal, mapped into memory: what is written is in the page cache at once, so it survives the process.
 *
 * <p>Any thread may {@link #append}. The thread that drains reads, forces, and closes once nobody can write any more.
 * As in Aeron's log buffers: (1) a frame's place is claimed by one atomic addition, (2) the frame is written, (3) its length,
 * until then zero, is stored last and ordered. A length that is not zero therefore stands before a whole frame; a process that
 * died between (1) and (3) leaves zeros, which {@link JournalScan} steps over.
 */
final class JournalSegment implements AutoCloseable {
    static final int FULL = -1;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LENGTH = INT.varHandle();

    private final JournalFile file;
    private final Arena arena;
    private final MemorySegment memory;
    private final AtomicLong claimed = new AtomicLong();
    // Written once, by the thread whose claim did not fit; read by the draining thread.
    private volatile int end = Integer.MAX_VALUE;
    // Set by whoever sees the mapped memory fail (the file was cut off, the disk is lost); read by all.
    private volatile boolean broken;
    private long forced;

    private JournalSegment(JournalFile file, Arena arena, MemorySegment memory) {
        this.file = file;
        this.arena = arena;
        this.memory = memory;
    }

    /**
     * Makes, fills and maps the file. The zeros are written and not left as a hole: a disk that is full shows here, as an
     * exception, and not as a fault in the middle of an event loop.
     */
    static JournalSegment create(JournalFile file, int bytes) throws IOException {
        Path path = file.path();
        Arena arena = Arena.ofShared();
        try (FileChannel channel = PrivateFiles.createNew(path)) {
            PrivateFiles.fillWithZeros(channel, bytes);
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
            memory.load();
            return new JournalSegment(file, arena, memory);
        } catch (IOException | RuntimeException e) {
            arena.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    JournalFile file() {
        return file;
    }

    MemorySegment memory() {
        return memory;
    }

    /**
     * No system call, no lock, no allocation.
     *
     * @throws InternalError the file that the memory is mapped from was lost; this segment takes nothing more
     * @throws IllegalStateException this segment was found broken by another thread, and closed
     * @return the frame's offset, or {@link #FULL}
     */
    int append(JournalFrame frame, int payloadBytes) {
        int offset = broken ? FULL : claim(JournalFrame.frameBytes(payloadBytes)); // 1
        if (offset == FULL) {
            return FULL;
        }
        try {
            int crc = frame.crc(file.salt(), offset, payloadBytes);
            memory.set(INT, offset + 4L, crc); // 2
            MemorySegment.copy(
                    frame.bytes,
                    JournalFrame.HEADER_BYTES,
                    memory,
                    ValueLayout.JAVA_BYTE,
                    (long) offset + JournalFrame.HEADER_BYTES,
                    payloadBytes);
            LENGTH.setRelease(memory, (long) offset, payloadBytes); // 3
        } catch (InternalError e) {
            broken = true;
            throw e;
        }
        return offset;
    }

    /** @return where so many bytes belong to the caller, or {@link #FULL} */
    int claim(int frameBytes) {
        long offset = claimed.getAndAdd(frameBytes);
        if (offset + frameBytes <= memory.byteSize()) {
            return (int) offset;
        }
        if (offset <= memory.byteSize()) {
            end = (int) offset;
        }
        return FULL;
    }

    /** The payload's length of the frame at this offset, zero while it is not there. */
    int committedLength(int offset) {
        return (int) LENGTH.getAcquire(memory, (long) offset);
    }

    /** Behind everything that has been claimed until now and fits. */
    int claimedEnd() {
        return (int) Math.min(Math.min(claimed.get(), end), memory.byteSize());
    }

    /** True once this segment is full and everything before {@code offset} is all that it will ever hold. */
    boolean endsAt(int offset) {
        return offset >= end;
    }

    /** True once its memory has failed: it takes nothing more, and claims in it may stay unwritten for ever. */
    boolean broken() {
        return broken;
    }

    void breakOff() {
        broken = true;
    }

    /** Puts what was claimed since the last call on the disk. Blocks. */
    void force() {
        int claimedEnd = claimedEnd();
        if (claimedEnd > forced) {
            long from = forced & -4096L;
            memory.asSlice(from, claimedEnd - from).force();
            if (forced == 0) {
                PrivateFiles.forceDirectory(file.path());
            }
            forced = claimedEnd;
        }
    }

    /** Whoever is sure that nobody appends any more may close. */
    @Override
    public void close() {
        arena.close();
    }
}
