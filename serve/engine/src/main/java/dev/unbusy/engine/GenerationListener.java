package dev.unbusy.engine;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.sampling.TokenLogprobs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hears one answer as it is computed. Called on the engine's thread, which every other answer waits for: must not block.
 * Exactly one of {@link #ended} and {@link #failed} comes, last, unless the generation was cancelled.
 */
public interface GenerationListener {
    /** The first token comes now; not called where another worker began. */
    void begun(int cachedTokens);

    /**
     * One token was chosen. Every token is told, in order; one of which it is open what it belongs to, once that is decided.
     *
     * @param pieces what is now certain of the text; often one piece, or none while text is held back
     * @param logprobs of the token, if the request asked for them
     * @param insideReasoning whether the token belongs to the reasoning
     */
    void token(int token, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning);

    /** What was told so far goes to the client now: not every token is worth waking a sleeping thread ({@link HeldTokens}). */
    void flush();

    /** The answer is complete; {@code pieces} is what was held back. */
    void ended(List<OutputSplitter.Piece> pieces, AnswerEnd end, GenerationUsage usage);

    /** The answer cannot be computed. */
    void failed(Throwable cause);
}
