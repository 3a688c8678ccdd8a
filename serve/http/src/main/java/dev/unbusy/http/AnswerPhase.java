package dev.unbusy.http;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How far an answer's writer has come, on whichever thread it runs; the event loop may be behind. Keeps two threads from
 * answering the same request.
 */
final class AnswerPhase {
    /** Steps of an answer. */
    enum Step {
        NEW("has not begun"),
        STREAMING("has begun"),
        ENDED("has ended");

        private final String words;

        Step(String words) {
            this.words = words;
        }
    }

    private final String requestId;
    private final AtomicReference<Step> step = new AtomicReference<>(Step.NEW);

    AnswerPhase(String requestId) {
        this.requestId = requestId;
    }

    boolean is(Step expected) {
        return step.get() == expected;
    }

    void end() {
        step.set(Step.ENDED);
    }

    /**
     * @param open whether a client is there; where it is not, mistakes harm nobody
     * @throws IllegalStateException where the answer is not at {@code from}
     */
    void advance(Step from, Step to, String call, boolean open) {
        if (!step.compareAndSet(from, to) && open) {
            throw new IllegalStateException(
                    call + " on request " + requestId + ", whose answer " + Objects.requireNonNull(step.get()).words);
        }
    }
}
