package dev.unbusy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a request while they arrive and until they are released, counted in the server's {@link BodyBudget}. They
 * are copied into one growing buffer: keeping the pieces would keep the read buffer behind each, and a client that sends
 * single bytes would hold a thousand times what it sent. Belongs to the event loop.
 */
final class RequestBody {
    private final BodyBudget budget;
    private @Nullable ByteBuf buffer;
    private byte @Nullable [] copy;
    private long size;
    private long counted;

    RequestBody(BodyBudget budget) {
        this.budget = budget;
    }

    /** Takes the piece over. False where the server holds too many bodies. */
    boolean append(ByteBuf piece) {
        try {
            int more = piece.readableBytes();
            ByteBuf roomy = more == 0 ? buffer : withRoomFor(more, piece.alloc());
            if (roomy != null) {
                roomy.writeBytes(piece);
                size += more;
                buffer = roomy;
            }
            return roomy != null || more == 0;
        } finally {
            piece.release();
        }
    }

    /** Sized by what came and doubled as more comes: a length that is only announced costs the client nothing. */
    private @Nullable ByteBuf withRoomFor(int more, ByteBufAllocator allocator) {
        ByteBuf current = buffer;
        if (current != null && current.writableBytes() >= more) {
            return current;
        }
        int capacity = current == null
                ? more
                : allocator.calculateNewCapacity(current.readableBytes() + more, Integer.MAX_VALUE);
        long taken = capacity - counted;
        if (!budget.take(taken)) {
            return null;
        }
        counted += taken;
        return current == null ? allocator.buffer(capacity) : current.capacity(capacity);
    }

    long size() {
        return size;
    }

    /** @throws IllegalStateException after {@link #release} */
    ByteBuf buffer() {
        ByteBuf current = buffer;
        if (current != null) {
            return current;
        }
        if (size != 0) {
            throw new IllegalStateException("the body was released");
        }
        return Unpooled.EMPTY_BUFFER;
    }

    /** A copy that outlives the release; made once. */
    byte[] bytes() {
        byte[] bytes = copy;
        if (bytes == null) {
            bytes = ByteBufUtil.getBytes(buffer());
            copy = bytes;
        }
        return bytes;
    }

    /** The copy, where there is one; for threads that were started after it was made. */
    byte @Nullable [] copied() {
        return copy;
    }

    void release() {
        ByteBuf current = buffer;
        buffer = null;
        if (current != null) {
            current.release();
        }
        budget.giveBack(counted);
        counted = 0;
    }
}
