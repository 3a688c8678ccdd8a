package dev.unbusy.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.unbusy.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32C;

/**
 * The KV cells of one sequence as bytes, outside the process if wanted.
 *
 * <p>A damaged state makes the library allocate whatever a flipped bit says (24 GB were seen), so the bytes carry a
 * length and a checksum, and {@link #parse} lets nothing else through.
 *
 * <p>Layout, little endian: magic (8 bytes), format version (int), tokens (int), payload bytes (long), CRC-32C of header
 * and payload (int), reserved (int), SHA-256 of the fingerprint (32 bytes), payload.
 */
public final class SequenceState {
    private static final long MAGIC = 0x31564b5953554255L; // "UBUSYKV1"
    private static final int VERSION = 1;
    static final int HEADER_BYTES = 64;

    private static final int AT_VERSION = 8;
    private static final int AT_TOKENS = 12;
    private static final int AT_LENGTH = 16;
    private static final int AT_CHECKSUM = 24;
    private static final int AT_FINGERPRINT = 32;

    private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment all;

    private SequenceState(MemorySegment all) {
        this.all = all;
    }

    /** @param writer fills the payload and returns how many bytes it wrote */
    static SequenceState fill(long payloadBytes, int tokens, String fingerprint, ToLongFunction<MemorySegment> writer) {
        MemorySegment all = Arena.ofAuto().allocate(HEADER_BYTES + payloadBytes, 64);
        long written = writer.applyAsLong(all.asSlice(HEADER_BYTES));
        if (written != payloadBytes) {
            throw new IllegalStateException("the library wrote " + written + " of " + payloadBytes + " bytes of state");
        }
        all.set(LONG, 0, MAGIC);
        all.set(INT, AT_VERSION, VERSION);
        all.set(INT, AT_TOKENS, tokens);
        all.set(LONG, AT_LENGTH, payloadBytes);
        MemorySegment.copy(sha256(fingerprint), 0, all, JAVA_BYTE, AT_FINGERPRINT, 32);
        all.set(INT, AT_CHECKSUM, checksum(all));
        return new SequenceState(all);
    }

    /**
     * Takes a copy of bytes that {@link #bytes()} gave.
     *
     * @throws LlamaException {@code kv-state-damaged} if a single bit differs
     */
    public static SequenceState parse(ByteBuffer bytes) {
        MemorySegment source = MemorySegment.ofBuffer(bytes);
        MemorySegment all = Arena.ofAuto().allocate(Math.max(1, source.byteSize()), 64);
        MemorySegment.copy(source, 0, all, 0, source.byteSize());
        boolean sound = source.byteSize() > HEADER_BYTES
                && all.get(LONG, 0) == MAGIC
                && all.get(INT, AT_VERSION) == VERSION
                && all.get(LONG, AT_LENGTH) == source.byteSize() - HEADER_BYTES
                && all.get(INT, AT_CHECKSUM) == checksum(all);
        if (!sound) {
            throw new LlamaException(
                    "kv-state-damaged",
                    Text.of("A saved KV state of %d bytes is damaged", "已保存的 KV 状态（%d 字节）已损坏", source.byteSize()),
                    Text.of("Nothing to do: the prompt is computed again", "无需处理：将重新计算提示词"));
        }
        return new SequenceState(all);
    }

    /** Read-only, with header. */
    public ByteBuffer bytes() {
        return all.asByteBuffer().asReadOnlyBuffer();
    }

    /** Last position plus one. */
    public int tokens() {
        return all.get(INT, AT_TOKENS);
    }

    public long sizeBytes() {
        return all.byteSize();
    }

    MemorySegment payload() {
        return all.asSlice(HEADER_BYTES);
    }

    void requireFingerprint(String fingerprint) {
        byte[] found = all.asSlice(AT_FINGERPRINT, 32).toArray(JAVA_BYTE);
        if (!Arrays.equals(found, sha256(fingerprint))) {
            throw new LlamaException(
                    "kv-state-foreign",
                    Text.of(
                            "A saved KV state belongs to another model, library or KV type",
                            "已保存的 KV 状态属于其他模型、本地库版本或 KV 类型"),
                    Text.of("Nothing to do: the prompt is computed again", "无需处理：将重新计算提示词"));
        }
    }

    /** Of everything but the checksum itself. */
    private static int checksum(MemorySegment all) {
        CRC32C crc = new CRC32C();
        crc.update(all.asSlice(0, AT_CHECKSUM).asByteBuffer());
        long from = AT_CHECKSUM + Integer.BYTES;
        while (from < all.byteSize()) {
            // A ByteBuffer holds at most 2 GiB.
            long length = Math.min(1 << 30, all.byteSize() - from);
            crc.update(all.asSlice(from, length).asByteBuffer());
            from += length;
        }
        return (int) crc.getValue();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
