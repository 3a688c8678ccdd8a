package dev.unbusy.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.ToLongFunction;

/**
 * A copy of one sequence's KV cells within this process, for the context it was taken from. Carries no checksum: what leaves
 * the process is a {@link SequenceState}.
 *
 * <p>Owned by the context's thread. Can be filled again and again, which is much cheaper than a new one: memory that the
 * system has to clear first costs several times the copy. Grows as needed; {@link #close} gives all back.
 */
public final class KvSnapshot implements AutoCloseable {
    /** What has grown to a size fits most of the next ones too. */
    private static final long GRAIN_BYTES = 1 << 20;

    private Arena arena = Arena.ofConfined();
    private MemorySegment memory = MemorySegment.NULL;
    private long bytes;
    private int tokens;
    private boolean closed;

    /** Tokens that were copied. */
    public int tokens() {
        return tokens;
    }

    /** Bytes that were copied. */
    public long sizeBytes() {
        return bytes;
    }

    /** Memory held, at least {@link #sizeBytes}. */
    public long capacityBytes() {
        return memory.byteSize();
    }

    MemorySegment content() {
        return memory.asSlice(0, bytes);
    }

    /** @param writer fills the memory and returns how many bytes it wrote */
    void fill(int newTokens, long newBytes, ToLongFunction<MemorySegment> writer) {
        if (closed) {
            throw new IllegalStateException("snapshot is closed");
        }
        if (memory.byteSize() < newBytes) {
            arena.close();
            memory = MemorySegment.NULL;
            bytes = 0;
            arena = Arena.ofConfined();
            memory = arena.allocate(Math.ceilDiv(newBytes, GRAIN_BYTES) * GRAIN_BYTES, 64);
        }
        long written = writer.applyAsLong(memory.asSlice(0, newBytes));
        if (written != newBytes) {
            throw new IllegalStateException("the library wrote " + written + " of " + newBytes + " bytes");
        }
        bytes = newBytes;
        tokens = newTokens;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arena.close();
            memory = MemorySegment.NULL;
        }
    }
}
