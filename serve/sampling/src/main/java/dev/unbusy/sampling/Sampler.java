package dev.unbusy.sampling;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tokens of one sequence. {@link #sample} decides, {@link #accept} moves on; sampling twice without accepting
 * gives the same token, which is what makes speculation lossless and continuation on another worker exact.
 *
 * <ol>
 *   <li>bias and penalties change single logits; a mask, if one is given, leaves out all tokens but those in it;
 *   <li>temperature 0 ends here with the maximum;
 *   <li>{@code min_p} and {@code top_k} become a threshold on the logit, found through block maxima;
 *   <li>{@code top_p} becomes a threshold on the weight, found by partial selection;
 *   <li>one uniform number picks among the rest, laid end to end in the order of their ids.
 * </ol>
 *
 * <p>Owned by the thread that owns the scratch. No allocation per token, except where new distinct tokens enter a penalty
 * and for log-probabilities.
 */
public final class Sampler {
    /** vLLM's limit too: below it the quotient overflows, and the distribution is a point anyway. */
    private static final float GREEDY_BELOW = 1e-5f;
    /** Share of the total above which a token is looked at first; covers all of top-p in most real rows. */
    private static final double LIKELY = 1e-4;

    private final SamplingParameters parameters;
    private final long seed;
    private final @Nullable TokenCounts counts;
    private long accepted;

    /**
     * @param prompt the prompt's tokens, for the repetition penalty
     * @param promptLength how many of them count
     */
    public Sampler(SamplingParameters parameters, SamplerState state, int[] prompt, int promptLength) {
        this.parameters = parameters;
        seed = state.seed();
        accepted = state.accepted();
        if (parameters.penalties().isNone()) {
            counts = null;
        } else {
            counts = new TokenCounts();
            if (parameters.penalties().repetition() != 1) {
                for (int i = 0; i < promptLength; i++) {
                    counts.addPrompt(prompt[i]);
                }
            }
        }
    }

    public SamplingParameters parameters() {
        return parameters;
    }

    /** Where another sampler with the same parameters and history goes on. */
    public SamplerState state() {
        return new SamplerState(seed, accepted);
    }

    /** Records a token of the output, sampled here or (on continuation, see {@link #replay}) elsewhere. */
    public void accept(int token) {
        accepted++;
        replay(token);
    }

    /** Records a token that the {@link SamplerState} this was made from already counts. */
    public void replay(int token) {
        if (counts != null) {
            counts.addGenerated(token);
        }
    }

    /**
     * @param logits a row of floats in native byte order; only read
     * @param vocabulary number of tokens in it
     * @throws SamplingException if the row holds no distribution
     */
    public int sample(MemorySegment logits, int vocabulary, SamplerScratch scratch) {
        return sample(logits, vocabulary, null, scratch);
    }

    /**
     * As {@link #sample(MemorySegment, int, SamplerScratch)}, among the tokens of a mask.
     *
     * @param allowed bit {@code i % 64} of long {@code i / 64} for token i, only read; null allows all
     */
    public int sample(MemorySegment logits, int vocabulary, long @Nullable [] allowed, SamplerScratch scratch) {
        LogitRow row = scratch.row;
        row.load(logits, vocabulary);
        adjust(row); // 1
        if (allowed != null) {
            row.keepOnly(allowed);
        }
        row.index();
        if (parameters.temperature() < GREEDY_BELOW) {
            return row.argmax(); // 2
        }
        double uniform = SamplerState.uniform(seed, accepted);
        return parameters.topK() > 0 || parameters.minP() > 0
                ? sampleFew(row, scratch, uniform)
                : sampleAll(scratch, uniform);
    }

    /** Log-probabilities of {@code token} and the {@link SamplingParameters#topLogprobs} likeliest of the unmodified row. */
    public TokenLogprobs logprobs(MemorySegment logits, int vocabulary, int token, SamplerScratch scratch) {
        LogitRow row = scratch.row;
        row.load(logits, vocabulary);
        float chosen = row.get(token);
        row.index();
        double logSum = row.max() + Math.log(scratch.weighAll(1));
        int top = Math.min(Math.max(0, parameters.topLogprobs()), vocabulary);
        int[] topTokens = new int[top];
        float[] topLogprobs = new float[top];
        if (top > 0) {
            Candidates candidates = scratch.candidates;
            row.collect(row.thresholdFor(top, candidates.keyScratch()), candidates);
            candidates.keepHighest(top);
            for (int i = 0; i < top; i++) {
                insert(topTokens, topLogprobs, i, candidates.token(i), (float) (candidates.logit(i) - logSum));
            }
        }
        return new TokenLogprobs(token, (float) (chosen - logSum), topTokens, topLogprobs);
    }

    private void adjust(LogitRow row) {
        LogitBias bias = parameters.bias();
        for (int i = 0; i < bias.size(); i++) {
            if (bias.token(i) < row.size()) {
                row.set(bias.token(i), row.get(bias.token(i)) + bias.value(i));
            }
        }
        if (counts != null) {
            Penalties penalties = parameters.penalties();
            for (int i = 0; i < counts.size(); i++) {
                int token = counts.token(i);
                row.set(token, penalties.apply(row.get(token), counts.generated(i)));
            }
        }
    }

    private int sampleFew(LogitRow row, SamplerScratch scratch, double uniform) {
        Candidates candidates = scratch.candidates;
        int threshold = LogitRow.LOWEST_FINITE; // 3
        if (parameters.minP() > 0) {
            threshold =
                    LogitRow.thresholdOf(row.max() + parameters.temperature() * (float) Math.log(parameters.minP()));
        }
        if (parameters.topK() > 0) {
            threshold = Math.max(threshold, row.thresholdFor(parameters.topK(), candidates.keyScratch()));
        }
        row.collect(threshold, candidates);
        if (parameters.topK() > 0) {
            candidates.keepHighest(parameters.topK());
        }
        double sum = candidates.weigh(row.max(), parameters.temperature());
        if (parameters.topP() < 1) {
            sum = candidates.keepMass(parameters.topP() * sum); // 4
        }
        return candidates.pick(uniform * sum); // 5
    }

    private int sampleAll(SamplerScratch scratch, double uniform) {
        double total = scratch.weighAll(1 / parameters.temperature());
        if (parameters.topP() == 1) {
            return scratch.pickWeighted(uniform * total);
        }
        double mass = parameters.topP() * total;
        if (scratch.collectWeighted((float) (LIKELY * total)) < mass) {
            // What weighs less than this adds up to less than what top_p leaves out, so it can never be in the set.
            double negligible = (total - mass) / scratch.row.size();
            scratch.collectWeighted((float) (negligible * (1 - 1e-6)));
        }
        return scratch.candidates.pick(uniform * scratch.candidates.keepMass(mass));
    }

    private static void insert(int[] tokens, float[] logprobs, int size, int token, float logprob) {
        int at = size;
        while (at > 0 && logprobs[at - 1] < logprob) {
            tokens[at] = tokens[at - 1];
            logprobs[at] = logprobs[at - 1];
            at--;
        }
        tokens[at] = token;
        logprobs[at] = logprob;
    }
}
