package dev.unbusy.api;

import dev.unbusy.text.Text;
import java.util.concurrent.TimeUnit;

/**
 * Whether a worker that answers also gets on: the rule by which its supervisor judges it, and it itself. No I/O, no thread, no
 * clock: looks and the time in, a verdict out. Time is in nanoseconds of a clock that stands still while nobody looks ({@link
 * AwakeTime}). Owned by one thread.
 *
 * <p>Wedged is one that had work at every look for longer than its allowance while its step counter stood still. A worker
 * without work is never wedged, and any change of the counter starts the allowance anew. The allowance is the largest of:
 *
 * <ol>
 *   <li>{@code wedged_after_seconds}: steps are planned to take two seconds at most, but a machine that swaps, or reads
 *       weights back from a slow disk, takes many times that for one, and killing it would cost a load on top;
 *   <li>{@value #TIMES_EXPECTED} times what the worker expects the step under way to stay within. It learns that from the
 *       steps before, so a large model on a slow processor gets what it needs; while it knows little it expects far too
 *       much rather than too little;
 *   <li>before the first step of a process, {@code load_silence_seconds}: weights that are mapped and not read come from disk
 *       with it, so it is a part of loading.
 * </ol>
 */
public final class StepWatch {
    static final int TIMES_EXPECTED = 10;

    private final long wedgedAfterNanos;
    private final long firstStepNanos;
    private long steps;
    private long sinceNanos;
    /** The most that was expected of the step that the counter stands at. */
    private long expectedNanos;

    /**
     * @param wedgedAfterNanos how long a counter may stand still at least
     * @param firstStepNanos the same before the first step of a process
     */
    public StepWatch(long wedgedAfterNanos, long firstStepNanos) {
        this.wedgedAfterNanos = wedgedAfterNanos;
        this.firstStepNanos = firstStepNanos;
    }

    /** Another process serves. */
    public void begin(long nowNanos) {
        advance(0, nowNanos);
    }

    /**
     * @param newSteps the step counter
     * @param busy whether requests run or wait
     * @param expected what the step under way should stay within; 0 where none is
     * @return whether the worker is wedged
     */
    public boolean look(long newSteps, boolean busy, long expected, long nowNanos) {
        if (!busy || newSteps != steps) {
            advance(newSteps, nowNanos);
        }
        expectedNanos = Math.max(expectedNanos, expected);
        return nowNanos - sinceNanos > allowedNanos();
    }

    /** How long the counter may stand still. */
    private long allowedNanos() {
        long most = Long.MAX_VALUE / TIMES_EXPECTED;
        long step = TIMES_EXPECTED * Math.min(most, expectedNanos);
        return Math.max(step, steps == 0 ? Math.max(firstStepNanos, wedgedAfterNanos) : wedgedAfterNanos);
    }

    /** What is wrong with a wedged worker, for people. */
    public Text why(long nowNanos) {
        return Text.of(
                "no step has ended in %d s although requests run or wait",
                "有请求在运行或等待，但 %d 秒没有完成任何一步", TimeUnit.NANOSECONDS.toSeconds(nowNanos - sinceNanos));
    }

    private void advance(long newSteps, long nowNanos) {
        steps = newSteps;
        sinceNanos = nowNanos;
        expectedNanos = 0;
    }
}
