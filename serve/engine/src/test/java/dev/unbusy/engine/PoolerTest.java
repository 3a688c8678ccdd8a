package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PoolerTest {
    private static MemorySegment state(float... numbers) {
        return MemorySegment.ofArray(numbers);
    }

    private static float[] pooled(Pooling pooling, float[]... states) {
        Pooler pooler = new Pooler(pooling, states.length, states[0].length);
        for (int position = 0; position < states.length; position++) {
            if (pooler.wants(position)) {
                pooler.add(position, state(states[position]));
            }
        }
        return pooler.vector();
    }

    @Test
    void eachPooling_takesItsTokens_andGivesLengthOne() {
        float[][] states = {{3, 0}, {0, 7}, {1, 1}};
        assertThat(pooled(Pooling.MEAN, states)).containsExactly(new float[] {0.4472136f, 0.8944272f}, within(1e-6f));
        assertThat(pooled(Pooling.CLS, states)).containsExactly(1, 0);
        assertThat(pooled(Pooling.LAST, states)).containsExactly(new float[] {0.70710677f, 0.70710677f}, within(1e-6f));
    }

    @Property(tries = 200)
    void positionsThatComeAgain_countOnce(@ForAll @IntRange(min = 1, max = 60) int tokens, @ForAll long seed) {
        Random random = new Random(seed);
        float[][] states = new float[tokens][3];
        for (float[] state : states) {
            for (int i = 0; i < state.length; i++) {
                state[i] = random.nextFloat() - 0.3f;
            }
        }
        for (Pooling pooling : Pooling.values()) {
            Pooler pooler = new Pooler(pooling, tokens, 3);
            int computed = 0;
            while (computed < tokens) {
                int end = Math.min(tokens, computed + 1 + random.nextInt(8));
                for (int position = computed; position < end; position++) {
                    if (pooler.wants(position)) {
                        pooler.add(position, state(states[position]));
                    }
                }
                // Its cells are lost now and then, some or all.
                computed = end < tokens && random.nextInt(3) == 0 ? random.nextInt(end + 1) : end;
            }
            assertThat(pooler.vector()).as("%s", pooling).containsExactly(pooled(pooling, states));
        }
    }

    @Test
    void missingPositions_areNoticed() {
        Pooler pooler = new Pooler(Pooling.MEAN, 3, 1);
        pooler.add(0, state(1));
        assertThatIllegalStateException().isThrownBy(() -> pooler.add(2, state(1)));
        assertThatIllegalStateException().isThrownBy(pooler::vector);
        assertThatIllegalStateException().isThrownBy(new Pooler(Pooling.CLS, 1, 1)::vector);
    }

    @Test
    void whatHasNoDirection_isNoVector() {
        assertThatIllegalStateException().isThrownBy(() -> pooled(Pooling.MEAN, new float[] {0, 0}));
        assertThatIllegalStateException().isThrownBy(() -> pooled(Pooling.MEAN, new float[] {1, Float.NaN}));
        assertThatIllegalStateException().isThrownBy(() -> pooled(Pooling.LAST, new float[] {1, 1f / 0}));
    }

    @Test
    void filesThatDoNotSay_areMeant() {
        assertThat(Pooling.of(null)).isEqualTo(Pooling.MEAN);
        assertThat(Pooling.of("0")).isEqualTo(Pooling.MEAN);
        assertThat(Pooling.of("1")).isEqualTo(Pooling.MEAN);
        assertThat(Pooling.of("2")).isEqualTo(Pooling.CLS);
        assertThat(Pooling.of("3")).isEqualTo(Pooling.LAST);
        assertThat(Pooling.of("4")).isNull();
    }
}
