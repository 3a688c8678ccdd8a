package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Random random = new Random(2);

    @Test
    void requestsThatMayGetLongAnswers_runTogetherOnceAnswersAreKnownToBeShort() {
        Simulation simulation = new Simulation(Simulation.options(8, 1000, 24, 900, 256));
        for (int i = 0; i < 20; i++) {
            simulation.submit(tokens(20), 10);
            simulation.drain(100);
        }
        for (int i = 0; i < 8; i++) {
            // Eight answers of up to 700 tokens would never fit 1,000 cells.
            simulation.submit(tokens(50), 700);
        }
        simulation.step();
        assertThat(simulation.scheduler.running()).isEqualTo(8);
    }

    @Test
    void requestsOfATenantWhoseAnswersAreLong_waitForEachOther() {
        Simulation simulation = new Simulation(Simulation.options(8, 1000, 24, 900, 256));
        for (int i = 0; i < 20; i++) {
            simulation.submit(tokens(20), i < 10 ? 10 : 400, i < 10 ? "brief" : "long");
            simulation.drain(1000);
        }
        for (int i = 0; i < 4; i++) {
            simulation.submit(tokens(50), 700, "long");
        }
        simulation.step();
        assertThat(simulation.scheduler.running()).isEqualTo(2);
    }

    @Test
    void anAnswerThatOutgrowsEveryPrediction_isPreemptedThreeTimesAtMost() {
        Simulation tight = new Simulation(Simulation.options(4, 400, 10, 300, 64));
        for (int i = 0; i < 20; i++) {
            tight.submit(tokens(10), 5);
            tight.drain(100);
        }
        List<Sequence> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(tight.submit(tokens(40), 250));
        }
        tight.drain(20_000);
        assertThat(tight.scheduler.preemptions()).isPositive();
        for (Sequence sequence : all) {
            assertThat(sequence.preemptions()).isLessThanOrEqualTo(Preemption.MOST);
            assertThat(sequence.generated()).isEqualTo(250);
        }
    }

    /** Few cells, wrong predictions, floods, classes: everybody ends, with the tokens it has alone, and little is done twice. */
    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void outOfCells_everybodyEndsAndLittleIsComputedTwice(@ForAll long seed) {
        Random source = new Random(seed);
        int cells = 300 + source.nextInt(900);
        Simulation simulation =
                new Simulation(Simulation.options(2 + source.nextInt(7), cells, 20, 280, 64 + source.nextInt(64)));
        simulation.machine = Machine.MATRIX_CORES;
        Map<Sequence, int[]> prompts = new HashMap<>();
        long needed = 0;
        for (int i = 0; i < 60; i++) {
            int[] prompt = SchedulerPropertiesTest.tokens(source, 5 + source.nextInt(150));
            int output = source.nextInt(5) == 0 ? 100 : 1 + source.nextInt(15);
            Claim claim = new Claim("t" + source.nextInt(3), source.nextInt(6) == 0 ? 1 : 0, 1);
            prompts.put(simulation.submit(new Sequence(prompt.clone(), output, claim, "")), prompt);
            needed += prompt.length + output;
            for (int steps = source.nextInt(6); steps > 0; steps--) {
                simulation.step();
            }
        }
        simulation.drain(50_000);
        assertThat(simulation.finished).hasSize(60);
        for (Sequence sequence : simulation.finished) {
            int[] prompt = prompts.getOrDefault(sequence, new int[0]);
            assertThat(simulation.outputs.get(sequence)).isEqualTo(simulation.expected(prompt, sequence.maxOutput()));
            assertThat(sequence.preemptions()).isLessThanOrEqualTo(Preemption.MOST);
        }
        assertThat(simulation.prefilled + simulation.decoded).isLessThan((int) (needed * 1.8));
    }

    private int[] tokens(int length) {
        return SchedulerPropertiesTest.tokens(random, length);
    }
}
