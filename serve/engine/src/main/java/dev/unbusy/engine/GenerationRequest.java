package dev.unbusy.engine;

import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer to compute.
 *
 * @param prompt token ids, not empty; kept, not copied
 * @param maxTokens most tokens to generate; lowered to what the context leaves
 * @param stops texts that end the answer and are not part of it
 * @param ignoreEos go on after the model's end token
 * @param shape what the text is made of and must look like
 * @param masks where the shape's grammar finds its token masks; null if it has none
 * @param claims whose answer it is
 * @param written the beginning of the answer, where another worker wrote it
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier from one thread to another; never compared.
public record GenerationRequest(
        int[] prompt,
        int maxTokens,
        SamplingParameters sampling,
        SamplerState sampler,
        List<String> stops,
        boolean ignoreEos,
        AnswerShape shape,
        @Nullable MaskStore masks,
        Claims claims,
        Written written) {

    /** A new answer. */
    GenerationRequest(
            int[] prompt,
            int maxTokens,
            SamplingParameters sampling,
            SamplerState sampler,
            List<String> stops,
            boolean ignoreEos,
            AnswerShape shape,
            @Nullable MaskStore masks,
            Claims claims) {
        this(prompt, maxTokens, sampling, sampler, stops, ignoreEos, shape, masks, claims, Written.NOTHING);
    }

    /** @param start of the random numbers, at the answer's first token */
    GenerationRequest goingOn(SamplerState start, Written newWritten) {
        return new GenerationRequest(
                prompt, maxTokens, sampling, start, stops, ignoreEos, shape, masks, claims, newWritten);
    }

    /** A text that a grammar ends is over, whatever the request says of end tokens: nothing could follow. */
    boolean isEnd(int token, Vocab vocab) {
        return vocab.isEndOfGeneration(token) && (!ignoreEos || shape.grammar() != null);
    }
}
