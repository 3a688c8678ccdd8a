package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hidden states from a context that also generates. */
class HiddenStateTest extends ContextFixture {
    private final Context large = model.newContext(ContextOptions.single(256, 1).withSequences(4, 64));

    @AfterEach
    @Override
    void close() {
        large.close();
        super.close();
    }

    private float[][] hidden(int sequence, int from, int[] tokens) {
        batch.clear();
        for (int i = 0; i < tokens.length; i++) {
            batch.add(tokens[i], from + i, sequence, true);
        }
        assertThat(large.decodeHidden(batch)).isEqualTo(DecodeOutcome.OK);
        float[][] states = new float[tokens.length][];
        for (int i = 0; i < tokens.length; i++) {
            states[i] = large.hiddenState(i).toArray(ValueLayout.JAVA_FLOAT);
        }
        return states;
    }

    @Test
    void hiddenStates_dependOnWhatComesBefore_andOnNothingBehind() {
        float[][] whole = hidden(0, 0, count);
        float[][] first = hidden(1, 0, Arrays.copyOf(count, 3));
        float[][] other = hidden(2, 0, france);
        assertThat(whole[0]).hasSize(model.embeddingLength()).hasSize(576);
        assertThat(first[2]).containsExactly(whole[2], within(1e-2f));
        assertThat(distance(other[other.length - 1], whole[whole.length - 1])).isGreaterThan(1);
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void generation_goesOnUnchangedBehindHiddenStatesOfAnother() {
        int[] alone = generate(0, france);
        context.clear();
        int index = prefill(0, france);
        int first = PlainLoop.greedy(context.logits(index));
        batch.clear();
        for (int i = 0; i < 4; i++) {
            batch.add(count[i], i, 1, true);
        }
        assertThat(context.decodeHidden(batch)).isEqualTo(DecodeOutcome.OK);
        batch.clear();
        index = batch.add(first, france.length, 0, true);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        assertThat(PlainLoop.greedy(context.logits(index))).isEqualTo(alone[1]);
    }

    @Test
    void hiddenState_isRefusedWhereThereIsNone() {
        prefill(0, france);
        assertThatIllegalStateException().isThrownBy(() -> context.hiddenState(0));
        hidden(0, 0, france);
        assertThatIllegalArgumentException().isThrownBy(() -> large.hiddenState(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> large.hiddenState(france.length));
        batch.clear();
        batch.add(france[0], france.length, 0, true);
        assertThat(large.decode(batch)).isEqualTo(DecodeOutcome.OK);
        assertThatIllegalStateException().isThrownBy(() -> large.hiddenState(0));
    }

    @Test
    void decodeHidden_ofMoreTokensThanOutputs_isRefusedBeforeTheLibraryEndsTheProcess() {
        batch.clear();
        for (int i = 0; i < 65; i++) {
            batch.add(france[0], i, 0, true);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> large.decodeHidden(batch));
        batch.clear();
        batch.add(france[0], 0, 0, true);
        batch.add(france[1], 1, 0, false);
        assertThatIllegalArgumentException().isThrownBy(() -> large.decodeHidden(batch));
    }
}
