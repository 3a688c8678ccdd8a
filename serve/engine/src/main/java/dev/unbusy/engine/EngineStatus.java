package dev.unbusy.engine;

/**
 * What the engine was doing after its last step; an immutable snapshot for other threads.
 *
 * @param steps steps since start: standing still while work waits means wedged
 * @param tokensPerSecond generated, over the last seconds of work
 * @param prefillTokensPerSecond of prompts, over the last seconds of work
 */
public record EngineStatus(
        int running,
        int waiting,
        int cellsTotal,
        int cellsFree,
        long steps,
        double tokensPerSecond,
        double prefillTokensPerSecond) {}
