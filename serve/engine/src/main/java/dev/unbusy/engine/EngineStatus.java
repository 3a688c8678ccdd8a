package dev.unbusy.engine;

/**
 * What the engine was doing after its last step; an immutable snapshot for other threads. One is made for each step: some
 * 100 bytes that die young, where the alternative (numbers written in place behind a sequence lock) would make every reader
 * spin and every field volatile, for less than 1 % of what a step costs.
 *
 * @param running answers being computed
 * @param waiting answers taken in and not being computed
 * @param cellsFree cells that are empty or hold only reusable prefixes
 * @param cellsEmpty cells that hold nothing
 * @param steps steps ended since start, those broken off for a cancel included: standing still while work waits means wedged
 * @param lastStepNanos what the last step took; 0 before the first
 * @param stepEndedNanos when it ended, by {@link System#nanoTime}
 * @param tokensPerSecond generated, over the last seconds of work
 * @param prefillTokensPerSecond of prompts, over the last seconds of work
 * @param worstStallNanos the longest that neighbours kept an answer from its next token, in the last one to two minutes
 * @param p99StallNanos what 99 % of all tokens stayed within
 * @param preemptions how often an answer gave its cells to others and started again, since start
 */
public record EngineStatus(
        int running,
        int waiting,
        int cellsTotal,
        int cellsFree,
        int cellsEmpty,
        long steps,
        long lastStepNanos,
        long stepEndedNanos,
        double tokensPerSecond,
        double prefillTokensPerSecond,
        long worstStallNanos,
        long p99StallNanos,
        long preemptions) {

    static EngineStatus idle(int cells) {
        return new EngineStatus(0, 0, cells, cells, cells, 0, 0, 0, 0, 0, 0, 0, 0);
    }
}
