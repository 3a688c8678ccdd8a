package dev.unbusy.llama;

/**
 * The size and the threads of a context. Flash attention is left to the library.
 *
 * <p>Values out of range abort the process inside the library, so they are refused here.
 *
 * @param contextTokens KV cells for all sequences together; the library rounds up to a multiple of 256
 * @param sharedCells whether sequences take cells from one pool (the library's unified KV cache); else each has its own
 *     part of them, and computes without looking at the others'
 * @param batchTokens most tokens in one {@link Context#decode}
 * @param microBatchTokens most tokens computed at once; a cancel takes effect between two of them at the latest
 * @param maxSequences sequence ids go from 0 to this less one
 * @param maxOutputs most tokens of one batch that logits are wanted for, at least {@code maxSequences}; each costs
 *     vocabulary × 4 bytes of memory
 * @param threads for steps of one token
 * @param batchThreads for larger steps
 * @param keys type of the K part of the KV cache
 * @param values type of the V part
 */
public record ContextOptions(
        int contextTokens,
        boolean sharedCells,
        int batchTokens,
        int microBatchTokens,
        int maxSequences,
        int maxOutputs,
        int threads,
        int batchThreads,
        KvType keys,
        KvType values) {
    /** LLAMA_MAX_SEQ in llama-cparams.h. */
    static final int MOST_SEQUENCES = 256;
    /** GGML_MAX_N_THREADS in ggml-cpu.h. */
    static final int MOST_THREADS = 512;
    /** Far above any model; whether the KV cache fits the memory is checked against the model. */
    static final int MOST_CONTEXT_TOKENS = 1 << 26;

    public ContextOptions {
        require("contextTokens", contextTokens, 1, MOST_CONTEXT_TOKENS);
        require("batchTokens", batchTokens, 1, contextTokens);
        require("microBatchTokens", microBatchTokens, 1, batchTokens);
        require("maxSequences", maxSequences, 1, MOST_SEQUENCES);
        require("maxOutputs", maxOutputs, maxSequences, Math.max(maxSequences, batchTokens));
        require("threads", threads, 1, MOST_THREADS);
        require("batchThreads", batchThreads, 1, MOST_THREADS);
    }

    /** One sequence, one output, F16. */
    public static ContextOptions single(int contextTokens, int threads) {
        int batch = Math.min(contextTokens, 2048);
        return new ContextOptions(
                contextTokens, true, batch, Math.min(batch, 512), 1, 1, threads, threads, KvType.F16, KvType.F16);
    }

    public ContextOptions withBatch(int tokens, int microTokens) {
        return new ContextOptions(
                contextTokens,
                sharedCells,
                tokens,
                microTokens,
                maxSequences,
                maxOutputs,
                threads,
                batchThreads,
                keys,
                values);
    }

    public ContextOptions withSequences(int sequences, int outputs) {
        return new ContextOptions(
                contextTokens,
                sharedCells,
                batchTokens,
                microBatchTokens,
                sequences,
                outputs,
                threads,
                batchThreads,
                keys,
                values);
    }

    public ContextOptions withKv(KvType k, KvType v) {
        return new ContextOptions(
                contextTokens,
                sharedCells,
                batchTokens,
                microBatchTokens,
                maxSequences,
                maxOutputs,
                threads,
                batchThreads,
                k,
                v);
    }

    /** Each sequence with {@code contextTokens / maxSequences} cells of its own. */
    public ContextOptions withCellsOfTheirOwn() {
        return new ContextOptions(
                contextTokens,
                false,
                batchTokens,
                microBatchTokens,
                maxSequences,
                maxOutputs,
                threads,
                batchThreads,
                keys,
                values);
    }

    private static void require(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be " + least + " to " + most);
        }
    }
}
