package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A small context of the real library, and what tests do with it. */
abstract class ContextFixture {
    static final int NEW_TOKENS = 8;

    final Model model = Natives.model();
    final Vocab vocab = model.vocab();
    final Context context = model.newContext(ContextOptions.single(256, 1).withSequences(4, 4));
    final Batch batch = new Batch(context.batchTokens());
    final int[] france = vocab.tokenize("The capital of France is", true, false);
    final int[] count = vocab.tokenize("One, two, three, four, five,", true, false);

    @AfterEach
    void close() {
        batch.close();
        context.close();
    }

    static List<Integer> boxed(int[] tokens) {
        return Arrays.stream(tokens).boxed().toList();
    }

    /** Adds tokens of which the last wants logits; returns its index. */
    int add(int sequence, int from, int[] tokens) {
        int index = -1;
        for (int i = 0; i < tokens.length; i++) {
            index = batch.add(tokens[i], from + i, sequence, i == tokens.length - 1);
        }
        return index;
    }

    int prefill(int sequence, int[] tokens) {
        batch.clear();
        int index = add(sequence, 0, tokens);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        return index;
    }

    void fill(int sequence, int tokens) {
        for (int at = 0; at < tokens; ) {
            batch.clear();
            while (at < tokens && batch.size() < batch.capacity()) {
                batch.add(france[at % france.length], at, sequence, false);
                at++;
            }
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        }
    }

    int[] generate(int sequence, int[] prompt) {
        return generateFrom(sequence, prompt.length, prefill(sequence, prompt));
    }

    int[] generateFrom(int sequence, int position, int index) {
        int[] result = new int[NEW_TOKENS];
        for (int i = 0; i < NEW_TOKENS; i++) {
            result[i] = PlainLoop.greedy(context.logits(index));
            batch.clear();
            index = batch.add(result[i], position + i, sequence, true);
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        }
        return result;
    }
}
