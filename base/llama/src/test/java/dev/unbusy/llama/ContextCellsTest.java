package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ContextCellsTest extends ContextFixture {
    @Test
    void snapshot_restoredIntoAnotherSequence_goesOnAsTheFirst() {
        int[] expected = generate(0, france);
        try (Context own = model.newContext(
                        ContextOptions.single(1024, 1).withSequences(4, 4).withCellsOfTheirOwn());
                KvSnapshot snapshot = new KvSnapshot()) {
            batch.clear();
            for (int i = 0; i < france.length; i++) {
                batch.add(france[i], i, 2, i == france.length - 1);
            }
            assertThat(own.decode(batch)).isEqualTo(DecodeOutcome.OK);
            own.save(2, snapshot);
            assertThat(own.restore(0, snapshot, france.length - 1)).isTrue();
            assertThat(own.lastPosition(0)).isEqualTo(france.length - 2);
            assertThat(own.restore(1, snapshot, france.length)).isTrue();
            batch.clear();
            int index = batch.add(france[france.length - 1], france.length - 1, 0, true);
            assertThat(own.decode(batch)).isEqualTo(DecodeOutcome.OK);
            assertThat(PlainLoop.greedy(own.logits(index))).isEqualTo(expected[0]);
            assertThatIllegalStateException()
                    .isThrownBy(() -> own.copyTokens(0, 3, 0, -1))
                    .withMessageContaining("share no cells");
            assertThatIllegalArgumentException().isThrownBy(() -> own.restore(1, snapshot, france.length + 1));
        }
    }

    @Test
    void copyTokens_ofAPrefix_givesTheContinuationOfAFullPrefill() {
        int[] full = generate(0, france);
        context.clear();
        prefill(0, Arrays.copyOf(france, france.length - 1));
        context.copyTokens(0, 1, 0, france.length - 1);
        assertThat(context.lastPosition(1)).isEqualTo(france.length - 2);
        batch.clear();
        int index = batch.add(france[france.length - 1], france.length - 1, 1, true);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        assertThat(generateFrom(1, france.length, index)).isEqualTo(full);
    }

    @Test
    void copyTokens_ontoASequenceThatHasTokensThere_isRefused() {
        prefill(0, france);
        prefill(1, france);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.copyTokens(0, 1, 0, -1))
                .withMessageContaining("sequence 1 has tokens up to position " + (france.length - 1));
    }

    @Test
    void copyTokens_takesNoFurtherCells() {
        fill(0, context.contextTokens() - 8);
        context.copyTokens(0, 1, 0, -1);
        context.copyTokens(0, 2, 0, -1);
        batch.clear();
        for (int i = 0; i < 8; i++) {
            batch.add(france[0], context.contextTokens() - 8 + i, 1, false);
        }
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
    }

    @Test
    void removeTokens_ofTheEnd_rewindsTheSequence() {
        int[] first = generate(0, france);
        assertThat(context.removeTokens(0, france.length - 1, -1)).isTrue();
        assertThat(context.lastPosition(0)).isEqualTo(france.length - 2);
        batch.clear();
        int index = batch.add(france[france.length - 1], france.length - 1, 0, true);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        assertThat(generateFrom(0, france.length, index)).isEqualTo(first);
    }

    @Test
    void decode_whenKvIsFull_saysSoAndGoesOnOnceSpaceIsFreed() {
        fill(0, context.contextTokens() - 4);
        batch.clear();
        for (int i = 0; i < 8; i++) {
            batch.add(france[0], i, 1, i == 7);
        }
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.NO_KV_SPACE);
        assertThat(context.lastPosition(0)).isEqualTo(context.contextTokens() - 5);
        assertThat(context.lastPosition(1)).isEqualTo(-1);
        assertThatIllegalStateException().isThrownBy(() -> context.logits(7)).withMessageContaining("NO_KV_SPACE");

        context.removeTokens(0, 0, -1);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        assertThat(context.lastPosition(1)).isEqualTo(7);
    }

    @Test
    void kvBytesPerToken_isWhatTheStateOfATokenTakes() {
        ContextOptions options = ContextOptions.single(256, 1);
        int tokens = 100;
        fill(0, tokens);
        // Apart from the library's own bookkeeping, some bytes for each token and each layer.
        assertThat(context.save(0, "m").sizeBytes()
                        - ContextCreation.kvBytesPerToken(model, options).orElseThrow() * tokens)
                .isBetween(0L, 10_000L);
    }
}
