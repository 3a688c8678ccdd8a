package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TextRunsTest {
    @Test
    void of_countsRunsInCharactersNotInUtf16Units() {
        assertThat(TextRuns.of("")).isEqualTo(new TextRuns(0, 0));
        assertThat(TextRuns.of("ab 12")).isEqualTo(new TextRuns(3, 2));
        assertThat(TextRuns.of("你好你好")).isEqualTo(new TextRuns(4, 4));
        assertThat(TextRuns.of("😀😀😀")).isEqualTo(new TextRuns(3, 3));
        assertThat(TextRuns.of("a1a1a1")).isEqualTo(new TextRuns(6, 1));
        assertThat(TextRuns.of("a\u0301a\u0301")).isEqualTo(new TextRuns(4, 4));
    }

    @Test
    void of_countsAMatchThatStartsOrEndsWithSpace() {
        assertThat(TextRuns.of("     abc     ").longestMatch()).isEqualTo(8);
    }

    @Property
    void of_anyText_isBoundedByItsLength(@ForAll String text) {
        TextRuns runs = TextRuns.of(text);
        int characters = text.codePointCount(0, text.length());
        assertThat(runs.longestMatch()).isBetween(Math.min(1, characters), characters);
        assertThat(runs.longestClassRun()).isBetween(Math.min(1, characters), runs.longestMatch());
    }
}
