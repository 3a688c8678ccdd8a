package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpeculationTest {
    private static final Machine READS_WEIGHTS = new Machine("weights", 20, 0.5, 0.5, 0, 0, 0);
    private static final Machine COMPUTES = new Machine("compute", 1, 5, 5, 0, 0, 0);

    private final Random random = new Random(4);

    @Test
    void output_isWhatItWouldBeWithoutGuessesInFarFewerSteps() {
        Simulation plain = repeating(1, 0, READS_WEIGHTS);
        Simulation guessing = repeating(1, 8, READS_WEIGHTS);
        int[] prompt = SchedulerPropertiesTest.tokens(random, 40);
        Sequence without = plain.submit(prompt.clone(), 200);
        Sequence with = guessing.submit(speculating(prompt.clone(), 200));
        plain.drain(1000);
        guessing.drain(1000);
        assertThat(guessing.outputs.get(with)).isEqualTo(plain.outputs.get(without));
        assertThat(guessing.steps).isLessThan(plain.steps / 3);
        assertThat(guessing.clock).isLessThan(plain.clock * 2 / 5);
        assertThat(with.acceptedDraftTokens()).isGreaterThan(120);
        assertThat(with.acceptedDraftTokens()).isEqualTo(guessing.guessedRight);
    }

    @Test
    void guesses_thatNeverComeTrue_areGivenUpAtOnceAndCostNothingAfterwards() {
        Simulation simulation = new Simulation(Simulation.options(1, 2000, 4, 900, 128, 8));
        simulation.machine = READS_WEIGHTS;
        Sequence sequence = new Sequence(SchedulerPropertiesTest.tokens(random, 40), 500, Claim.PLAIN, "");
        sequence.speculate(new WrongDrafter());
        simulation.submit(sequence);
        simulation.drain(1000);
        assertThat(simulation.guessed).isBetween(1, 80);
        int before = simulation.guessed;
        Sequence next = new Sequence(SchedulerPropertiesTest.tokens(random, 40), 500, Claim.PLAIN, "");
        next.speculate(new WrongDrafter());
        simulation.submit(next);
        simulation.drain(1000);
        // What other requests went through is known to the next.
        assertThat(simulation.guessed - before).isLessThan(10);
    }

    @Test
    void guesses_whereAWiderStepCostsAsMuchMoreAsItBrings_areNotChecked() {
        Simulation simulation = repeating(1, 8, COMPUTES);
        simulation.submit(speculating(SchedulerPropertiesTest.tokens(random, 40), 300));
        simulation.drain(1000);
        Simulation plain = repeating(1, 0, COMPUTES);
        plain.submit(SchedulerPropertiesTest.tokens(new Random(4), 40), 300);
        plain.drain(1000);
        assertThat(simulation.clock).isLessThan(plain.clock * 103 / 100);
    }

    @Test
    void guesses_areTriedAgainWhereTheTextBeginsToRepeatItself() {
        Simulation simulation = new Simulation(Simulation.options(1, 2000, 4, 900, 128, 8));
        simulation.machine = READS_WEIGHTS;
        simulation.model = tokens -> tokens.length < 300 ? Simulation.next(tokens) : Simulation.repeating(tokens);
        Sequence sequence = simulation.submit(speculating(SchedulerPropertiesTest.tokens(random, 40), 600));
        while (sequence.size() < 300) {
            simulation.step();
        }
        long before = sequence.acceptedDraftTokens();
        int steps = simulation.steps;
        simulation.drain(1000);
        assertThat(before).isLessThan(10);
        assertThat(sequence.acceptedDraftTokens()).isGreaterThan(200);
        assertThat(simulation.steps - steps).isLessThan(150);
    }

    @Test
    void guesses_ofOne_makeTheStepsOfOthersLittleLonger() {
        Simulation simulation = repeating(4, 8, new Machine("mixed", 10, 2, 2, 0, 0, 0));
        List<Sequence> others = new ArrayList<>();
        simulation.submit(speculating(SchedulerPropertiesTest.tokens(random, 40), 200));
        for (int i = 0; i < 3; i++) {
            others.add(simulation.submit(SchedulerPropertiesTest.tokens(random, 40), 200));
        }
        while (others.stream().anyMatch(o -> o.generated() < 20)) {
            simulation.step();
        }
        simulation.worstStall = 0;
        while (simulation.finished.isEmpty()) {
            simulation.step();
        }
        assertThat(simulation.guessedRight).isPositive();
        assertThat(simulation.worstStall).isLessThan(18_000_000L * 130 / 100);
        assertThat(simulation.scheduler.worstStallNanos()).isLessThan(100_000_000L);
    }

    @Test
    void guesses_neverTakeCellsOfRunningSequencesNorTheLastOnesOfTheContext() {
        Simulation tight = new Simulation(Simulation.options(2, 110, 3, 100, 64, 8));
        tight.machine = READS_WEIGHTS;
        tight.model = Simulation::repeating;
        int[] prompt = SchedulerPropertiesTest.tokens(random, 20);
        Sequence first = tight.submit(speculating(prompt.clone(), 80));
        Sequence second = tight.submit(speculating(prompt.clone(), 9));
        while (second.state() != Sequence.State.FINISHED) {
            tight.step();
        }
        assertThat(first.preemptions() + second.preemptions()).isZero();
        tight.drain(500);
        assertThat(tight.outputs.get(first)).isEqualTo(tight.expected(prompt, 80));
        assertThat(tight.guessedRight).isPositive();
    }

    @Test
    void finish_inTheMiddleOfGuessesThatCameTrue_leavesNoCellBehind() {
        Simulation simulation = repeating(1, 8, READS_WEIGHTS);
        Sequence sequence = simulation.submit(speculating(SchedulerPropertiesTest.tokens(random, 40), 200));
        StepPlan<Sequence> plan = simulation.plan();
        while (plan.runs() != 1 || plan.outputs(0) < 5) {
            simulation.finishStep();
            plan = simulation.plan();
        }
        simulation.compute(plan, plan.tokens());
        simulation.scheduler.completed(simulation.clock, 1000);
        int[] content = simulation.kv.content(sequence.slot());
        int known = content.length - plan.outputs(0) + 1;
        simulation.scheduler.append(sequence, content[known]);
        simulation.scheduler.finish(sequence);
        simulation.scheduler.checkIntegrity();
        assertThat(simulation.scheduler.cellsAvailable()).isEqualTo(simulation.scheduler.cellsTotal());
        simulation.plan();
        assertThat(simulation.kv.used()).isEqualTo(known + 1);
    }

    private static Simulation repeating(int running, int drafts, Machine machine) {
        Simulation simulation = new Simulation(Simulation.options(running, 2000, running + 3, 900, 128, drafts));
        simulation.model = Simulation::repeating;
        simulation.machine = machine;
        return simulation;
    }

    private static Sequence speculating(int[] prompt, int output) {
        Sequence sequence = new Sequence(prompt, output, Claim.PLAIN, "");
        sequence.speculate(new PromptLookupDrafter());
        return sequence;
    }
}
