package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class BatchTest {
    @Test
    void struct_isWhatACProgramWouldRead() {
        try (Batch batch = new Batch(3)) {
            batch.add(11, 5, 2, false);
            batch.add(12, 6, 1, true);
            MemorySegment struct = batch.struct();
            assertThat(struct.get(ValueLayout.JAVA_INT, 0)).isEqualTo(2);
            assertThat(array(struct, "embd").address()).isZero();
            assertThat(ints(struct, "token")).containsExactly(11, 12);
            assertThat(ints(struct, "pos")).containsExactly(5, 6);
            assertThat(ints(struct, "n_seq_id")).containsExactly(1, 1);
            MemorySegment sequences = array(struct, "seq_id").reinterpret(16);
            AddressLayout pointer = ValueLayout.ADDRESS;
            assertThat(sequences.getAtIndex(pointer, 0).reinterpret(4).get(ValueLayout.JAVA_INT, 0))
                    .isEqualTo(2);
            assertThat(sequences.getAtIndex(pointer, 1).reinterpret(4).get(ValueLayout.JAVA_INT, 0))
                    .isEqualTo(1);
            assertThat(array(struct, "logits").reinterpret(2).toArray(ValueLayout.JAVA_BYTE))
                    .containsExactly(0, 1);
        }
    }

    @Test
    void clear_startsOver() {
        try (Batch batch = new Batch(2)) {
            assertThat(batch.add(5, 0, 3, true)).isZero();
            assertThat(batch.add(6, 1, 3, true)).isEqualTo(1);
            assertThat(batch.outputs()).isEqualTo(2);
            batch.clear();
            assertThat(batch.size()).isZero();
            assertThat(batch.outputs()).isZero();
            assertThat(batch.highestSequence()).isEqualTo(-1);
            assertThat(batch.add(7, 0, 0, false)).isZero();
            assertThat(ints(batch.struct(), "token")).startsWith(7);
        }
    }

    @Test
    void add_beyondItsCapacity_isRefused() {
        try (Batch batch = new Batch(1)) {
            batch.add(0, 0, 0, false);
            assertThatIllegalStateException()
                    .isThrownBy(() -> batch.add(0, 1, 0, false))
                    .withMessageContaining("1 tokens");
        }
    }

    @Test
    void add_ofNegativeNumbers_isRefused() {
        try (Batch batch = new Batch(1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(-1, 0, 0, false));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(0, -1, 0, false));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(0, 0, -1, false));
            assertThat(batch.size()).isZero();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new Batch(0));
    }

    @Test
    void close_twice_isHarmlessAndLaterUseIsRefused() {
        Batch batch = new Batch(1);
        batch.close();
        batch.close();
        assertThatIllegalStateException().isThrownBy(() -> batch.add(0, 0, 0, false));
    }

    private static MemorySegment array(MemorySegment struct, String field) {
        return struct.get(ValueLayout.ADDRESS, Layouts.offset(Layouts.BATCH, field));
    }

    private static int[] ints(MemorySegment struct, String field) {
        return array(struct, field).reinterpret(8).toArray(ValueLayout.JAVA_INT);
    }
}
