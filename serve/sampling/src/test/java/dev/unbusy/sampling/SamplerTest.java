package dev.unbusy.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    @Test
    void sample_atTemperatureZero_takesLowestIdAmongEqualLogits() {
        float[] logits = new float[600];
        logits[570] = 3;
        logits[299] = 3;
        assertThat(sample(SamplingParameters.GREEDY, logits)).isEqualTo(299);
    }

    @Test
    void sample_whenBothZerosAreHighest_takesLowestId() {
        assertThat(sample(SamplingParameters.GREEDY, -1, -0f, 0f)).isEqualTo(1);
        assertThat(sample(SamplingParameters.GREEDY, -1, 0f, -0f)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 1})
    void sample_whenLogitsAreNotFinite_failsInsteadOfReturningAToken(float temperature) {
        SamplingParameters parameters = SamplingParameters.ofTemperature(temperature);
        float negativeNan = Float.intBitsToFloat(0xFFC00000);
        for (float bad : new float[] {Float.NaN, negativeNan, INF}) {
            float[] logits = new float[1000];
            logits[700] = bad;
            assertThatThrownBy(() -> sample(parameters, logits))
                    .isInstanceOf(SamplingException.class)
                    .hasMessageContaining("token 700");
        }
        assertThatThrownBy(() -> sample(parameters, -INF, -INF)).isInstanceOf(SamplingException.class);
    }

    @Test
    void sample_neverReturnsABannedToken() {
        SamplingParameters parameters = SamplingParameters.ofTemperature(1e9f).withBias(LogitBias.of(Map.of(1, -INF)));
        for (int seed = 0; seed < 1000; seed++) {
            assertThat(sampleSeeded(parameters, seed, 0, 50, -INF)).isEqualTo(0);
        }
    }

    @Test
    void sample_withFrequencyAndPresencePenalty_countsGeneratedTokensOnly() {
        // OpenAI: mu[j] - c[j] * frequency - (c[j] > 0) * presence. Token 0 in the prompt stays untouched.
        Sampler sampler = new Sampler(
                SamplingParameters.GREEDY.withPenalties(new Penalties(1, 0.5f, 0.25f)),
                SamplerState.start(0, 0),
                new int[] {0, 0, 0},
                3);
        float[] logits = {2.0f, 3.0f, 2.2f};
        assertThat(sample(sampler, logits)).isEqualTo(1);
        sampler.accept(1); // 3 - 0.5 - 0.25 = 2.25
        assertThat(sample(sampler, logits)).isEqualTo(1);
        sampler.accept(1); // 3 - 1.0 - 0.25 = 1.75
        assertThat(sample(sampler, logits)).isEqualTo(2);
        sampler.accept(2); // 2.2 - 0.75 = 1.45
        assertThat(sample(sampler, logits)).isEqualTo(0);
    }

    @Test
    void sample_withRepetitionPenalty_countsPromptAndGeneratedTokensOnce() {
        Sampler sampler = new Sampler(
                SamplingParameters.GREEDY.withPenalties(new Penalties(2, 0, 0)),
                SamplerState.start(0, 0),
                new int[] {0},
                1);
        float[] logits = {3.0f, 1.6f, -0.4f, -0.9f};
        assertThat(sample(sampler, logits)).isEqualTo(1); // token 0: 3 / 2 = 1.5
        sampler.accept(1); // 1.6 / 2 = 0.8
        sampler.accept(0); // still 1.5
        assertThat(sample(sampler, logits)).isEqualTo(0);
        // Negative logits are multiplied: -0.4 * 2 = -0.8 still above -0.9.
        Sampler negative = new Sampler(sampler.parameters(), SamplerState.start(0, 0), new int[] {0, 1, 2}, 3);
        assertThat(sample(negative, -0.5f, -0.6f, -0.4f, -0.9f)).isEqualTo(2);
        assertThat(sample(negative, -0.5f, -0.6f, -0.46f, -0.9f)).isEqualTo(3);
    }

    @Test
    void sample_withManyDistinctPenalisedTokens_matchesTheDefinition() {
        Random random = new Random(5);
        Penalties penalties = new Penalties(1.3f, 0.2f, 0.1f);
        int[] prompt = random.ints(300, 0, 1000).toArray();
        Sampler sampler =
                new Sampler(SamplingParameters.GREEDY.withPenalties(penalties), SamplerState.start(0, 0), prompt, 300);
        Map<Integer, Integer> generated = new HashMap<>();
        for (int step = 0; step < 400; step++) {
            float[] logits = floats(random, 1000, 3);
            float[] expected = new float[1000];
            for (int i = 0; i < 1000; i++) {
                int token = i;
                boolean inPrompt = Arrays.stream(prompt).anyMatch(t -> t == token);
                expected[i] = NaiveSampler.penalised(penalties, logits[i], inPrompt, i, generated);
            }
            int token = sample(sampler, logits);
            assertThat(token).isEqualTo(NaiveSampler.argmax(expected));
            sampler.accept(token);
            generated.merge(token, 1, Integer::sum);
        }
    }

    @Test
    void sample_isAFunctionOfSeedAndPosition() {
        SamplingParameters parameters = SamplingParameters.ofTemperature(1).withTopP(0.9f);
        float[] logits = floats(new Random(1), 500, 1);
        Sampler first = new Sampler(parameters, SamplerState.start(42, 0), new int[0], 0);
        int[] tokens = new int[50];
        for (int i = 0; i < 50; i++) {
            tokens[i] = sample(first, logits);
            assertThat(sample(first, logits)).as("sampled twice").isEqualTo(tokens[i]);
            first.accept(tokens[i]);
        }
        Sampler resumed = new Sampler(parameters, new SamplerState(42, 30), new int[0], 0);
        for (int i = 30; i < 50; i++) {
            int token = sample(resumed, logits);
            assertThat(token).isEqualTo(tokens[i]);
            resumed.accept(token);
        }
        assertThat(resumed.state()).isEqualTo(first.state());
        assertThat(Arrays.stream(tokens).distinct().count()).isGreaterThan(20);
    }

    @Test
    void start_givesEachChoiceItsOwnStream() {
        assertThat(SamplerState.start(7, 0).seed()).isEqualTo(7);
        assertThat(SamplerState.start(7, 1).seed())
                .isNotEqualTo(SamplerState.start(7, 2).seed());
    }

    @Test
    void logprobs_areTheLogSoftmaxOfTheUnmodifiedLogits() {
        SamplingParameters parameters =
                new SamplingParameters(0.3f, 2, 0.5f, 0, new Penalties(1, 1, 1), LogitBias.of(Map.of(2, 90f)), 3);
        float[] logits = {1, 2, 3, 3};
        Sampler sampler = new Sampler(parameters, SamplerState.start(0, 0), new int[0], 0);
        TokenLogprobs logprobs = sampler.logprobs(MemorySegment.ofArray(logits), 4, 1, new SamplerScratch(4));
        double sum = Math.exp(1) + Math.exp(2) + 2 * Math.exp(3);
        assertThat(logprobs.logprob()).isCloseTo((float) (2 - Math.log(sum)), within(1e-4f));
        assertThat(logprobs.topTokens()).containsExactly(2, 3, 1);
        assertThat(logprobs.topLogprobs()[0]).isCloseTo((float) (3 - Math.log(sum)), within(1e-4f));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 500, 1000})
    void sample_amongTheTokensOfAMask_isSamplingWhereAllOthersAreImpossible(int vocabulary) {
        Random random = new Random(vocabulary);
        LogitBias bias = LogitBias.of(Map.of(0, 30f));
        for (SamplingParameters parameters : new SamplingParameters[] {
            SamplingParameters.GREEDY.withBias(bias),
            SamplingParameters.ofTemperature(1).withBias(bias),
            SamplingParameters.ofTemperature(2).withTopK(40),
            SamplingParameters.ofTemperature(1).withTopP(0.8f),
            SamplingParameters.ofTemperature(1).withTopK(5).withTopP(0.9f).withMinP(0.01f)
        }) {
            for (int round = 0; round < 100; round++) {
                float[] logits = floats(random, vocabulary, 3);
                float[] banned = logits.clone();
                long[] allowed = new long[(vocabulary + 63) / 64];
                int kept = random.nextInt(vocabulary);
                double share = round % 3 == 0 ? 0 : random.nextDouble();
                for (int token = 0; token < vocabulary; token++) {
                    if (token == kept || random.nextDouble() < share) {
                        allowed[token / 64] |= 1L << token;
                    } else {
                        banned[token] = -INF;
                    }
                }
                SamplerState state = SamplerState.start(round, 0);
                int token = new Sampler(parameters, state, new int[0], 0)
                        .sample(MemorySegment.ofArray(logits), vocabulary, allowed, new SamplerScratch(vocabulary));
                assertThat(banned[token]).as("allowed").isGreaterThan(-INF);
                assertThat(token).isEqualTo(sample(new Sampler(parameters, state, new int[0], 0), banned));
            }
        }
    }

    @Test
    void sample_whenAMaskAllowsNothing_failsInsteadOfReturningAToken() {
        Sampler sampler = new Sampler(SamplingParameters.GREEDY, SamplerState.start(1, 0), new int[0], 0);
        MemorySegment logits = MemorySegment.ofArray(new float[100]);
        assertThatThrownBy(() -> sampler.sample(logits, 100, new long[2], new SamplerScratch(100)))
                .isInstanceOf(SamplingException.class);
    }

    @Test
    void weights_areCloseToTheExponentialAndZeroForBannedTokens() {
        float[] logits = new float[4000];
        for (int i = 0; i < 3999; i++) {
            logits[i] = -i / 100f;
        }
        logits[3999] = -INF;
        float[] weights = logits.clone();
        FastExp.weights(weights, 4000, 0, 1);
        for (int i = 0; i <= 3000; i++) {
            assertThat(weights[i] / Math.exp(logits[i])).isCloseTo(1, within(1e-4));
        }
        assertThat(weights[3999]).isZero();
    }

    @Test
    void parameters_outOfRange_areRefusedByName() {
        assertThatThrownBy(() -> SamplingParameters.ofTemperature(-1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> SamplingParameters.GREEDY.withTopP(0)).hasMessageContaining("top_p");
        assertThatThrownBy(() -> SamplingParameters.GREEDY.withTopK(-1)).hasMessageContaining("top_k");
        assertThatThrownBy(() -> SamplingParameters.GREEDY.withMinP(1.1f)).hasMessageContaining("min_p");
        assertThatThrownBy(() -> new Penalties(0, 0, 0)).hasMessageContaining("repetition_penalty");
        assertThatThrownBy(() -> new Penalties(1, Float.NaN, 0)).hasMessageContaining("frequency_penalty");
        assertThatThrownBy(() -> LogitBias.of(Map.of(3, Float.NaN))).hasMessageContaining("token 3");
    }

    static float[] floats(Random random, int n, double spread) {
        float[] logits = new float[n];
        for (int i = 0; i < n; i++) {
            logits[i] = (float) (random.nextGaussian() * spread);
        }
        return logits;
    }

    private static int sample(SamplingParameters parameters, float... logits) {
        return sample(new Sampler(parameters, SamplerState.start(1, 0), new int[0], 0), logits);
    }

    private static int sampleSeeded(SamplingParameters parameters, long seed, float... logits) {
        return sample(new Sampler(parameters, SamplerState.start(seed, 0), new int[0], 0), logits);
    }

    private static int sample(Sampler sampler, float... logits) {
        return sampler.sample(MemorySegment.ofArray(logits), logits.length, new SamplerScratch(logits.length));
    }
}
