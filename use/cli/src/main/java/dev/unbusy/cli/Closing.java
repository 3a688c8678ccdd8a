package dev.unbusy.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run has opened, closed once and in reverse order, whichever thread closes it. What is opened after that is closed
 * at once, so that a start interrupted by a signal leaves nothing behind.
 */
final class Closing implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private boolean closed;

    <T extends AutoCloseable> T own(T resource) {
        synchronized (open) {
            if (!closed) {
                open.push(resource);
                return resource;
            }
        }
        close(resource);
        throw new IllegalStateException("stopped while starting");
    }

    @Override
    public void close() {
        while (true) {
            AutoCloseable next;
            synchronized (open) {
                closed = true;
                if (open.isEmpty()) {
                    return;
                }
                next = open.pop();
            }
            close(next);
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            Logger log = LoggerFactory.getLogger(Closing.class);
            log.warn("closing {} failed", resource, e);
        }
    }
}
