package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private final Random random = new Random(3);
    private final Simulation simulation = new Simulation(Simulation.options(4, 1000, 8, 300, 128));

    @Test
    void plan_decodesEveryRunningSequenceBeforeItPrefills() {
        Sequence first = simulation.submit(prompt(20), 50);
        simulation.step();
        Sequence second = simulation.submit(prompt(200), 5);
        StepPlan<Sequence> plan = simulation.plan();
        assertThat(plan.sequence(0)).isSameAs(first);
        assertThat(plan.count(0)).isEqualTo(1);
        assertThat(plan.wantsLogits(0)).isTrue();
        assertThat(plan.sequence(1)).isSameAs(second);
        assertThat(plan.count(1)).isLessThan(200);
        assertThat(plan.wantsLogits(1)).isFalse();
    }

    @Test
    void plan_whenNobodyDecodes_fillsTheWholeBatchOnceCostsAreKnown() {
        simulation.submit(prompt(270), 5);
        simulation.submit(prompt(280), 5);
        // First what is no whole tile of 64.
        assertThat(simulation.plan().tokens()).isEqualTo(270 - 4 * 64);
        simulation.finishStep();
        assertThat(simulation.plan().tokens()).isEqualTo(128);
    }

    @Test
    void plan_whenNobodyDecodes_isNoLongerThanFourStallBoundsSoThatANewcomerCanOvertake() {
        simulation.machine = new Machine("slow", 10, 20, 20, 0, 0, 0);
        simulation.submit(prompt(290), 5);
        simulation.step();
        StepPlan<Sequence> plan = simulation.plan();
        assertThat(plan.tokens()).isBetween(15, PrefillBudget.LEAST_ALONE);
    }

    @Test
    void prefill_takesTheShortestPromptFirst() {
        Sequence large = simulation.submit(prompt(290), 3);
        simulation.step();
        Sequence small = simulation.submit(prompt(30), 3);
        Sequence middle = simulation.submit(prompt(100), 3);
        simulation.drain(100);
        assertThat(simulation.finished).containsExactly(small, middle, large);
    }

    @Test
    void prefill_ofALongPrompt_isOvertakenForAboutAsLongAsItTakesItself() {
        Simulation stream = new Simulation(Simulation.options(2, 5000, 200, 1000, 128));
        Sequence large = stream.submit(prompt(900), 1);
        int overtaken = 0;
        while (large.state() != Sequence.State.FINISHED) {
            if (stream.live.size() < 2) {
                stream.submit(prompt(100), 1);
                overtaken++;
            }
            stream.step();
        }
        assertThat(overtaken).isBetween(5, 20);
        assertThat(stream.clock).isLessThan(3_000_000_000L); // 0.9 s by itself.
    }

    @Test
    void prefill_thatOthersWaitFor_comesFirst() {
        Sequence alone = simulation.submit(prompt(120), 1);
        int[] shared = prompt(200);
        Sequence leader = simulation.submit(concat(shared, prompt(4)), 1);
        Sequence[] followers = IntStream.range(0, 2)
                .mapToObj(i -> simulation.submit(concat(shared, prompt(4)), 1))
                .toArray(Sequence[]::new);
        simulation.drain(100);
        assertThat(simulation.finished.getFirst()).isSameAs(leader);
        assertThat(simulation.finished).contains(followers).contains(alone);
    }

    @Test
    void stalls_areWhatNeighboursAddNotWhatDecodingTakes() {
        simulation.submit(prompt(20), 200);
        for (int i = 0; i < 20; i++) {
            simulation.step();
        }
        assertThat(simulation.scheduler.worstStallNanos()).isZero();
        Sequence neighbour = simulation.submit(prompt(290), 1);
        while (neighbour.state() != Sequence.State.FINISHED) {
            simulation.step();
        }
        assertThat(simulation.scheduler.worstStallNanos()).isBetween(50_000_000L, 100_000_000L);
        assertThat(simulation.scheduler.p99StallNanos()).isBetween(40_000_000L, 105_000_000L);
    }

    @Test
    void submit_whenPromptAndOneTokenExceedTheContext_isRefusedWithBothNumbers() {
        Sequence sequence = new Sequence(prompt(300), 5, Claim.PLAIN, "");
        assertThat(simulation.scheduler.submit(sequence, 0)).isEqualTo(new Submission.TooLong(300, 300));
        assertThat(simulation.scheduler.submit(new Sequence(prompt(299), 5, Claim.PLAIN, ""), 0))
                .isEqualTo(new Submission.Accepted());
    }

    @Test
    void submit_lowersTheOutputToWhatTheContextLeaves() {
        Sequence sequence = simulation.submit(prompt(290), 50);
        simulation.drain(100);
        assertThat(sequence.generated()).isEqualTo(10);
    }

    @Test
    void request_withACachedPrefix_computesOnlyTheRest() {
        int[] shared = prompt(100);
        simulation.submit(shared, 3);
        simulation.drain(100);
        int before = simulation.prefilled;
        Sequence second = simulation.submit(concat(shared, prompt(30)), 3);
        simulation.drain(100);
        assertThat(second.cachedTokens()).isEqualTo(100);
        assertThat(simulation.prefilled - before).isEqualTo(30);
    }

    @Test
    void request_repeatedExactly_computesItsLastTokenForTheLogits() {
        int[] prompt = prompt(100);
        simulation.submit(prompt, 3);
        simulation.drain(100);
        Sequence again = simulation.submit(prompt.clone(), 3);
        simulation.drain(100);
        assertThat(again.cachedTokens()).isEqualTo(99);
        assertThat(simulation.outputs.get(again)).isEqualTo(simulation.expected(prompt, 3));
    }

    @Test
    void request_followingAConversation_reusesTheGeneratedTokensToo() {
        Sequence first = simulation.submit(prompt(50), 10);
        simulation.drain(100);
        int[] turn = Arrays.copyOf(first.tokens(), 60);
        Sequence second = simulation.submit(concat(turn, prompt(5)), 3);
        simulation.drain(100);
        // The last token was sampled but never computed.
        assertThat(second.cachedTokens()).isEqualTo(59);
    }

    @Test
    void requests_whosePrefixIsBeingPrefilled_waitForItAndShareIt() {
        int[] shared = prompt(200);
        Sequence[] sequences = IntStream.range(0, 4)
                .mapToObj(i -> simulation.submit(concat(shared, prompt(10)), 3))
                .toArray(Sequence[]::new);
        simulation.step();
        assertThat(simulation.scheduler.waiting()).isEqualTo(3);
        simulation.drain(100);
        assertThat(simulation.prefilled).isEqualTo(200 + 4 * 10);
        assertThat(Arrays.stream(sequences).mapToInt(Sequence::cachedTokens)).containsExactly(0, 200, 200, 200);
    }

    @Test
    void requests_heldForAPrefixWhoseOwnerIsCancelled_startOnWhatItLeft() {
        int[] shared = prompt(200);
        Sequence leader = simulation.submit(concat(shared, prompt(10)), 3);
        Sequence held = simulation.submit(concat(shared, prompt(10)), 3);
        simulation.step();
        int computed = leader.computed();
        simulation.cancel(leader);
        simulation.drain(100);
        assertThat(computed).isPositive();
        assertThat(held.cachedTokens()).isEqualTo(computed);
        assertThat(held.state()).isEqualTo(Sequence.State.FINISHED);
    }

    @Test
    void requests_heldForAPrefix_doNotHoldUpThoseBehindThem() {
        int[] shared = prompt(200);
        simulation.submit(concat(shared, prompt(10)), 3);
        simulation.submit(concat(shared, prompt(10)), 3);
        Sequence other = simulation.submit(prompt(10), 3);
        simulation.step();
        assertThat(simulation.scheduler.waiting()).isEqualTo(1);
        assertThat(other.state()).isEqualTo(Sequence.State.DECODING);
    }

    @Test
    void cacheScope_keepsPrefixesApart() {
        int[] shared = prompt(100);
        simulation.submit(new Sequence(shared, 3, Claim.PLAIN, "tenant-a"));
        simulation.drain(100);
        Sequence other = simulation.submit(new Sequence(shared.clone(), 3, Claim.PLAIN, "tenant-b"));
        simulation.drain(100);
        assertThat(other.cachedTokens()).isZero();
    }

    @Test
    void decode_whenCellsRunOut_preemptsTheYoungestWhichStillFinishes() {
        Simulation tight = new Simulation(Simulation.options(3, 100, 6, 90, 64));
        Sequence oldest = tight.submit(prompt(20), 60);
        Sequence youngest = tight.submit(prompt(20), 60);
        int[] oldPrompt = Arrays.copyOf(oldest.tokens(), 20);
        int[] youngPrompt = Arrays.copyOf(youngest.tokens(), 20);
        tight.drain(500);
        assertThat(oldest.preemptions()).isZero();
        assertThat(youngest.preemptions()).isPositive();
        assertThat(tight.scheduler.preemptions()).isEqualTo(youngest.preemptions());
        assertThat(tight.outputs.get(oldest)).isEqualTo(tight.expected(oldPrompt, 60));
        assertThat(tight.outputs.get(youngest)).isEqualTo(tight.expected(youngPrompt, 60));
    }

    @Test
    void decode_whenCellsRunOut_preemptsTheLowestPriorityFirst() {
        Simulation tight = new Simulation(Simulation.options(3, 100, 6, 90, 64));
        Sequence low = tight.submit(new Sequence(prompt(20), 60, Claim.PLAIN, ""));
        Sequence high = tight.submit(new Sequence(prompt(20), 60, Claim.ofPriority(1), ""));
        tight.drain(500);
        assertThat(high.preemptions()).isZero();
        assertThat(low.preemptions()).isPositive();
    }

    @Test
    void start_isInOrderOfPriorityThenArrival() {
        Simulation one = new Simulation(Simulation.options(1, 1000, 8, 300, 128));
        Sequence a = one.submit(new Sequence(prompt(5), 2, Claim.PLAIN, ""));
        Sequence b = one.submit(new Sequence(prompt(5), 2, Claim.PLAIN, ""));
        Sequence c = one.submit(new Sequence(prompt(5), 2, Claim.ofPriority(5), ""));
        one.drain(100);
        assertThat(one.finished).containsExactly(c, a, b);
    }

    @Test
    void start_whenTheFirstInLineDoesNotFit_letsNobodyOvertake() {
        Simulation tight = new Simulation(Simulation.options(4, 100, 8, 90, 64));
        tight.submit(prompt(60), 20);
        Sequence large = tight.submit(prompt(60), 5);
        Sequence small = tight.submit(prompt(5), 2);
        while (large.state() == Sequence.State.WAITING) {
            assertThat(small.state()).isEqualTo(Sequence.State.WAITING);
            tight.step();
        }
        tight.drain(200);
        assertThat(tight.finished).contains(large, small);
    }

    @Test
    void eviction_takesTheLeastRecentlyUsed() {
        Simulation tight = new Simulation(Simulation.options(1, 250, 8, 120, 128));
        int[] old = prompt(90);
        int[] recent = prompt(90);
        tight.submit(old.clone(), 1);
        tight.drain(100);
        tight.submit(recent.clone(), 1);
        tight.drain(100);
        tight.submit(old.clone(), 1); // Used again: now the other one is the oldest.
        tight.drain(100);
        tight.submit(prompt(110), 1);
        tight.drain(100);
        Sequence again = tight.submit(old.clone(), 1);
        tight.drain(100);
        Sequence evicted = tight.submit(recent.clone(), 1);
        tight.drain(100);
        assertThat(again.cachedTokens()).isEqualTo(89);
        assertThat(evicted.cachedTokens()).isLessThan(89);
    }

    @Test
    void twinsThatGenerateTheSame_keepOneCopy() {
        int[] prompt = prompt(50);
        simulation.submit(prompt, 20);
        simulation.submit(prompt.clone(), 20);
        simulation.drain(100);
        assertThat(1000 - simulation.scheduler.cellsFree()).isEqualTo(50 + 20 - 1);
    }

    @Test
    void cancel_inPrefillAndInDecode_takesEffectAtTheNextPlanAndReleasesTheSlot() {
        Sequence prefilling = simulation.submit(prompt(250), 5);
        simulation.step();
        simulation.cancel(prefilling);
        assertThat(simulation.plan().runs()).isZero();
        assertThat(simulation.scheduler.cellsAvailable()).isEqualTo(1000);
        Sequence decoding = simulation.submit(prompt(20), 50);
        simulation.step();
        simulation.step();
        simulation.cancel(decoding);
        assertThat(simulation.plan().runs()).isZero();
        assertThat(simulation.scheduler.running()).isZero();
        assertThat(simulation.scheduler.cellsAvailable()).isEqualTo(1000);
    }

    @Test
    void failed_withOneSequenceAndNothingCached_saysThatNothingIsLeftToGiveUp() {
        simulation.submit(prompt(20), 5);
        simulation.plan();
        assertThat(simulation.scheduler.failed()).isFalse();
    }

    @Test
    void append_beforeTheTokenBeforeItWasComputed_isAMistake() {
        Sequence sequence = simulation.submit(prompt(20), 5);
        assertThatThrownBy(() -> simulation.scheduler.append(sequence, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void plan_afterALogitsStepThatNobodyFollowedUp_isAMistakeNotAGarbageToken() {
        simulation.submit(prompt(20), 5);
        StepPlan<Sequence> plan = simulation.plan();
        simulation.compute(plan, plan.tokens());
        simulation.scheduler.completed(1, 1);
        assertThatThrownBy(() -> simulation.scheduler.plan(1)).isInstanceOf(IllegalStateException.class);
    }

    private int[] prompt(int length) {
        return SchedulerPropertiesTest.tokens(random, length);
    }

    @Test
    void split_aPrefixOfAFewTokens_isComputedAgainRatherThanCopied() {
        int[] shared = prompt(KvCache.WORTH_COPYING_TOKENS);
        for (int common : new int[] {KvCache.WORTH_COPYING_TOKENS - 1, KvCache.WORTH_COPYING_TOKENS}) {
            Simulation split = new Simulation(Simulation.split(2, 2, 0, 300, 128));
            split.submit(concat(shared, prompt(50)), 3);
            split.drain(100);
            Sequence next = split.submit(concat(Arrays.copyOf(shared, common), prompt(40)), 3);
            split.drain(100);
            assertThat(next.cachedTokens()).isEqualTo(common < KvCache.WORTH_COPYING_TOKENS ? 0 : common);
        }
    }

    @Test
    void split_aConversationThatGoesOn_staysInItsSlotWithoutACopy() {
        Simulation split = new Simulation(Simulation.split(2, 2, 0, 300, 128));
        int[] first = prompt(100);
        split.submit(first, 3);
        split.drain(100);
        Sequence next = split.submit(concat(first, prompt(30)), 3);
        StepPlan<Sequence> plan = split.plan();
        assertThat(plan.operations()).isEmpty(); // applied by plan(); nothing but the cut behind the match
        assertThat(next.cachedTokens()).isEqualTo(100);
        assertThat(split.kv.length(next.slot())).isEqualTo(100);
    }

    @Test
    void split_sequencesThatStartAlike_computeTheirPrefixOnce() {
        Simulation split = new Simulation(Simulation.split(4, 4, 0, 300, 128));
        int[] shared = prompt(120);
        for (int i = 0; i < 4; i++) {
            split.submit(concat(shared, new int[] {i, i, i}), 5);
        }
        split.drain(100);
        assertThat(split.prefilled).isEqualTo(120 + 4 * 3);
        assertThat(split.finished).hasSize(4);
    }

    @Test
    void split_whatHadToMakeRoom_comesBackFromWhereItWasParked() {
        Simulation split = new Simulation(Simulation.split(1, 1, 1000, 300, 128));
        int[] first = prompt(100);
        split.submit(first, 3);
        split.drain(100);
        split.submit(concat(new int[] {7, 7}, prompt(80)), 3);
        split.drain(100);
        assertThat(split.kv.parkedTokens()).isEqualTo(102);
        Sequence again = split.submit(concat(first, prompt(30)), 3);
        split.drain(100);
        assertThat(again.cachedTokens()).isEqualTo(100);
    }

    @Test
    void split_whatIsParked_makesRoomForTheNextOneFromTheOldestOn() {
        Simulation split = new Simulation(Simulation.split(1, 1, 250, 300, 128));
        for (int i = 0; i < 4; i++) {
            split.submit(concat(new int[] {i}, prompt(99)), 3);
            split.drain(100);
        }
        assertThat(split.kv.parkedTokens()).isEqualTo(204);
        Sequence oldest = split.submit(concat(new int[] {0}, prompt(120)), 3);
        split.drain(100);
        assertThat(oldest.cachedTokens()).isZero();
    }

    private static int[] concat(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
