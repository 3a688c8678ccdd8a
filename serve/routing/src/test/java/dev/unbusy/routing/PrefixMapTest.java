package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PrefixMapTest {
    private static final String A = "a";
    private static final String B = "b";

    /** Against a cache of the simplest make: a map in the order of use. */
    @Property
    void matches_areThoseOfACacheThatEvictsTheLeastRecentlyUsed_inEverySchedule(
            @ForAll @IntRange(min = 0, max = 120) int budgetBlocks, @ForAll long seed) {
        Random random = new Random(seed);
        PrefixMap map = new PrefixMap(0);
        map.budget(A, 256L * budgetBlocks);
        LinkedHashMap<Long, Long> model = new LinkedHashMap<>(16, 0.75f, true);
        for (int step = 0; step < 150; step++) {
            PrefixKeys keys = prompt(random.nextInt(3), random.nextInt(4), random.nextInt(9_000));
            long expected = 0;
            for (int block = 0; block < keys.blocks() && model.containsKey(keys.hash(block)); block++) {
                expected = PrefixKeys.bytesOf(block + 1);
            }
            assertThat(map.matchedBytes(A, keys)).isEqualTo(expected);
            assertThat(map.matchedBytes(B, keys)).isZero();
            if (random.nextInt(4) > 0) {
                map.sent(A, keys);
                for (int block = keys.blocks() - 1; block >= 0; block--) {
                    model.remove(keys.hash(block));
                    model.put(keys.hash(block), PrefixKeys.bytesOf(block + 1) - PrefixKeys.bytesOf(block));
                }
                Iterator<Map.Entry<Long, Long>> oldest = model.entrySet().iterator();
                while (bytes(model) > 256L * budgetBlocks) {
                    oldest.next();
                    oldest.remove();
                }
            }
            assertThat(map.heldBytes(A)).isEqualTo(bytes(model)).isLessThanOrEqualTo(256L * budgetBlocks);
        }
    }

    @Test
    void aPrompt_isMatchedWhereItWasSent_untilThatWorkerIsForgotten() {
        PrefixMap map = new PrefixMap(1_000_000);
        PrefixKeys keys = prompt(1, 1, 7_680);
        map.sent(A, keys);
        assertThat(map.matchedBytes(A, keys)).isEqualTo(7_680);
        assertThat(map.matchedBytes(B, keys)).isZero();
        assertThat(map.expectedTokens(A, keys, 2_000)).isEqualTo(2_000);
        // The same system prompt with another question.
        assertThat(map.matchedBytes(A, prompt(1, 2, 7_680))).isEqualTo(4_096);
        map.forget(A);
        assertThat(map.matchedBytes(A, keys)).isZero();
        assertThat(map.heldBytes(A)).isZero();
    }

    @Test
    void aSmallerBudget_dropsAtOnce() {
        PrefixMap map = new PrefixMap(1_000_000);
        map.sent(A, prompt(1, 1, 7_680));
        map.budget(A, 2_048);
        assertThat(map.heldBytes(A)).isEqualTo(2_048);
        assertThat(map.matchedBytes(A, prompt(1, 1, 7_680))).isEqualTo(2_048);
        assertThatThrownBy(() -> map.budget(A, -1)).hasMessageContaining("-1");
    }

    @Test
    void aWorkerThatCachesNothing_stopsAttracting_andAttractsAgainOnceItCaches() {
        PrefixMap map = new PrefixMap(1_000_000);
        PrefixKeys keys = prompt(1, 1, 7_680);
        map.sent(A, keys);
        for (int i = 0; i < 10; i++) {
            map.observed(map.sent(A, keys), 2_000, 0);
        }
        assertThat(map.expectedTokens(A, keys, 2_000)).isBetween(1L, 150L);
        for (int i = 0; i < 20; i++) {
            map.observed(map.sent(A, keys), 2_000, 1_990);
        }
        assertThat(map.expectedTokens(A, keys, 2_000)).isGreaterThan(1_980);
    }

    @Test
    void aWorkerWithASmallerCacheThanThought_losesWhatWasUsedAsLongAgoAsWhatItEvicted() {
        PrefixMap map = new PrefixMap(400_000);
        map.sent(A, prompt(1, 1, 40_000));
        PrefixKeys old = prompt(2, 1, 40_000);
        map.sent(A, old);
        for (int i = 3; i < 8; i++) {
            map.sent(A, prompt(i, 1, 40_000));
        }
        map.observed(map.sent(A, old), 10_000, 0);
        assertThat(map.matchedBytes(A, prompt(1, 1, 40_000))).isZero();
        assertThat(map.matchedBytes(A, old)).isPositive(); // it has computed it again
        assertThat(map.matchedBytes(A, prompt(7, 1, 40_000))).isPositive();
    }

    @Test
    void aPrefixStillBeingComputed_isNoReasonToDropOthers() {
        PrefixMap map = new PrefixMap(400_000);
        PrefixKeys other = prompt(1, 1, 40_000);
        map.sent(A, other);
        PrefixKeys keys = prompt(2, 1, 40_000);
        map.sent(A, keys);
        map.observed(map.sent(A, keys), 10_000, 0);
        assertThat(map.matchedBytes(A, other)).isPositive();
    }

    @Test
    void anAnswerOfAProcessThatIsGone_saysNothingAboutTheNext() {
        PrefixMap map = new PrefixMap(400_000);
        PrefixKeys keys = prompt(1, 1, 40_000);
        map.sent(A, keys);
        PrefixMap.Sent before = map.sent(A, keys);
        map.forget(A);
        map.sent(A, keys);
        map.observed(before, 10_000, 0);
        assertThat(map.expectedTokens(A, keys, 10_000)).isGreaterThan(9_000);
    }

    @Test
    void aPromptOfNothing_matchesNothing() {
        PrefixMap map = new PrefixMap(400_000);
        PrefixKeys empty = PrefixKeys.of(ByteBuffer.allocate(0), 1, null);
        map.observed(map.sent(A, empty), 0, 0);
        assertThat(map.matchedBytes(A, empty)).isZero();
        assertThat(map.expectedTokens(A, empty, 0)).isZero();
    }

    /** 4,096 bytes that a family shares, then the member's own. */
    private static PrefixKeys prompt(int family, int member, int length) {
        byte[] bytes = new byte[length];
        byte[] own = new byte[length];
        new SplittableRandom(family).nextBytes(bytes);
        new SplittableRandom(1_000 * family + member).nextBytes(own);
        int shared = Math.min(4_096, length);
        System.arraycopy(own, shared, bytes, shared, length - shared);
        return PrefixKeys.of(ByteBuffer.wrap(bytes), 7, null);
    }

    private static long bytes(Map<Long, Long> model) {
        return model.values().stream().mapToLong(Long::longValue).sum();
    }
}
