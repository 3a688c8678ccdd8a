package dev.unbusy.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a foreign server found.
 *
 * @param kind what it is
 * @param models what it serves
 * @param load how busy it says it is; null where it does not
 * @param progress a count that rises while it computes: tokens, steps; NaN where it tells none
 * @param busy it says that requests run
 */
record ForeignReport(
        Kind kind, List<ServedModel> models, @Nullable PublishedLoad load, double progress, boolean busy) {

    /** The servers whose own ways are known. */
    enum Kind {
        UNBUSY_WORKER(Prefill.PREFIX),
        LLAMA_SERVER(Prefill.LAST_MESSAGE),
        VLLM(Prefill.CONTINUE_FINAL_MESSAGE),
        SGLANG(Prefill.CONTINUE_FINAL_MESSAGE),
        OLLAMA(Prefill.LAST_MESSAGE),
        /** Any other that speaks OpenAI's API. */
        OPENAI_COMPATIBLE(Prefill.NOT_KNOWN);

        private final Prefill prefill;

        Kind(Prefill prefill) {
            this.prefill = prefill;
        }

        Prefill prefill() {
            return prefill;
        }
    }
}
