package dev.unbusy.cli;

import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the turns of a chat come from. */
interface ChatLines extends AutoCloseable {
    /** The next entry, which may have several lines; null at the end. */
    @Nullable
    String next() throws IOException;

    /**
     * Runs what answers the entry, on this thread. Where the person can break an answer off, the thread is interrupted
     * meanwhile; afterwards it is not.
     */
    Turn during(Supplier<Turn> answer);

    @Override
    void close() throws IOException;
}
