package dev.unbusy.llama;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A native object that several threads and objects use, freed when it has been closed and the last user is done. So
 * neither closing a model under a running tokenizer nor closing it before its contexts can touch freed memory.
 */
final class NativeHandle implements AutoCloseable {
    private final String name;
    private final MemorySegment pointer;
    private final Consumer<MemorySegment> free;
    /** The owner counts as one user until it closes. */
    private final AtomicInteger users = new AtomicInteger(1);

    private final AtomicBoolean closed = new AtomicBoolean();

    NativeHandle(String name, MemorySegment pointer, Consumer<MemorySegment> free) {
        this.name = name;
        this.pointer = pointer;
        this.free = free;
    }

    /**
     * The pointer, valid until the matching {@link #release()}.
     *
     * @throws IllegalStateException if it has been closed
     */
    MemorySegment acquire() {
        while (true) {
            int n = users.get();
            if (n == 0 || closed.get()) {
                throw new IllegalStateException(name + " is closed");
            }
            if (users.compareAndSet(n, n + 1)) {
                return pointer;
            }
        }
    }

    void release() {
        if (users.decrementAndGet() == 0) {
            free.accept(pointer);
        }
    }

    boolean isClosed() {
        return closed.get();
    }

    /** Refuses new users; a second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release();
        }
    }
}
