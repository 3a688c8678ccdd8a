package dev.unbusy.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Guesses are checked by sampling each position from its own logits with its own random number, and going on while the
 * sample is the guess. So every token is the one that would have been sampled without guesses, at any temperature.
 */
class SpeculativeSamplingTest {
    private static final int VOCABULARY = 50;
    private static final int LENGTH = 60;

    /** Chooses what to guess after a context: the next tokens of the answer so far, spoiled at random. */
    private interface Guesser {
        int[] guess(int position);
    }

    @Property(tries = 300)
    void tokens_areThoseSampledWithoutGuesses_whateverIsGuessed(
            @ForAll long seed,
            @ForAll @FloatRange(min = 0, max = 2) float temperature,
            @ForAll @IntRange(min = 0, max = 20) int topK,
            @ForAll @FloatRange(min = 0.2f, max = 1) float topP,
            @ForAll boolean penalised) {
        SamplingParameters parameters = SamplingParameters.ofTemperature(temperature)
                .withTopK(topK)
                .withTopP(topP)
                .withPenalties(penalised ? new Penalties(1.2f, 0.4f, 0.3f) : Penalties.NONE);
        Random random = new Random(seed);
        int[] plain = answer(parameters, seed, position -> new int[0]);
        int[] checked = answer(parameters, seed, position -> {
            int[] guess = Arrays.copyOfRange(plain, position, position + random.nextInt(8));
            if (guess.length > 0 && random.nextInt(3) > 0) {
                guess[random.nextInt(guess.length)] = random.nextInt(VOCABULARY);
            }
            return guess;
        });
        assertThat(checked).isEqualTo(plain);
    }

    /** The same said of the distribution: pairs of tokens over many seeds, against the product of the definitions. */
    @Test
    void pairsOfTokens_withGuesses_haveTheModelsDistribution() {
        SamplingParameters parameters = SamplingParameters.ofTemperature(0.8f).withTopP(0.95f);
        int seeds = 60_000;
        int[][] counts = new int[VOCABULARY][VOCABULARY];
        for (int seed = 0; seed < seeds; seed++) {
            Random random = new Random(seed);
            int[] pair = answer(parameters, seed, 2, position -> new int[] {likeliest(parameters), random.nextInt(4)});
            counts[pair[0]][pair[1]]++;
        }
        double chiSquare = 0;
        int cells = 0;
        double[] first = NaiveSampler.distribution(parameters, logits(new int[0], 0));
        for (int a = 0; a < VOCABULARY; a++) {
            double[] second = NaiveSampler.distribution(parameters, logits(new int[] {a}, 1));
            for (int b = 0; b < VOCABULARY; b++) {
                double expected = seeds * first[a] * second[b];
                if (expected >= 5) {
                    chiSquare += (counts[a][b] - expected) * (counts[a][b] - expected) / expected;
                    cells++;
                }
            }
        }
        assertThat(cells).isGreaterThan(30);
        // Mean of the statistic is about the number of cells, its deviation the root of twice that.
        assertThat(chiSquare).isBetween(cells - 5 * Math.sqrt(2.0 * cells), cells + 5 * Math.sqrt(2.0 * cells));
    }

    private static int likeliest(SamplingParameters parameters) {
        double[] first = NaiveSampler.distribution(parameters, logits(new int[0], 0));
        int best = 0;
        for (int i = 1; i < first.length; i++) {
            best = first[i] > first[best] ? i : best;
        }
        return best;
    }

    private static int[] answer(SamplingParameters parameters, long seed, Guesser guesser) {
        return answer(parameters, seed, LENGTH, guesser);
    }

    private static int[] answer(SamplingParameters parameters, long seed, int length, Guesser guesser) {
        Sampler sampler = new Sampler(parameters, SamplerState.start(seed, 0), new int[] {1, 2}, 2);
        SamplerScratch scratch = new SamplerScratch(VOCABULARY);
        int[] tokens = new int[length];
        int size = 0;
        while (size < length) {
            int[] guess = guesser.guess(size);
            // One step computes the logits after the last token and after each guess.
            float[][] rows = new float[guess.length + 1][];
            int[] context = Arrays.copyOf(tokens, size + guess.length);
            System.arraycopy(guess, 0, context, size, guess.length);
            for (int i = 0; i < rows.length; i++) {
                rows[i] = logits(context, size + i);
            }
            for (int i = 0; i < rows.length && size < length; i++) {
                int token = sampler.sample(MemorySegment.ofArray(rows[i]), VOCABULARY, scratch);
                sampler.accept(token);
                tokens[size++] = token;
                if (i < guess.length && guess[i] != token) {
                    break;
                }
            }
        }
        return tokens;
    }

    /** A model: logits that depend on all tokens before. */
    private static float[] logits(int[] context, int length) {
        Random random = new Random(Arrays.hashCode(Arrays.copyOf(context, length)));
        return SamplerTest.floats(random, VOCABULARY, 2);
    }
}
