package dev.unbusy.engine;

/**
 * What the engine was doing after its last step; an immutable snapshot for other threads.
 *
 * @param steps steps since start: standing still while work waits means wedged
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
        long steps,
        double tokensPerSecond,
        double prefillTokensPerSecond,
        long worstStallNanos,
        long p99StallNanos,
        long preemptions) {}
