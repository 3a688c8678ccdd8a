package dev.unbusy.gateway;

import dev.unbusy.api.StreamMarks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * The marks of one answer's stream ({@link StreamMarks}), over all workers that wrote it in turn: together they tell the
 * next worker what the client has. The gateway does not read them. About eight bytes for each token; on the heap, so that
 * nobody has to release them. Used on one event loop.
 */
final class KeptMarks {
    private static final int PREFIX = StreamMarks.PREFIX.length();

    private byte[] bytes = {};
    private int size;
    private boolean spoiled;

    /** @param end of lines of which each is a mark */
    void keep(ByteBuf buffer, int start, int end) {
        for (int line = start; line < end; ) {
            int next = buffer.indexOf(line, end, (byte) '\n') + 1;
            int length = next - line - PREFIX;
            if (size + length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(256, 2 * (size + length)));
            }
            buffer.getBytes(line + PREFIX, bytes, size, length);
            size += length;
            line = next;
        }
    }

    /** The client has got something that no mark vouches for. */
    void spoil() {
        spoiled = true;
    }

    /** Whether another worker can go on. */
    boolean suffice() {
        return size > 0 && !spoiled;
    }

    int size() {
        return size;
    }

    /** A request's body with the marks behind it; the caller's to release. The marks in it are those of now. */
    ByteBuf behind(ByteBuf body) {
        return Unpooled.wrappedBuffer(body.retainedDuplicate(), Unpooled.wrappedBuffer(bytes, 0, size));
    }
}
