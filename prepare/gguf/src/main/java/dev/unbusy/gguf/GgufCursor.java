package dev.unbusy.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads a file forwards, little endian, never past its end and never past {@link GgufLimits#HEADER_BYTES}. Not
 * thread-safe.
 */
final class GgufCursor {
    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    /** File position of the byte after the buffer's last. */
    private long filled;

    GgufCursor(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = channel.size();
    }

    long position() {
        return filled - buffer.remaining();
    }

    long size() {
        return size;
    }

    long remaining() {
        return size - position();
    }

    int u8() throws IOException {
        need(1);
        return buffer.get() & 0xff;
    }

    short i16() throws IOException {
        need(2);
        return buffer.getShort();
    }

    int i32() throws IOException {
        need(4);
        return buffer.getInt();
    }

    long u32() throws IOException {
        return i32() & 0xffff_ffffL;
    }

    long i64() throws IOException {
        need(8);
        return buffer.getLong();
    }

    /**
     * An unsigned 64-bit number; negative here means above {@link Long#MAX_VALUE}, which no count or size can be.
     *
     * @param what what is read, as a name that reads the same in all languages ({@code tokens[5].length})
     */
    long u64(String what) throws IOException {
        long value = i64();
        if (value < 0) {
            throw GgufException.corrupt(file, "%s is %s.", "%s 的值为 %s。", what, Long.toUnsignedString(value));
        }
        return value;
    }

    /** The bytes of a string whose length comes first. */
    byte[] string(String what, int limit) throws IOException {
        long length = u64(what + ".length");
        if (length > limit) {
            throw GgufException.corrupt(
                    file, "%s claims to be %d bytes long (at most %d).", "%s 声称长度为 %d 字节（上限 %d）。", what, length, limit);
        }
        return bytes((int) length);
    }

    byte[] bytes(int count) throws IOException {
        if (count > remaining()) {
            throw GgufException.truncatedHeader(file, size);
        }
        byte[] result = new byte[count];
        int done = 0;
        while (done < count) {
            need(1);
            int part = Math.min(count - done, buffer.remaining());
            buffer.get(result, done, part);
            done += part;
        }
        return result;
    }

    void skip(long count) throws IOException {
        if (count > remaining()) {
            throw GgufException.truncatedHeader(file, size);
        }
        if (count <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) count);
        } else {
            filled = position() + count;
            buffer.limit(0);
        }
    }

    private void need(int count) throws IOException {
        if (buffer.remaining() >= count) {
            return;
        }
        if (count > remaining()) {
            throw GgufException.truncatedHeader(file, size);
        }
        if (position() > GgufLimits.HEADER_BYTES) {
            throw GgufException.corrupt(
                    file, "the header goes on past %d bytes.", "文件头超过了 %d 字节仍未结束。", GgufLimits.HEADER_BYTES);
        }
        buffer.compact();
        while (buffer.position() < count) {
            int read = channel.read(buffer, filled);
            if (read < 0) {
                throw GgufException.truncatedHeader(file, filled);
            }
            filled += read;
        }
        buffer.flip();
    }
}
