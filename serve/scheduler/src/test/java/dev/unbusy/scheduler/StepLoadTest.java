package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Passes as llama.cpp makes them: split_equal in its llama-batch.cpp. */
class StepLoadTest {
    private final StepLoad load = new StepLoad(true, 512);

    @Test
    void aPromptBetweenDecodingSlots_sharesOneTokenWithThem() {
        for (int slot : new int[] {4, 0, 2, 1}) {
            load.decode(slot, 1, 480);
        }
        load.prefill(3, 100, 0);
        assertThat(passes()).containsExactly("DECODE 5", "PREFILL 99");
        assertThat(load.depth(1)).isEqualTo(51);
        assertThat(load.joins(5)).isTrue();
        assertThat(load.joins(6)).isFalse();
    }

    @Test
    void aGap_dividesThoseThatDecode() {
        for (int slot : new int[] {0, 1, 3, 4, 7}) {
            load.decode(slot, 1, 100);
        }
        assertThat(passes()).containsExactly("DECODE 2", "DECODE 2", "DECODE 1");
    }

    @Test
    void aRowThatNobodyWants_joinsThoseBesideIt_andGivesWayToWhatIsWanted() {
        load.decode(0, 1, 100).decode(2, 1, 100).fill(1, 30);
        assertThat(passes()).containsExactly("DECODE 3");
        assertThat(load.tokens()).isEqualTo(2);
        load.prefill(1, 70, 40);
        assertThat(passes()).containsExactly("DECODE 3", "PREFILL 69");
        assertThat(load.depth(1)).isEqualTo(41 + 35);
        assertThat(load.runs()).isEqualTo(3);
        assertThat(load.isFilling(1)).isFalse();
    }

    @Test
    void guessesInUnequalNumbers_takePassesOfTheirOwn() {
        load.decode(0, 1, 100).decode(1, 1, 100).decode(2, 1, 100);
        load.decode(0, 3, 101).decode(2, 1, 101);
        assertThat(passes()).containsExactly("DECODE 3", "DECODE 3", "DECODE 1");
        load.decode(1, 1, 101);
        assertThat(passes()).containsExactly("DECODE 6", "DECODE 2");
    }

    @Test
    void aPromptWithoutASlot_joinsNobody_andAPassHoldsNoMoreThanItMay() {
        load.decode(0, 1, 10).prefill(StepLoad.NO_SLOT, 700, 0);
        assertThat(passes()).containsExactly("PREFILL 512", "PREFILL 188", "DECODE 1");
    }

    @Test
    void cellsFromOnePool_areOnePass() {
        StepLoad shared = new StepLoad(false, 512).decode(0, 1, 10).prefill(5, 63, 0);
        assertThat(shared.passes()).isEqualTo(1);
        assertThat(shared.kind(0)).isEqualTo(StepLoad.Kind.MIXED);
        assertThat(shared.tokens(0)).isEqualTo(64);
        assertThat(shared.joins(1)).isFalse();
    }

    private List<String> passes() {
        List<String> passes = new ArrayList<>();
        for (int pass = 0; pass < load.passes(); pass++) {
            passes.add(load.kind(pass) + " " + load.tokens(pass));
        }
        return passes;
    }
}
