package dev.unbusy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a request while they arrive and until they are released, counted in the server's {@link BodyBudget}.
 * What came in one piece stays as it is; further pieces are copied into one growing buffer, because keeping them would
 * keep the read buffer of each, and a client that sends single bytes would hold a thousand times what it sent. Belongs to
 * the event loop.
 */
final class RequestBody {
    private final BodyBudget budget;
    private @Nullable ByteBuf buffer;
    private byte @Nullable [] copy;
    private boolean grown;
    private long counted;

    RequestBody(BodyBudget budget) {
        this.budget = budget;
    }

    /** Takes the piece over. False where the server holds too many bodies. */
    boolean append(ByteBuf piece) {
        int more = piece.readableBytes();
        if (more == 0 || !budget.take(more)) {
            piece.release();
            return more == 0;
        }
        counted += more;
        ByteBuf current = buffer;
        if (current == null) {
            buffer = piece;
            return true;
        }
        if (!grown) {
            // Doubles from here on; sized by what came, since a length that is only announced costs the client nothing.
            ByteBuf larger = current.alloc().buffer(2 * (current.readableBytes() + more));
            larger.writeBytes(current);
            current.release();
            current = larger;
            buffer = larger;
            grown = true;
        }
        current.writeBytes(piece);
        piece.release();
        return true;
    }

    long size() {
        return counted;
    }

    /** @throws IllegalStateException after {@link #release} */
    ByteBuf buffer() {
        ByteBuf current = buffer;
        if (current != null) {
            return current;
        }
        if (counted != 0) {
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
            budget.giveBack(counted);
        }
    }
}
