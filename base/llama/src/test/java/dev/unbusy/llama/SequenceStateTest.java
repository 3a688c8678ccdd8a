package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SequenceStateTest {
    @Property
    void parse_ofWhatBytesGave_givesTheSameState(@ForAll @Size(min = 1, max = 300) byte[] payload) {
        SequenceState parsed = SequenceState.parse(state(payload).bytes());
        assertThat(parsed.payload().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(payload);
        assertThat(parsed.tokens()).isEqualTo(7);
        assertThat(parsed.sizeBytes()).isEqualTo(SequenceState.HEADER_BYTES + payload.length);
        parsed.requireFingerprint("model");
    }

    @Property
    void parse_whenAnyBitIsFlipped_isRefusedBecauseTheLibraryWouldAllocateWhatItSays(
            @ForAll @Size(min = 1, max = 300) byte[] payload, @ForAll @IntRange(max = 1 << 20) int where) {
        byte[] bytes = copy(state(payload).bytes());
        int bit = where % (bytes.length * 8);
        bytes[bit / 8] ^= (byte) (1 << (bit % 8));
        assertDamaged(bytes);
    }

    @Property
    void parse_ofEveryPrefix_isRefused(
            @ForAll @Size(min = 1, max = 300) byte[] payload, @ForAll @IntRange(max = 1000) int n) {
        byte[] bytes = copy(state(payload).bytes());
        assertDamaged(Arrays.copyOf(bytes, n % bytes.length));
    }

    @Property
    void parse_ofAnyBytes_isRefusedWithoutOtherFailure(@ForAll byte[] bytes) {
        assertDamaged(bytes);
    }

    @Test
    void restore_givesTheContinuationThatWouldHaveCome() {
        Model model = Natives.model();
        int[] prompt = model.vocab().tokenize("The capital of France is", true, false);
        try (Context context = model.newContext(ContextOptions.single(512, 1).withSequences(2, 2));
                Batch batch = new Batch(64)) {
            for (int i = 0; i < prompt.length - 1; i++) {
                batch.add(prompt[i], i, 0, false);
            }
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
            SequenceState saved = context.save(0, "sha256 of the file");
            assertThat(saved.tokens()).isEqualTo(prompt.length - 1);
            int expected = next(context, batch, prompt, 0);

            context.clear();
            SequenceState read = SequenceState.parse(saved.bytes());
            assertThat(context.restore(1, read, "sha256 of the file")).isTrue();
            assertThat(context.lastPosition(1)).isEqualTo(prompt.length - 2);
            assertThat(next(context, batch, prompt, 1)).isEqualTo(expected);

            assertThatExceptionOfType(LlamaException.class)
                    .isThrownBy(() -> context.restore(0, read, "another model"))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("kv-state-foreign"));
        }
    }

    @Test
    void restore_whenNoCellsAreFree_saysSoAndLeavesTheSequenceEmpty() {
        try (Context context =
                        Natives.model().newContext(ContextOptions.single(256, 1).withSequences(2, 2));
                Batch batch = new Batch(200)) {
            for (int i = 0; i < 200; i++) {
                batch.add(i, i, 0, false);
            }
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
            SequenceState saved = context.save(0, "m");
            assertThat(context.restore(1, saved, "m")).isFalse();
            assertThat(context.lastPosition(1)).isEqualTo(-1);
            assertThat(context.lastPosition(0)).isEqualTo(199);
        }
    }

    private static int next(Context context, Batch batch, int[] prompt, int sequence) {
        batch.clear();
        int index = batch.add(prompt[prompt.length - 1], prompt.length - 1, sequence, true);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        return PlainLoop.greedy(context.logits(index));
    }

    private static SequenceState state(byte[] payload) {
        return SequenceState.fill(payload.length, 7, "model", to -> {
            to.copyFrom(MemorySegment.ofArray(payload));
            return payload.length;
        });
    }

    private static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static void assertDamaged(byte[] bytes) {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> SequenceState.parse(ByteBuffer.wrap(bytes)))
                .satisfies(e -> assertThat(e.code()).isEqualTo("kv-state-damaged"));
    }
}
