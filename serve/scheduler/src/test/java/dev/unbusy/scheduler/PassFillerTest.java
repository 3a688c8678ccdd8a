package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is computed is checked inside {@link Simulation}: no filler may leave a cell behind or change an answer. */
class PassFillerTest {
    private final Random random = new Random(7);
    private final List<Sequence> running = new ArrayList<>();

    @Test
    void aSlotThatFellIdleBetweenOthers_isFilled_andOneAtTheEdgeIsNot() {
        Simulation simulation = decoding(5, 4);
        simulation.cancel(running.get(4));
        assertThat(fillers(simulation)).isEmpty();
        simulation.cancel(running.get(2));
        steps(simulation); // What they cost with the gap has to be seen first.
        int cached = running.get(2).computed();
        assertThat(fillers(simulation)).containsExactly("2@" + cached);
        assertThat(simulation.kv.length(2)).isEqualTo(cached + 1);
        assertThat(fillers(simulation)).containsExactly("2@" + cached);
        finish(simulation);
    }

    @Test
    void promptsThatWaitBetweenOthers_getOneTokenEach() {
        Simulation simulation = decoding(5, 4);
        simulation.cancel(running.get(1));
        simulation.cancel(running.get(3));
        steps(simulation);
        Sequence first = simulation.submit(SchedulerPropertiesTest.tokens(random, 150), 5);
        Sequence second = simulation.submit(SchedulerPropertiesTest.tokens(random, 160), 5);
        StepPlan<Sequence> plan = simulation.plan();
        assertThat(plan.fillers()).isZero();
        assertThat(plan.decodes()).isEqualTo(3);
        assertThat(plan.count(Simulation.runOf(plan, first))).isPositive();
        assertThat(plan.count(Simulation.runOf(plan, second))).isEqualTo(1);
        simulation.finishStep();
        finish(simulation);
    }

    @Test
    void whereTokensCannotBeTakenBack_nothingIsFilled() {
        Simulation simulation = decoding(5, 0);
        simulation.cancel(running.get(2));
        steps(simulation);
        assertThat(fillers(simulation)).isEmpty();
        finish(simulation);
    }

    private Simulation decoding(int count, int drafts) {
        Simulation simulation = new Simulation(Simulation.split(count, count, 0, 300, 128, drafts));
        simulation.machine = Machine.BUSY_MATRIX_CORES_SPLIT;
        for (int i = 0; i < count; i++) {
            running.add(simulation.submit(SchedulerPropertiesTest.tokens(random, 20), 100));
        }
        while (running.getLast().state() != Sequence.State.DECODING) {
            simulation.step();
        }
        steps(simulation);
        return simulation;
    }

    private static void steps(Simulation simulation) {
        for (int i = 0; i < 10; i++) {
            simulation.step();
        }
    }

    /** Of the next step, which is then computed. */
    private static List<String> fillers(Simulation simulation) {
        StepPlan<Sequence> plan = simulation.plan();
        List<String> fillers = new ArrayList<>();
        for (int i = 0; i < plan.fillers(); i++) {
            fillers.add(plan.fillerSlot(i) + "@" + plan.fillerPosition(i));
        }
        simulation.finishStep();
        return fillers;
    }

    private static void finish(Simulation simulation) {
        simulation.drain(1_000);
        simulation.scheduler.dropCache();
        simulation.plan();
        assertThat(simulation.kv.used()).isZero();
    }
}
