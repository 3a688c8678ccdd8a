package dev.unbusy.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What other threads ask of an exchange, in their order, on its way to the event loop. However much is added before the
 * loop gets to it, it is woken once, and one flush follows.
 */
final class Outbox {
    /** Acts on the event loop. */
    interface Receiver {
        /** @param piece a byte[] or a ByteBuf, which is taken over */
        void write(Object piece, int bytes);

        /** Everything that was added has been passed on. */
        void drained();
    }

    private final Connection connection;
    private final Receiver receiver;

    /** byte[], ByteBuf or Runnable. */
    private final Queue<Object> queue = new ConcurrentLinkedQueue<>();

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    Outbox(Connection connection, Receiver receiver) {
        this.connection = connection;
        this.receiver = receiver;
    }

    /** Of the pieces that wait here. Any thread. */
    long bytes() {
        return bytes.get();
    }

    /** Any thread. */
    void add(Runnable action) {
        queue.add(action);
        schedule();
    }

    /** Any thread. False where more waits than the limit allows; the piece is released then. */
    boolean add(Object piece, int pieceBytes, long limitBytes) {
        if (bytes.addAndGet(pieceBytes) > limitBytes) {
            bytes.addAndGet(-pieceBytes);
            ReferenceCountUtil.release(piece);
            return false;
        }
        queue.add(piece);
        schedule();
        return true;
    }

    /** Event loop. */
    void drain() {
        if (queue.isEmpty()) {
            return;
        }
        for (Object next = queue.poll(); next != null; next = queue.poll()) {
            if (next instanceof Runnable action) {
                action.run();
            } else {
                int pieceBytes = next instanceof byte[] array ? array.length : ((ByteBuf) next).readableBytes();
                bytes.addAndGet(-pieceBytes);
                receiver.write(next, pieceBytes);
            }
        }
        receiver.drained();
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            connection.runOnLoop(() -> {
                scheduled.set(false);
                drain();
            });
        }
    }
}
