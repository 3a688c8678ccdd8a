package dev.unbusy.engine;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.Usage;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.sampling.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of one of the two completion APIs. Every stream method returns whole events, or null where there is nothing to
 * say. Used by one thread at a time.
 */
interface AnswerForm {
    /** The first event of a choice. */
    byte @Nullable [] begin(int choice);

    /** A choice was begun by another worker, which told these tokens. */
    void goesOn(int choice, int[] tokens);

    byte @Nullable [] token(
            int choice, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning);

    /** @param usage of the whole request, with the choice that ends last; null with the others */
    byte[] finish(int choice, AnswerEnd end, @Nullable Usage usage);

    /** The end of the stream. */
    byte[] end(Usage usage);

    /** Keeps what a choice said, for {@link #whole}. */
    void collect(
            int choice, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning);

    /** The whole answer from what was collected. */
    byte[] whole(AnswerEnd[] ends, Usage usage);
}
