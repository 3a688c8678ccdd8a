package dev.unbusy.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The tokens of one decode, in memory that the library reads directly. Filled, decoded and cleared over and over by the
 * thread that owns the context; nothing is allocated after construction.
 *
 * <p>Layout: one off-heap block holds struct llama_batch and, behind it, its arrays. Each token belongs to exactly one
 * sequence, so n_seq_id is all ones and seq_id[i] points at the i-th entry of a plain int array; both are written once.
 */
public final class Batch implements AutoCloseable {
    private static final long N_TOKENS = Layouts.offset(Layouts.BATCH, "n_tokens");

    private final Arena arena = Arena.ofShared();
    private final int capacity;
    private final MemorySegment struct;
    private final MemorySegment block;
    private final long tokens;
    private final long positions;
    private final long sequences;
    private final long wanted;
    private int size;
    private int outputs;
    private int highestToken = -1;
    private int highestSequence = -1;

    /** @param capacity most tokens; use {@link Context#batchTokens()} */
    public Batch(int capacity) {
        if (capacity < 1 || capacity > 1 << 20) {
            throw new IllegalArgumentException("capacity is " + capacity + "; it must be 1 to " + (1 << 20));
        }
        this.capacity = capacity;
        long ints = Integer.BYTES * (long) capacity;
        long pointers = alignUp(Layouts.BATCH.byteSize());
        tokens = pointers + ADDRESS.byteSize() * capacity;
        positions = tokens + ints;
        sequences = positions + ints;
        long ones = sequences + ints;
        wanted = ones + ints;
        block = arena.allocate(wanted + capacity, 64);
        struct = block.asSlice(0, Layouts.BATCH.byteSize());
        Layouts.putAddress(Layouts.BATCH, struct, "token", block.asSlice(tokens));
        Layouts.putAddress(Layouts.BATCH, struct, "pos", block.asSlice(positions));
        Layouts.putAddress(Layouts.BATCH, struct, "n_seq_id", block.asSlice(ones));
        Layouts.putAddress(Layouts.BATCH, struct, "seq_id", block.asSlice(pointers));
        Layouts.putAddress(Layouts.BATCH, struct, "logits", block.asSlice(wanted));
        for (int i = 0; i < capacity; i++) {
            block.set(JAVA_INT, ones + 4L * i, 1);
            block.set(ADDRESS, pointers + ADDRESS.byteSize() * i, block.asSlice(sequences + 4L * i));
        }
    }

    private static long alignUp(long bytes) {
        return (bytes + 7) & ~7L;
    }

    public void clear() {
        size = 0;
        outputs = 0;
        highestToken = -1;
        highestSequence = -1;
    }

    /**
     * @param position place of the token in its sequence; the positions of one sequence follow one another
     * @return the token's index in this batch, for {@link Context#logits}
     * @throws IllegalStateException if the batch is full
     */
    public int add(int token, int position, int sequence, boolean wantLogits) {
        if (size == capacity) {
            throw new IllegalStateException("batch is full: " + capacity + " tokens");
        }
        if (token < 0 || position < 0 || sequence < 0) {
            throw new IllegalArgumentException("token " + token + ", position " + position + " and sequence " + sequence
                    + " must not be negative");
        }
        int i = size++;
        block.set(JAVA_INT, tokens + 4L * i, token);
        block.set(JAVA_INT, positions + 4L * i, position);
        block.set(JAVA_INT, sequences + 4L * i, sequence);
        block.set(JAVA_BYTE, wanted + i, (byte) (wantLogits ? 1 : 0));
        outputs += wantLogits ? 1 : 0;
        highestToken = Math.max(highestToken, token);
        highestSequence = Math.max(highestSequence, sequence);
        return i;
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    /** How many tokens logits are wanted for. */
    public int outputs() {
        return outputs;
    }

    int highestToken() {
        return highestToken;
    }

    int highestSequence() {
        return highestSequence;
    }

    /** struct llama_batch, up to date. */
    MemorySegment struct() {
        struct.set(JAVA_INT, N_TOKENS, size);
        return struct;
    }

    /** Frees the memory; a second call does nothing. Not while a decode of this batch runs. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
