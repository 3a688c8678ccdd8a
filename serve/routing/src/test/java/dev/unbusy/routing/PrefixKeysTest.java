package dev.unbusy.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrefixKeysTest {
    private static final long SEED = 99;

    @Property
    void promptsShareTheirHashes_exactlyAsFarAsTheirWholeBlocksAgree(
            @ForAll @IntRange(max = 20_000) int common,
            @ForAll @IntRange(max = 9_000) int more,
            @ForAll @IntRange(max = 9_000) int others,
            @ForAll long seed) {
        Random random = new Random(seed);
        byte[] one = bytes(random, common + more);
        byte[] two = Arrays.copyOf(one, common + others);
        for (int i = common; i < two.length; i++) {
            two[i] = (byte) ~(i < one.length ? one[i] : 0);
        }
        PrefixKeys a = keys(one);
        PrefixKeys b = keys(two);
        int both = Math.min(a.blocks(), b.blocks());
        int shared = 0;
        while (shared < both && a.hash(shared) == b.hash(shared)) {
            shared++;
        }
        int agreeing = 0;
        while (agreeing < both && PrefixKeys.bytesOf(agreeing + 1) <= common) {
            agreeing++;
        }
        assertThat(shared).isEqualTo(agreeing);
        for (int block = shared; block < both; block++) {
            assertThat(a.hash(block)).isNotEqualTo(b.hash(block));
        }
        assertThat(a.promptBytes()).isEqualTo(one.length);
    }

    @Property
    void howAPromptIsCutIntoPieces_changesNothing(
            @ForAll @IntRange(max = 12_000) int length,
            @ForAll @Size(max = 6) List<@IntRange(max = 12_000) Integer> cuts,
            @ForAll long seed) {
        byte[] prompt = bytes(new Random(seed), length);
        int[] at = IntStream.concat(cuts.stream().mapToInt(cut -> Math.min(cut, length)), IntStream.of(0, length))
                .sorted()
                .toArray();
        PrefixKeys.Hasher hasher = new PrefixKeys.Hasher(SEED, null);
        for (int i = 1; i < at.length; i++) {
            // As a view into something larger, and outside the heap.
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(length + 5).position(5).put(prompt);
            ByteBuffer piece = direct.limit(5 + at[i]).position(5 + at[i - 1]);
            hasher.add(piece);
            assertThat(piece.position()).isEqualTo(5 + at[i - 1]);
        }
        assertThat(hashes(hasher.keys())).isEqualTo(hashes(keys(prompt)));
    }

    @Test
    void oneChangedByte_changesItsBlockAndAllBehind_andNoneBefore() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3_000; round++) {
            byte[] prompt = bytes(random, 1 + random.nextInt(6_000));
            PrefixKeys before = keys(prompt);
            int at = random.nextInt(prompt.length);
            prompt[at] ^= (byte) (1 << random.nextInt(8));
            PrefixKeys after = keys(prompt);
            assertThat(after.blocks()).isEqualTo(before.blocks());
            for (int block = 0; block < before.blocks(); block++) {
                assertThat(after.hash(block) == before.hash(block))
                        .as("seed %d, round %d, byte %d, block %d", seed, round, at, block)
                        .isEqualTo(PrefixKeys.bytesOf(block + 1) <= at);
            }
        }
    }

    @Test
    void theNextTurnOfAConversation_hasAllBlocksOfTheOneBefore() {
        String system = "{\"role\":\"system\",\"content\":\"" + "You are helpful. ".repeat(200) + "\"}";
        String first = "[" + system + ",{\"role\":\"user\",\"content\":\"" + "What is this? ".repeat(50) + "\"}]";
        String second = first.substring(0, first.length() - 1)
                + ",{\"role\":\"assistant\",\"content\":\"A test.\"},{\"role\":\"user\",\"content\":\"Why?\"}]";
        PrefixKeys a = keys(first.getBytes(StandardCharsets.UTF_8));
        PrefixKeys b = keys(second.getBytes(StandardCharsets.UTF_8));
        assertThat(a.blocks()).isGreaterThan(10);
        assertThat(Arrays.copyOf(hashes(b), a.blocks())).isEqualTo(hashes(a));
    }

    @Test
    void blocks_reachOver200_000Tokens_andLoseAtMostAnEighthOfAMatch() {
        assertThat(keys(new byte[5_000_000]).blocks()).isEqualTo(PrefixKeys.MOST_BLOCKS);
        assertThat(PrefixKeys.bytesOf(PrefixKeys.MOST_BLOCKS)).isGreaterThan(4 * 200_000);
        for (int blocks = 1; blocks <= PrefixKeys.MOST_BLOCKS; blocks++) {
            long end = PrefixKeys.bytesOf(blocks);
            long block = end - PrefixKeys.bytesOf(blocks - 1);
            assertThat(block).isLessThanOrEqualTo(Math.max(PrefixKeys.BLOCK_BYTES, end / 8));
        }
    }

    @Test
    void zeros_manyBlocksAndSeeds_giveDistinctHashes() {
        Set<Long> seen = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            for (String isolation : new @Nullable String[] {null, "", "a", "b", "ab"}) {
                for (long hash : hashes(PrefixKeys.of(ByteBuffer.wrap(new byte[30_000]), seed, isolation))) {
                    assertThat(seen.add(hash)).isTrue();
                }
            }
        }
    }

    private static PrefixKeys keys(byte[] prompt) {
        return PrefixKeys.of(ByteBuffer.wrap(prompt), SEED, null);
    }

    private static long[] hashes(PrefixKeys keys) {
        return IntStream.range(0, keys.blocks()).mapToLong(keys::hash).toArray();
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
