package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class FairnessTest {
    private static final long SECOND = 1_000_000_000L;

    private final Random random = new Random(9);

    /** Whatever the flood looks like: after the step that is running, prompts of nobody else come before one's own. */
    @Property(tries = 15, shrinking = ShrinkingMode.OFF)
    void aFlood_raisesTheTimeToFirstTokenOfOthersByOneStepAtMost(@ForAll long seed) {
        Random source = new Random(seed);
        Simulation simulation = new Simulation(Simulation.options(6, 9000, 30, 1500, 256));
        simulation.machine = Machine.TWO_CORES;
        for (int i = 0; i < 60; i++) {
            simulation.submit(tokens(source, 50 + source.nextInt(700)), 20 + source.nextInt(200), "flood");
        }
        for (int i = source.nextInt(150); i >= 0; i--) {
            simulation.step();
        }
        Sequence own = simulation.submit(tokens(source, 20 + source.nextInt(400)), 5, "other");
        while (own.generated() == 0) {
            StepPlan<Sequence> plan = simulation.plan();
            assertThat(own.state()).isEqualTo(Sequence.State.PREFILLING);
            boolean complete = own.computed() + countOf(plan, own) == own.size();
            for (int run = 0; run < plan.runs(); run++) {
                assertThat(plan.isDecode(run) || plan.sequence(run).equals(own) || complete)
                        .as("somebody else's prompt before one's own is complete")
                        .isTrue();
            }
            simulation.finishStep();
        }
        simulation.drain(30_000);
    }

    @Test
    void aTenantThatTakesAllSlots_givesOneUpForAnotherAndLosesNoToken() {
        Simulation simulation = new Simulation(Simulation.options(4, 3000, 12, 600, 128));
        List<Sequence> flood = new ArrayList<>();
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            prompts.add(tokens(random, 30));
            flood.add(simulation.submit(prompts.getLast().clone(), 100, "flood"));
        }
        for (int i = 0; i < 20; i++) {
            simulation.step();
        }
        int before = simulation.prefilled;
        Sequence other = simulation.submit(tokens(random, 30), 10, "other");
        simulation.step();
        assertThat(other.state()).isNotEqualTo(Sequence.State.WAITING);
        assertThat(simulation.scheduler.preemptions()).isEqualTo(1);
        simulation.drain(5000);
        for (int i = 0; i < 12; i++) {
            assertThat(simulation.outputs.get(flood.get(i))).isEqualTo(simulation.expected(prompts.get(i), 100));
        }
        // Who was preempted went on from its cached cells: only its last token was computed again.
        assertThat(simulation.prefilled - before).isLessThan(9 * 30 + 30 + 10);
    }

    /** The youngest of the flood has not begun to answer: somebody may have been promised that it does in time. */
    @Test
    void aPlace_isTakenFromWhoseClientHasAToken() {
        Simulation simulation = new Simulation(Simulation.options(2, 3000, 12, 600, 128));
        Sequence told = simulation.submit(tokens(random, 30), 100, "flood");
        while (told.generated() == 0) {
            simulation.step();
        }
        Sequence youngest = simulation.submit(tokens(random, 500), 100, "flood");
        simulation.step();
        assertThat(youngest.state()).isEqualTo(Sequence.State.PREFILLING);
        Sequence other = simulation.submit(tokens(random, 30), 10, "other");
        simulation.step();
        assertThat(other.slot()).isNotNegative();
        assertThat(told.preemptions()).isEqualTo(1);
        assertThat(youngest.preemptions()).isZero();
        simulation.drain(5000);
    }

    @Test
    void twoTenantsWithEndlessWork_areServedAlikeHoweverMuchEachAsksFor() {
        Simulation simulation = new Simulation(Simulation.options(6, 9000, 30, 1500, 256));
        simulation.machine = Machine.TWO_CORES;
        double[] served = serveEndlessly(simulation, 120, new int[] {4, 40}, new double[] {1, 1});
        assertThat(served[0] / served[1]).isBetween(0.8, 1.25);
    }

    @Test
    void aTenantAtHalfThePrice_isServedTwiceAsMuch() {
        Simulation simulation = new Simulation(Simulation.options(6, 9000, 30, 1500, 256));
        simulation.machine = Machine.TWO_CORES;
        double[] served = serveEndlessly(simulation, 240, new int[] {20, 20}, new double[] {0.5, 1});
        assertThat(served[0] / served[1]).isBetween(1.6, 2.4);
    }

    @Test
    void aTenantThatWasIdle_hasNoClaimToWhatItDidNotAskFor() {
        Tenants tenants = new Tenants(100);
        Tenant busy = tenants.join("busy");
        tenants.charge(busy, 100 * SECOND);
        tenants.settle();
        Tenant late = tenants.join("late");
        assertThat(tenants.lead(late)).isZero();
        assertThat(tenants.lead(busy)).isZero();
        tenants.charge(late, 3 * SECOND);
        tenants.settle();
        tenants.leave(late);
        // What it was served beyond the others is not forgotten by leaving.
        assertThat(tenants.lead(tenants.join("late"))).isEqualTo(3 * SECOND);
    }

    @Test
    void aTenantServedWhileNobodyElseAsked_owesNothingForIt() {
        Tenants tenants = new Tenants(100);
        Tenant first = tenants.join("first");
        tenants.charge(first, 1000 * SECOND);
        tenants.settle();
        tenants.leave(first);
        Tenant second = tenants.join("second");
        assertThat(tenants.lead(second)).isZero();
        assertThat(tenants.lead(tenants.join("first"))).isZero();
    }

    @Test
    void higherClasses_takeSlotsFromLowerOnes() {
        Simulation simulation = new Simulation(Simulation.options(2, 3000, 8, 600, 128));
        for (int i = 0; i < 4; i++) {
            simulation.submit(new Sequence(tokens(random, 30), 200, Claim.ofPriority(-1), ""));
        }
        for (int i = 0; i < 10; i++) {
            simulation.step();
        }
        Sequence urgent = simulation.submit(new Sequence(tokens(random, 30), 10, Claim.ofPriority(1), ""));
        simulation.step();
        assertThat(urgent.state()).isNotEqualTo(Sequence.State.WAITING);
        simulation.drain(5000);
        assertThat(simulation.finished.getFirst()).isSameAs(urgent);
    }

    @Test
    void lowerClasses_areNotStarvedByAnEndlessStreamOfHigherOnes() {
        Simulation simulation = new Simulation(Simulation.options(2, 3000, 8, 600, 128));
        simulation.machine = Machine.TWO_CORES;
        for (int i = 0; i < 4; i++) {
            urgent(simulation);
        }
        Sequence batch = simulation.submit(new Sequence(tokens(random, 30), 10, Claim.ofPriority(-1), ""));
        while (batch.state() != Sequence.State.FINISHED) {
            if (simulation.live.size() < 5) {
                urgent(simulation);
            }
            simulation.step();
        }
        // Two classes up, at 30 s each, and some more until it is its turn among its equals.
        assertThat(simulation.clock).isBetween(50 * SECOND, 80 * SECOND);
    }

    private void urgent(Simulation simulation) {
        simulation.submit(new Sequence(tokens(random, 60), 30, Claim.ofPriority(1), ""));
    }

    /** Two tenants that always have so many requests open; what each was served in so many seconds. */
    private double[] serveEndlessly(Simulation simulation, int seconds, int[] open, double[] prices) {
        List<List<Sequence>> requests = List.of(new ArrayList<>(), new ArrayList<>());
        while (simulation.clock < seconds * SECOND) {
            for (int tenant = 0; tenant < 2; tenant++) {
                List<Sequence> own = requests.get(tenant);
                while (own.stream()
                                .filter(s -> s.state() != Sequence.State.FINISHED)
                                .count()
                        < open[tenant]) {
                    Claim claim = new Claim("tenant " + tenant, 0, prices[tenant]);
                    own.add(simulation.submit(new Sequence(
                            tokens(random, 50 + random.nextInt(300)), 20 + random.nextInt(60), claim, "")));
                }
            }
            simulation.step();
        }
        return requests.stream()
                .mapToDouble(
                        own -> own.stream().mapToDouble(Sequence::servedNanos).sum())
                .toArray();
    }

    private static int countOf(StepPlan<Sequence> plan, Sequence sequence) {
        int run = Simulation.runOf(plan, sequence);
        return run < 0 ? 0 : plan.count(run);
    }

    private static int[] tokens(Random random, int length) {
        return SchedulerPropertiesTest.tokens(random, length);
    }
}
