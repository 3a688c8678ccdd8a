package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PrefillBudgetTest {
    @Test
    void whatIsNoWholeBlock_comesFirst() {
        assertThat(PrefillBudget.aligned(512, 1800, 0)).isEqualTo(1800 - 3 * 512);
        assertThat(PrefillBudget.aligned(300, 430, 0)).isEqualTo(430 - 3 * 64);
        assertThat(PrefillBudget.aligned(100, 430, 0)).isEqualTo(430 - 6 * 64);
        assertThat(PrefillBudget.aligned(100, 430, 1)).isEqualTo(430 - 6 * 65);
        assertThat(PrefillBudget.aligned(130, 430, 1)).isEqualTo(430 - 129 - 129 - 65);
    }

    @Test
    void whereNoBlockFits_asMuchAsFits() {
        assertThat(PrefillBudget.aligned(63, 430, 0)).isEqualTo(63);
        assertThat(PrefillBudget.aligned(64, 430, 1)).isEqualTo(64);
        assertThat(PrefillBudget.aligned(64, 430, 0)).isEqualTo(430 - 6 * 64);
    }

    @Property
    void chunks_fit_andAllButTheFirstAreWholeBlocks(
            @ForAll @IntRange(min = 65, max = 600) int fits,
            @ForAll @IntRange(min = 66, max = 9000) int prompt,
            @ForAll @IntRange(min = 0, max = 1) int joining) {
        int remaining = prompt;
        boolean first = true;
        while (remaining > fits) {
            int chunk = PrefillBudget.aligned(fits, remaining, joining);
            assertThat(chunk).isBetween(1, fits);
            assertThat(first || (chunk - joining) % 64 == 0).isTrue();
            remaining -= chunk;
            first = false;
        }
        assertThat(first || (remaining - joining) % 64 == 0).isTrue();
    }
}
