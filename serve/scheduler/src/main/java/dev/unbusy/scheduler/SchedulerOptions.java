package dev.unbusy.scheduler;

/**
 * Limits that the scheduler plans within.
 *
 * @param maxRunning sequences that run at once; each takes one token of a step
 * @param layout how the cells are divided
 * @param kvCells cells of the KV cache in all
 * @param kvSlots sequence ids of the KV cache; what {@code maxRunning} leaves keeps finished sequences for reuse
 * @param parkedCells tokens of finished sequences that may be kept outside of the cache ({@link KvLayout#SPLIT} only)
 * @param contextTokens most tokens, prompt and output, of one sequence
 * @param batchTokens most tokens of one step
 * @param maxStallNanos longest step while a sequence decodes, as far as prefill is to blame for it
 * @param reserveOutputTokens output for which a sequence must find room before it starts; less if it asks for less
 * @param maxOutputs most tokens of one step that logits are wanted for; what {@code maxRunning} leaves is for guesses
 * @param maxDraftTokens most guessed tokens of a sequence that one step checks; 0 where the cache cannot take tokens back
 * @param speculation whether guesses are made and checked
 * @param prefixReuse whether cells of finished sequences are kept and shared
 */
public record SchedulerOptions(
        int maxRunning,
        KvLayout layout,
        int kvCells,
        int kvSlots,
        int parkedCells,
        int contextTokens,
        int batchTokens,
        long maxStallNanos,
        int reserveOutputTokens,
        int maxOutputs,
        int maxDraftTokens,
        Speculation speculation,
        boolean prefixReuse) {

    public SchedulerOptions {
        if (maxRunning < 1 || kvSlots < maxRunning) {
            throw new IllegalArgumentException(
                    "need at least 1 running sequence and a slot for each: " + maxRunning + ", " + kvSlots);
        }
        if (batchTokens < maxRunning) {
            throw new IllegalArgumentException(
                    "a step of " + batchTokens + " tokens cannot hold one of each of " + maxRunning + " sequences");
        }
        if (maxOutputs < maxRunning || maxDraftTokens < 0) {
            throw new IllegalArgumentException("a step with " + maxOutputs + " outputs cannot hold one of each of "
                    + maxRunning + " sequences, or " + maxDraftTokens + " guesses are negative");
        }
        int cells = layout == KvLayout.SPLIT ? kvCells / kvSlots : kvCells;
        if (contextTokens < 2 || cells < contextTokens) {
            throw new IllegalArgumentException(
                    "a context of " + contextTokens + " tokens does not fit " + cells + " cells");
        }
        if (parkedCells < 0 || (parkedCells > 0 && layout == KvLayout.SHARED)) {
            throw new IllegalArgumentException(parkedCells + " parked cells in layout " + layout);
        }
        if (maxStallNanos < 1 || reserveOutputTokens < 1) {
            throw new IllegalArgumentException("stall bound and reserve must be positive");
        }
    }

    /** Whether the cache can take tokens back; else a step that was broken off leaves a sequence that must not go on. */
    public boolean takesBack() {
        return maxDraftTokens > 0;
    }
}
