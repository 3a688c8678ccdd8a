package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TextAssemblerTest {
    @Property
    void take_givesTheSameText_howeverTheBytesAreCut(@ForAll String text, @ForAll long seed) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(join(bytes, new Random(seed))).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
    }

    @Property
    void take_readsAnyBytesAsTheJdkDoes(@ForAll byte[] bytes, @ForAll long seed) {
        assertThat(join(bytes, new Random(seed))).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
    }

    @Test
    void take_holdsAnIncompleteCharacterBack() {
        TextAssembler assembler = new TextAssembler();
        byte[] smile = "😀".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3; i++) {
            assembler.room(1).put(smile[i]);
            assertThat(assembler.take()).isEmpty();
        }
        assembler.room(1).put(smile[3]);
        assertThat(assembler.take()).isEqualTo("😀");
        assertThat(assembler.finish()).isEmpty();
    }

    @Test
    void finish_replacesACharacterThatNeverBecameWhole() {
        TextAssembler assembler = new TextAssembler();
        assembler.room(2).put(Arrays.copyOf("é".getBytes(StandardCharsets.UTF_8), 1));
        assertThat(assembler.take()).isEmpty();
        assertThat(assembler.finish()).isEqualTo("\uFFFD");
    }

    private static String join(byte[] bytes, Random random) {
        TextAssembler assembler = new TextAssembler();
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(90));
            assembler.room(length).put(bytes, at, length);
            text.append(assembler.take());
            at += length;
        }
        return text.append(assembler.finish()).toString();
    }
}
