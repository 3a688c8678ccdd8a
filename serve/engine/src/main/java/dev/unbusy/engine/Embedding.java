package dev.unbusy.engine;

import java.lang.foreign.MemorySegment;

/**
 * One text on its way to its vector: to the scheduler, a prompt whose one token of output never comes. Owned by the engine's
 * thread.
 */
final class Embedding extends Work {
    private final EmbeddingJob job;
    private final int index;
    private final Pooler pooler;
    /** Positions before this one were computed and taken; the cells of those behind it are worth nothing. */
    private int taken;

    /**
     * @param index among the job's inputs
     * @param cacheScope one in which nobody else computes, unless all that counts is the last token's state
     */
    Embedding(EmbeddingJob job, int index, int[] tokens, String cacheScope, Pooler pooler) {
        super(tokens, 1, job.claims().claim(), cacheScope, job.cancellation());
        this.job = job;
        this.index = index;
        this.pooler = pooler;
    }

    EmbeddingJob job() {
        return job;
    }

    boolean wants(int position) {
        return pooler.wants(position);
    }

    void take(int position, MemorySegment state) {
        pooler.add(position, state);
    }

    /** All positions before this one are done with. */
    void takenTo(int position) {
        taken = position;
    }

    int taken() {
        return taken;
    }

    /** All tokens were computed. */
    void complete() {
        job.embedded(index, pooler.vector());
    }

    @Override
    void failed(Throwable cause) {
        job.failed(cause);
    }
}
