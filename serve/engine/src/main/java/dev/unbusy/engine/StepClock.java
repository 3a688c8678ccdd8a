package dev.unbusy.engine;

import dev.unbusy.api.StepStatus;
import dev.unbusy.scheduler.StepPlan;

/**
 * Counts and times the steps, and shows the one under way to threads that ask while the engine's is inside the library.
 * Written by the engine's thread before and after each step, without allocation.
 */
final class StepClock {
    private static final double MILLIS = 1e-6;

    // Of the engine's thread; others see them in its published status.
    private long steps;
    private long lastNanos;
    private long endedNanos;
    private final StepEvent event = new StepEvent();

    // volatile: read by any thread. Each by itself: a look at the border of two steps may mix them, which the next one
    // mends.
    private volatile long expectedNanos;
    private volatile long beganNanos;
    private volatile boolean underWay;

    void begins(long nowNanos, long expected) {
        expectedNanos = expected;
        beganNanos = nowNanos;
        underWay = true;
        event.begin();
    }

    /** @param counts whether the step got anywhere: broken off for a cancel does, no room for it does not */
    void ended(StepPlan<?> plan, long nowNanos, boolean counts) {
        underWay = false;
        event.stepEnded(plan, expectedNanos);
        if (counts) {
            steps++;
            lastNanos = nowNanos - beganNanos;
            endedNanos = nowNanos;
        }
    }

    long steps() {
        return steps;
    }

    long lastNanos() {
        return lastNanos;
    }

    long endedNanos() {
        return endedNanos;
    }

    /** @param last what the engine published after its last step */
    StepStatus look(EngineStatus last, long nowNanos) {
        boolean runs = underWay;
        return new StepStatus(
                runs ? Math.max(0, nowNanos - beganNanos) * MILLIS : 0,
                runs ? expectedNanos * MILLIS : 0,
                last.lastStepNanos() * MILLIS,
                last.steps() > 0 ? Math.max(0, nowNanos - last.stepEndedNanos()) * MILLIS : 0);
    }
}
