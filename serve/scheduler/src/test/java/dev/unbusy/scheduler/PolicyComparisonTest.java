package dev.unbusy.scheduler;

import static dev.unbusy.scheduler.PolicyComparison.median;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What docs/decisions/0010-prefill-chunks.md concludes, in virtual time. */
class PolicyComparisonTest {
    @Test
    void prompts_thatArriveTogether_getTheirFirstTokensSoonerThanWithoutABoundAtNoLossOnAMachineThatCanKeepIt() {
        for (Machine machine : new Machine[] {Machine.MATRIX_CORES, Machine.BUSY_MATRIX_CORES_SPLIT, Machine.GPU}) {
            VirtualServer.Outcome ours = PolicyComparison.ours(machine, 250, PolicyComparison.unique(64), 8);
            VirtualServer.Outcome peer = PolicyComparison.peer(machine, PolicyComparison.unique(64), 8);
            assertThat(ours.tokensPerSecond()).as(machine.name()).isGreaterThan(0.96 * peer.tokensPerSecond());
            assertThat(ours.ttft(0.95)).as(machine.name()).isLessThan(0.8 * peer.ttft(0.95));
            double most = machine.equals(Machine.BUSY_MATRIX_CORES_SPLIT) ? 0.6 : 0.5;
            assertThat(ours.meanTtft()).as(machine.name()).isLessThan(most * peer.meanTtft());
        }
    }

    @Test
    void prompts_thatArriveTogether_onASlowMachine_costNoMoreThanAFifthOfTheThroughput() {
        VirtualServer.Outcome ours = PolicyComparison.ours(Machine.TWO_CORES, 250, PolicyComparison.unique(64), 8);
        VirtualServer.Outcome peer = PolicyComparison.peer(Machine.TWO_CORES, PolicyComparison.unique(64), 8);
        assertThat(ours.tokensPerSecond()).isGreaterThan(0.83 * peer.tokensPerSecond());
        // One after the other, each alone, they would get more done and wait twice as long.
        assertThat(ours.ttft(0.95)).isLessThan(1.1 * peer.ttft(0.95));
    }

    /** Small chunks beside decodes cost more than the machine has left: it would drown. */
    @Test
    void requests_thatArriveByThemselves_onASlowMachine_letEachOtherFinish() {
        for (Machine machine : new Machine[] {Machine.TWO_CORES, Machine.TWO_CORES_SPLIT}) {
            assertThat(median(seed -> ours(machine, seed).tokensPerSecond()
                            / peer(machine, seed).tokensPerSecond()))
                    .as(machine.name())
                    .isGreaterThan(0.87);
            assertThat(median(seed ->
                            ours(machine, seed).meanTtft() / peer(machine, seed).meanTtft()))
                    .as(machine.name())
                    .isLessThan(2.8);
            assertThat(median(seed -> ours(machine, seed).gap(0.99)))
                    .as(machine.name())
                    .isLessThan(260);
        }
    }

    @Test
    void neighbours_ofTwoPromptsOfFourThousandTokens_keepGettingTokensWithinTheBound() {
        for (Machine machine : PolicyComparison.MACHINES) {
            // The larger model's decoding alone takes up to 100 ms, and one step in a hundred half as long again.
            assertThat(median(seed -> beside(machine, seed).gap(0.98)))
                    .as(machine.name())
                    .isLessThan(260);
            assertThat(median(seed -> beside(machine, seed).gap(1)))
                    .as(machine.name())
                    .isLessThan(375);
        }
    }

    private static VirtualServer.Outcome ours(Machine machine, long seed) {
        return PolicyComparison.ours(machine, 250, PolicyComparison.mixed(machine, seed), 0, seed);
    }

    private static VirtualServer.Outcome peer(Machine machine, long seed) {
        return PolicyComparison.peer(machine, PolicyComparison.mixed(machine, seed), 0, seed);
    }

    private static VirtualServer.Outcome beside(Machine machine, long seed) {
        return PolicyComparison.ours(machine, 250, PolicyComparison.longPrompts(), 0, seed);
    }
}
