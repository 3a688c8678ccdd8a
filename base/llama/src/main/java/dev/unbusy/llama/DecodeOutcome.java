package dev.unbusy.llama;

/** What became of one {@link Context#decode} call. Source: comment of llama_decode in llama.h, llama.cpp v0.5.0. */
public enum DecodeOutcome {
    /** All tokens are in the KV cache and the logits asked for can be read. */
    OK,
    /** Not enough free KV cells. Nothing changed: free some cells and decode the same batch again. */
    NO_KV_SPACE,
    /**
     * The abort flag was seen. The micro-batches finished before stay in the KV cache: ask {@link Context#lastPosition} of
     * each sequence in the batch where it stands now.
     */
    ABORTED,
    /** The library refused the batch (a position that does not follow the last one, for instance). Nothing changed. */
    INVALID,
    /** A computation failed inside the library. The context is lost and refuses further work. */
    FATAL;

    static DecodeOutcome of(int code) {
        return switch (code) {
            case 0 -> OK;
            case 1 -> NO_KV_SPACE;
            case 2 -> ABORTED;
            case -1 -> INVALID;
            default -> FATAL;
        };
    }
}
