package dev.unbusy.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tokens that were chosen and not yet sent. Sending wakes a chain of threads up to the client's; where few cores compute,
 * they take them from the next step. So a token may wait for the next one, but never longer than a frame on a screen:
 * before each step, what would be older than that at its end is sent. An answer's first token never waits.
 *
 * <p>Owned by the engine's thread.
 */
final class HeldTokens {
    /** One frame at 60 Hz. */
    private static final long FRAME_NANOS = TimeUnit.SECONDS.toNanos(1) / 60;

    private final List<Generation> held = new ArrayList<>();

    /** The generation has told a token to its listener just now. */
    void add(Generation generation, long nowNanos) {
        if (generation.heldSinceNanos == 0) {
            generation.heldSinceNanos = Math.max(1, nowNanos);
            held.add(generation);
        }
    }

    /** @param expectedNanos how long the step that begins now may take */
    void beforeStep(long nowNanos, long expectedNanos) {
        int kept = 0;
        for (int i = 0; i < held.size(); i++) {
            Generation generation = held.get(i);
            boolean due = nowNanos - generation.heldSinceNanos + expectedNanos > FRAME_NANOS;
            if (due || generation.isFirst()) {
                generation.heldSinceNanos = 0;
                generation.flush();
            } else {
                held.set(kept++, generation);
            }
        }
        while (held.size() > kept) {
            held.removeLast();
        }
    }
}
