package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PromptLookupDrafterTest {
    private final PromptLookupDrafter drafter = new PromptLookupDrafter();

    @Test
    void guess_isWhatFollowedTheSameTokensBefore() {
        assertThat(guesses(1, 2, 3, 4, 5, 9, 1, 2)).startsWith(3, 4, 5, 9);
    }

    @Test
    void guess_withoutARepetition_isNone() {
        assertThat(guesses(1, 2, 3, 4, 5, 6)).isEmpty();
        assertThat(new PromptLookupDrafter().propose(new int[] {7}, 1, 8)).isZero();
    }

    @Test
    void guess_prefersTheLongestMatchToTheLatest() {
        assertThat(guesses(7, 1, 2, 3, 4, 50, 8, 8, 1, 2, 3, 4, 60, 9, 9, 7, 1, 2, 3, 4))
                .startsWith(50);
    }

    @Test
    void guess_prefersTheLatestAmongEqualMatches() {
        assertThat(guesses(1, 2, 50, 8, 8, 1, 2, 60, 9, 9, 1, 2)).startsWith(60);
    }

    @Test
    void guess_thatReachesTheEnd_repeatsThePeriod() {
        assertThat(guesses(5, 1, 2, 3, 1, 2, 3, 1, 2, 3)).startsWith(1, 2, 3, 1, 2, 3, 1, 2);
    }

    @Test
    void confidence_growsWithTheMatchAndAlongTheGuess() {
        int last = 0;
        for (int length = 3; length <= 80; length++) {
            int[] tokens = new int[2 * length];
            for (int i = 0; i < length; i++) {
                tokens[i] = i;
                tokens[length + i] = i;
            }
            PromptLookupDrafter fresh = new PromptLookupDrafter();
            fresh.propose(tokens, tokens.length - 1, 4);
            assertThat(fresh.confidence(0)).isBetween(last, last + 1);
            assertThat(fresh.confidence(3))
                    .isGreaterThanOrEqualTo(fresh.confidence(0))
                    .isLessThan(Drafter.CONFIDENCES);
            last = fresh.confidence(0);
        }
        assertThat(last).isEqualTo(10);
    }

    /** Grown in random pieces: it finds a repetition where there is one, of four tokens or more where there is. */
    @Property(tries = 200)
    void guess_followsARepetitionWheneverThereIsOne(@ForAll long seed) {
        Random random = new Random(seed);
        int words = 2 + random.nextInt(30);
        int[] tokens = random.ints(600, 0, words).toArray();
        for (int copies = 0; copies < 6; copies++) {
            int from = random.nextInt(250);
            System.arraycopy(tokens, from, tokens, 300 + random.nextInt(250), 3 + random.nextInt(40));
        }
        PromptLookupDrafter grown = new PromptLookupDrafter();
        int size = 0;
        while (size < tokens.length) {
            size = Math.min(tokens.length, size + 1 + random.nextInt(12));
            // What stands behind the tokens are guesses that did not come true.
            int[] visible = Arrays.copyOf(tokens, size + 5);
            Arrays.fill(visible, size, size + 5, -1);
            int count = grown.propose(visible, size, 6);
            int longest = longest(tokens, size);
            assertThat(count).isEqualTo(longest >= 2 ? 6 : 0);
            if (count > 0) {
                int matched = matched(tokens, size, grown);
                assertThat(matched).isGreaterThanOrEqualTo(longest >= 4 ? 4 : 2);
            }
        }
    }

    @Test
    void aToken_costsNoAllocationAndLittleTimeHoweverLongTheSequence() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] tokens = new Random(1).ints(70_000, 0, 3).toArray(); // Everything repeats everywhere.
        for (int size = 1; size <= 40_000; size++) {
            drafter.propose(tokens, size, 16);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int size = 40_001; size < 60_000; size++) {
            drafter.propose(tokens, size, 16);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1000);
    }

    private int[] guesses(int... tokens) {
        int count = drafter.propose(tokens, tokens.length, 8);
        int[] guesses = new int[count];
        for (int i = 0; i < count; i++) {
            guesses[i] = drafter.draft(i);
        }
        return guesses;
    }

    /** Longest match of the end with what came before. */
    private static int longest(int[] tokens, int size) {
        int longest = 0;
        for (int place = size - 1; place > 0; place--) {
            longest = Math.max(longest, common(tokens, size, place));
        }
        return longest;
    }

    private static int common(int[] tokens, int size, int place) {
        int length = 0;
        while (length < place && tokens[place - 1 - length] == tokens[size - 1 - length]) {
            length++;
        }
        return length;
    }

    /** How long a repetition the guesses can have followed. */
    private static int matched(int[] tokens, int size, Drafter drafter) {
        int best = 0;
        for (int place = size - 1; place > 0; place--) {
            boolean same = true;
            for (int i = 0; i < 6 && same; i++) {
                same = drafter.draft(i) == tokens[place + i % (size - place)];
            }
            if (same) {
                best = Math.max(best, common(tokens, size, place));
            }
        }
        return best;
    }
}
