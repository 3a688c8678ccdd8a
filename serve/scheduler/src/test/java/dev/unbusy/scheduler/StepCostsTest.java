package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StepCostsTest {
    private static final List<Machine> MACHINES =
            List.of(Machine.TWO_CORES, Machine.MATRIX_CORES, Machine.LARGER_MODEL, Machine.GPU);

    private final Random random = new Random(11);
    private final StepCosts costs = new StepCosts(false, 512);

    @Test
    void costs_areLearnedOnEveryMachineAndAtEveryDepth() {
        for (Machine machine : MACHINES) {
            StepCosts learned = new StepCosts(false, 512);
            for (int i = 0; i < 3000; i++) {
                observe(
                        learned,
                        machine,
                        random.nextInt(9),
                        random.nextInt(3) * random.nextInt(150),
                        random.nextInt(4000),
                        1);
            }
            for (int depth : new int[] {0, 700, 3000}) {
                assertClose(learned, machine, 8, 0, depth, 0.12);
                assertClose(learned, machine, 1, 0, depth, 0.12);
                assertClose(learned, machine, 0, 128, depth, 0.2);
                assertClose(learned, machine, 0, 48, depth, 0.2);
            }
        }
    }

    @Test
    void costs_knowThatSixtyFourTokensCanBeCheaperThanSixty() {
        for (int i = 0; i < 400; i++) {
            observe(costs, Machine.TWO_CORES, 0, 63, 3000, 1);
            observe(costs, Machine.TWO_CORES, 0, 64, 3000, 1);
        }
        assertThat(costs.nanos(load(0, 64, 3000))).isLessThan(0.7 * costs.nanos(load(0, 63, 3000)));
    }

    @Test
    void oneStepOutOfLine_movesTheCostsLittle() {
        train(Machine.TWO_CORES, 1);
        double before = costs.nanos(load(3, 40, 200));
        observe(costs, Machine.TWO_CORES, 3, 40, 200, 8);
        assertThat(costs.nanos(load(3, 40, 200))).isBetween(before, before * 1.1);
    }

    @Test
    void aMachineThatGetsSlower_isBelievedAtTheSecondStepForAllKindsOfSteps() {
        train(Machine.TWO_CORES, 1);
        double prompt = costs.nanos(load(0, 128, 0));
        double mixed = costs.nanos(load(3, 40, 200));
        observe(costs, Machine.TWO_CORES, 3, 0, 200, 3);
        observe(costs, Machine.TWO_CORES, 3, 0, 200, 3);
        assertThat(costs.nanos(load(0, 128, 0))).isBetween(prompt * 2, prompt * 3.6);
        assertThat(costs.nanos(load(3, 40, 200))).isBetween(mixed * 2, mixed * 3.6);
    }

    @Test
    void aMachineThatRecovers_isBelievedToo() {
        train(Machine.MATRIX_CORES, 4);
        for (int i = 0; i < 3; i++) {
            observe(costs, Machine.MATRIX_CORES, 2, 0, 200, 1);
        }
        assertClose(costs, Machine.MATRIX_CORES, 2, 0, 200, 0.25);
    }

    @Test
    void mostNanos_coversNearlyAllStepsAndIsCloseToTheExpectedOnAQuietMachine() {
        train(Machine.TWO_CORES, 1);
        int within = 0;
        for (int i = 0; i < 500; i++) {
            double most = costs.mostNanos(load(3, 40, 200));
            within += observe(costs, Machine.TWO_CORES, 3, 40, 200, 1) <= most ? 1 : 0;
        }
        assertThat(within).isBetween(470, 500);
        assertThat(costs.mostNanos(load(3, 40, 200))).isLessThan(1.2 * costs.nanos(load(3, 40, 200)));
    }

    @Test
    void unmeasured_isUncertainAndMeasuredIsNot() {
        assertThat(costs.deviation(load(1, 0, 0))).isGreaterThan(1);
        observe(costs, Machine.GPU, 1, 0, 0, 1);
        assertThat(costs.deviation(load(1, 0, 0))).isLessThan(0.2);
        assertThat(costs.deviation(load(0, 512, 0))).isGreaterThan(0.5);
    }

    /** Whatever it is told, it answers with a time. */
    @Property(tries = 50)
    void anyMeasurements_leaveCostsPositiveAndFinite(@ForAll long seed) {
        Random source = new Random(seed);
        StepCosts learned = new StepCosts(false, 512);
        for (int i = 0; i < 2000; i++) {
            StepLoad load = load(source.nextInt(10), source.nextInt(500), source.nextInt(100_000));
            if (load.tokens() > 0) {
                learned.observe(load, (long) (Math.exp(30 * source.nextDouble()) * source.nextInt(2)));
                assertThat(learned.nanos(load)).isPositive().isFinite();
                assertThat(learned.mostNanos(load))
                        .isGreaterThanOrEqualTo(learned.nanos(load))
                        .isFinite();
            }
        }
    }

    private void train(Machine machine, double factor) {
        for (int i = 0; i < 1000; i++) {
            observe(costs, machine, 1 + random.nextInt(4), 0, 200, factor);
            observe(costs, machine, 1 + random.nextInt(4), 20 + random.nextInt(40), 200, factor);
            observe(costs, machine, 0, 100 + random.nextInt(60), 0, factor);
        }
    }

    private long observe(StepCosts learned, Machine machine, int decodes, int prompt, int depth, double factor) {
        StepLoad load = load(decodes, prompt, depth);
        if (load.tokens() == 0) {
            return 0;
        }
        long nanos = (long) (factor * exact(machine, decodes, prompt, depth) * Math.exp(0.04 * random.nextGaussian()));
        learned.observe(load, nanos);
        return nanos;
    }

    private static void assertClose(
            StepCosts learned, Machine machine, int decodes, int prompt, int depth, double share) {
        double exact = exact(machine, decodes, prompt, depth);
        assertThat(learned.nanos(load(decodes, prompt, depth)))
                .as("%s: %d decodes, %d prompt tokens at %d", machine.name(), decodes, prompt, depth)
                .isBetween(exact / (1 + share), exact * (1 + share));
    }

    private static double exact(Machine machine, int decodes, int prompt, int depth) {
        Machine.Step step = new Machine.Step();
        for (int i = 0; i < decodes; i++) {
            step.add(i, 1, depth, true);
        }
        if (prompt > 0) {
            step.add(decodes, prompt, depth, false);
        }
        return 1e6 * machine.millis(step);
    }

    private static StepLoad load(int decodes, int prompt, int depth) {
        StepLoad load = new StepLoad(false, 512);
        for (int i = 0; i < decodes; i++) {
            load.decode(i, 1, depth);
        }
        return prompt == 0 ? load : load.prefill(decodes, prompt, depth);
    }
}
