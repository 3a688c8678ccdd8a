package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the policies lead to, in virtual time. Every comparison is of two policies under the same load. */
class RoutingLoadTest {
    private static final int SEEDS = 12;
    private static final int CELLS = 40_000;
    private static final int MANY_CELLS = 200_000;

    @Test
    void hotSystemPrompt_underLongestPrefix_queuesAtOneWorker_andUnderUnbusyDoesNot() {
        double inTurnMillis = 0;
        double unbusyMillis = 0;
        double blindMillis = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            List<SimulatedLoad.Request> load = SimulatedLoad.hotSystemPrompt(seed, 1_000, 70);
            RoutingSimulation.Figures inTurn = equal("round-robin", CELLS).run(load);
            RoutingSimulation.Figures prefix = equal("prefix", CELLS).run(load);
            RoutingSimulation.Figures unbusy = equal("unbusy", CELLS).run(load);
            inTurnMillis += inTurn.meanTtftMillis() / SEEDS;
            unbusyMillis += unbusy.meanTtftMillis() / SEEDS;
            blindMillis +=
                    equal("unbusy", CELLS).withUnknownCapacity().run(load).meanTtftMillis() / SEEDS;
            assertThat(prefix.meanTtftMillis()).as(prefix.toString()).isGreaterThan(20 * inTurn.meanTtftMillis());
            assertThat(prefix.imbalance()).isGreaterThan(3);
            assertThat(unbusy.imbalance()).as("seed " + seed).isLessThan(1.7);
        }
        // Of one load the mean is half chance: few requests meet the few moments in which a worker is full.
        assertThat(unbusyMillis).as("in turn " + inTurnMillis).isLessThan(1.1 * inTurnMillis);
        assertThat(blindMillis).as("in turn " + inTurnMillis).isLessThan(1.1 * inTurnMillis);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void conversations_underUnbusy_hitAsOftenAsUnderLongestPrefix_andStartEarlierThanUnderLeastWork(long seed) {
        List<SimulatedLoad.Request> load = SimulatedLoad.conversations(seed, 200, 400);
        RoutingSimulation.Figures prefix = equal("prefix", MANY_CELLS).run(load);
        RoutingSimulation.Figures work = equal("least-work", MANY_CELLS).run(load);
        RoutingSimulation.Figures unbusy = equal("unbusy", MANY_CELLS).run(load);

        assertThat(unbusy.hitShare()).as(unbusy + " / " + prefix).isGreaterThan(0.95 * prefix.hitShare());
        assertThat(unbusy.meanTtftMillis()).as(unbusy + " / " + work).isLessThan(0.5 * work.meanTtftMillis());
    }

    /** SGLang's pull request 32195: balancing that gives up matches adds the work that it flees from. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void conversations_nearSaturation_keepTheirWorkers(long seed) {
        List<SimulatedLoad.Request> load = SimulatedLoad.conversations(seed, 250, 350);
        RoutingSimulation.Figures prefix = equal("prefix", 120_000).run(load);
        RoutingSimulation.Figures unbusy = equal("unbusy", 120_000).run(load);

        assertThat(unbusy.hitShare()).as(unbusy + " / " + prefix).isGreaterThan(0.9 * prefix.hitShare());
        assertThat(unbusy.meanTtftMillis()).as(unbusy + " / " + prefix).isLessThan(1.5 * prefix.meanTtftMillis());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void promptsWithNothingInCommon_underUnbusy_startAsEarlyAsUnderLeastWork(long seed) {
        List<SimulatedLoad.Request> load = SimulatedLoad.lowReuse(seed, 1_000, 95);
        RoutingSimulation.Figures work = equal("least-work", CELLS).run(load);
        RoutingSimulation.Figures unbusy = equal("unbusy", CELLS).run(load);

        assertThat(unbusy.meanTtftMillis()).as(unbusy + " / " + work).isLessThan(1.05 * work.meanTtftMillis());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aWorkerThreeTimesSlower_getsLess_withoutAnybodySayingSo(long seed) {
        List<SimulatedLoad.Request> mixed = SimulatedLoad.lowReuse(seed, 1_000, 130);
        RoutingSimulation.Figures inTurn = oneSlow("round-robin", CELLS).run(mixed);
        RoutingSimulation.Figures work = oneSlow("least-work", CELLS).run(mixed);
        RoutingSimulation.Figures unbusy = oneSlow("unbusy", CELLS).run(mixed);
        assertThat(inTurn.meanTtftMillis()).as(unbusy + " / " + inTurn).isGreaterThan(5 * unbusy.meanTtftMillis());
        assertThat(unbusy.meanTtftMillis()).as(unbusy + " / " + work).isLessThan(1.05 * work.meanTtftMillis());

        List<SimulatedLoad.Request> turns = SimulatedLoad.conversations(seed, 200, 450);
        work = oneSlow("least-work", MANY_CELLS).run(turns);
        unbusy = oneSlow("unbusy", MANY_CELLS).run(turns);
        assertThat(unbusy.meanTtftMillis()).as(unbusy + " / " + work).isLessThan(0.5 * work.meanTtftMillis());
    }

    /** llm-d-router's pull request 2066: between two scrapes everything goes to whoever looked best at the first. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void publishedStateThatIsOldOrALie_doesNotDrawRequests(long seed) {
        List<SimulatedLoad.Request> load = SimulatedLoad.lowReuse(seed, 1_000, 95);
        RoutingSimulation.Figures fresh =
                equal("unbusy", CELLS).withStalePublished(0, false).run(load);
        RoutingSimulation.Figures old =
                equal("unbusy", CELLS).withStalePublished(5_000, false).run(load);
        RoutingSimulation.Figures lie =
                equal("unbusy", CELLS).withStalePublished(5_000, true).run(load);
        // The fault is real: who believes what is published overshoots.
        RoutingSimulation.Figures believer = new RoutingSimulation(
                        new Believer(), RoutingSimulation.workers(4, CELLS, 1), CELLS)
                .withStalePublished(5_000, false)
                .run(load);

        assertThat(believer.meanTtftMillis()).as(believer.toString()).isGreaterThan(5 * fresh.meanTtftMillis());
        assertThat(old.meanTtftMillis()).as(old + " / " + fresh).isLessThan(1.1 * fresh.meanTtftMillis());
        assertThat(lie.meanTtftMillis()).as(lie + " / " + fresh).isLessThan(1.1 * fresh.meanTtftMillis());
        assertThat(lie.imbalance()).isLessThan(1.1);
    }

    private static RoutingSimulation equal(String policy, int cells) {
        return RoutingSimulation.equal(policy, 4, cells);
    }

    private static RoutingSimulation oneSlow(String policy, int cells) {
        return new RoutingSimulation(RoutingPolicy.named(policy), RoutingSimulation.workers(4, cells, 3), cells);
    }

    /** Takes published numbers for the load. */
    private static final class Believer implements RoutingPolicy {
        @Override
        public String name() {
            return "believer";
        }

        @Override
        public Choice choose(RequestFacts request, List<WorkerView> workers, long turn) {
            return Selection.least(
                    workers, turn, worker -> worker.waiting() - worker.kvFreeShare(), Choice.Reason.LEAST_COST);
        }
    }
}
