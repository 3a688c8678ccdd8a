package dev.unbusy.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fast sampler against the definitions of {@link NaiveSampler}. */
class SamplerDistributionTest {

    @Property(tries = 500)
    void greedy_equalsNaive(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int vocabulary) {
        Random random = new Random(seed);
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            // Coarse values, so that ties are common; some −infinity, both zeros.
            logits[i] = random.nextInt(20) == 0
                    ? Float.NEGATIVE_INFINITY
                    : (random.nextInt(9) - 8) * -0f + (random.nextInt(41) - 40) * 0.5f;
        }
        logits[random.nextInt(vocabulary)] = -3;
        int token = sampler(SamplingParameters.GREEDY, seed)
                .sample(MemorySegment.ofArray(logits), vocabulary, new SamplerScratch(vocabulary + 5));
        assertThat(token).isEqualTo(NaiveSampler.argmax(logits));
    }

    /** One draw of the fast sampler is a draw of the naive one, except where rounding moves a boundary past the point. */
    @Property(tries = 500)
    void draw_equalsNaive(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3000) int vocabulary,
            @ForAll @FloatRange(min = 0.05f, max = 3) float temperature,
            @ForAll @IntRange(min = 0, max = 60) int topK,
            @ForAll @FloatRange(min = 0.05f, max = 1) float topP,
            @ForAll @FloatRange(min = 0, max = 0.3f) float minP,
            @ForAll @IntRange(min = 0, max = 7) int which) {
        SamplingParameters parameters = SamplingParameters.ofTemperature(temperature)
                .withTopK((which & 1) == 0 ? 0 : topK)
                .withTopP((which & 2) == 0 ? 1 : topP)
                .withMinP((which & 4) == 0 ? 0 : minP);
        Random random = new Random(seed);
        float[] logits = SamplerTest.floats(random, vocabulary, 0.5 + random.nextInt(6));
        double[] expected = NaiveSampler.distribution(parameters, logits);
        SamplerScratch scratch = new SamplerScratch(vocabulary);
        for (int i = 0; i < 20; i++) {
            int token = new Sampler(parameters, new SamplerState(seed, i), new int[0], 0)
                    .sample(MemorySegment.ofArray(logits), vocabulary, scratch);
            double uniform = SamplerState.uniform(seed, i);
            double margin = 1e-4;
            assertThat(token)
                    .as("%s seed %d draw %d", parameters, seed, i)
                    .isBetween(
                            NaiveSampler.pick(expected, Math.max(0, uniform - margin)),
                            NaiveSampler.pick(expected, Math.min(1, uniform + margin)));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,0,1,0", "0.7,0,1,0", "1.5,40,1,0", "1,0,0.9,0", "1,20,0.8,0", "1,0,1,0.1", "0.8,50,0.95,0.02"})
    void draws_followTheDistribution(float temperature, int topK, float topP, float minP) {
        SamplingParameters parameters = SamplingParameters.ofTemperature(temperature)
                .withTopK(topK)
                .withTopP(topP)
                .withMinP(minP);
        int vocabulary = 700;
        float[] logits = SamplerTest.floats(new Random(11), vocabulary, 2);
        double[] expected = NaiveSampler.distribution(parameters, logits);
        int draws = 100_000;
        long[] seen = new long[vocabulary];
        SamplerScratch scratch = new SamplerScratch(vocabulary);
        MemorySegment row = MemorySegment.ofArray(logits);
        for (int i = 0; i < draws; i++) {
            seen[new Sampler(parameters, new SamplerState(99, i), new int[0], 0).sample(row, vocabulary, scratch)]++;
        }
        // Cells with a small expectation are pooled, as the chi-square approximation asks for.
        double chiSquare = 0;
        double pooledExpected = 0;
        double pooledSeen = 0;
        int cells = 0;
        for (int i = 0; i < vocabulary; i++) {
            double wanted = expected[i] * draws;
            if (expected[i] == 0) {
                assertThat(seen[i]).as("filtered token %d", i).isZero();
            } else if (wanted < 10) {
                pooledExpected += wanted;
                pooledSeen += seen[i];
            } else {
                chiSquare += (seen[i] - wanted) * (seen[i] - wanted) / wanted;
                cells++;
            }
        }
        if (pooledExpected > 0) {
            chiSquare += (pooledSeen - pooledExpected) * (pooledSeen - pooledExpected) / pooledExpected;
            cells++;
        }
        // Mean cells − 1, deviation sqrt(2 (cells − 1)): five deviations are a chance of about one in a million.
        assertThat(chiSquare).isLessThan(cells - 1 + 5 * Math.sqrt(2.0 * (cells - 1)));
    }

    private static Sampler sampler(SamplingParameters parameters, long seed) {
        return new Sampler(parameters, SamplerState.start(seed, 0), new int[0], 0);
    }
}
