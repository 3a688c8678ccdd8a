package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What docs/decisions/0010-prefill-chunks.md concludes, in virtual time. */
class PolicyComparisonTest {
    @Test
    void prompts_thatArriveTogether_getTheirFirstTokensSoonerThanWithoutABoundAtNoLossOnAMachineThatCanKeepIt() {
        for (Machine machine : new Machine[] {Machine.MATRIX_CORES, Machine.GPU}) {
            VirtualServer.Outcome ours = PolicyComparison.ours(machine, 250, PolicyComparison.unique(64), 8);
            VirtualServer.Outcome peer = PolicyComparison.peer(machine, PolicyComparison.unique(64), 8);
            assertThat(ours.tokensPerSecond()).as(machine.name()).isGreaterThan(0.96 * peer.tokensPerSecond());
            assertThat(ours.ttft(0.95)).as(machine.name()).isLessThan(0.8 * peer.ttft(0.95));
            assertThat(ours.meanTtft()).as(machine.name()).isLessThan(0.5 * peer.meanTtft());
        }
    }

    @Test
    void prompts_thatArriveTogether_onASlowMachine_costNoMoreThanAFifthOfTheThroughput() {
        VirtualServer.Outcome ours = PolicyComparison.ours(Machine.TWO_CORES, 250, PolicyComparison.unique(64), 8);
        VirtualServer.Outcome peer = PolicyComparison.peer(Machine.TWO_CORES, PolicyComparison.unique(64), 8);
        assertThat(ours.tokensPerSecond()).isGreaterThan(0.83 * peer.tokensPerSecond());
        assertThat(ours.ttft(0.95)).isLessThan(1.35 * peer.ttft(0.95));
    }

    /** Small chunks beside decodes cost more than the machine has left: it would drown. */
    @Test
    void requests_thatArriveByThemselves_onASlowMachine_letEachOtherFinish() {
        for (Machine machine : new Machine[] {Machine.TWO_CORES, Machine.TWO_CORES_SPLIT}) {
            VirtualServer.Outcome ours = PolicyComparison.ours(machine, 250, PolicyComparison.mixed(machine), 0);
            VirtualServer.Outcome peer = PolicyComparison.peer(machine, PolicyComparison.mixed(machine), 0);
            assertThat(ours.tokensPerSecond()).as(machine.name()).isGreaterThan(0.9 * peer.tokensPerSecond());
            assertThat(ours.meanTtft()).as(machine.name()).isLessThan(3 * peer.meanTtft());
            assertThat(ours.gap(0.99)).as(machine.name()).isLessThan(300);
        }
    }

    @Test
    void neighbours_ofTwoPromptsOfFourThousandTokens_keepGettingTokensWithinTheBound() {
        for (Machine machine : PolicyComparison.MACHINES) {
            VirtualServer.Outcome ours = PolicyComparison.ours(machine, 250, PolicyComparison.longPrompts(), 0);
            // The larger model's decoding alone takes up to 100 ms, and one step in a hundred half as long again.
            assertThat(ours.gap(0.98)).as(machine.name()).isLessThan(300);
            assertThat(ours.gap(1)).as(machine.name()).isLessThan(400);
        }
    }
}
