package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class PrefixTreeTest {
    private static final int[] NONE = {};

    /** Against the definition: compare with every slot. Three tokens only, so that paths split and merge all the time. */
    @Property(tries = 300)
    void match_findsTheLongestComputedAndPlannedPrefix(@ForAll long seed) {
        Random random = new Random(seed);
        PrefixTree tree = new PrefixTree(12);
        Map<Integer, int[]> held = new TreeMap<>();
        int[] computed = new int[12];
        for (int action = 0; action < 200; action++) {
            int slot = random.nextInt(12);
            if (held.containsKey(slot)) {
                tree.remove(slot);
                held.remove(slot);
            } else {
                int[] tokens = random.ints(1 + random.nextInt(12), 0, 3).toArray();
                tree.insert("", slot, tokens, tokens.length);
                held.put(slot, tokens);
                computed[slot] = random.nextInt(tokens.length + 1);
            }
            int[] wanted = random.ints(1 + random.nextInt(12), 0, 3).toArray();
            int longest = 0;
            int planned = 0;
            for (Map.Entry<Integer, int[]> entry : held.entrySet()) {
                int common = common(entry.getValue(), wanted);
                longest = Math.max(longest, Math.min(common, computed[entry.getKey()]));
                planned = Math.max(planned, common);
            }
            PrefixTree.Match match = tree.match("", wanted, wanted.length, s -> computed[s]);
            assertThat(match.length).isEqualTo(longest);
            assertThat(match.plannedLength).isEqualTo(planned);
            if (longest > 0) {
                assertThat(common(held.getOrDefault(match.slot, NONE), wanted)).isGreaterThanOrEqualTo(longest);
                assertThat(computed[match.slot]).isGreaterThanOrEqualTo(longest);
            }
            if (planned > 0) {
                assertThat(common(held.getOrDefault(match.plannedSlot, NONE), wanted))
                        .isEqualTo(planned);
            }
            for (int shorter : held.keySet()) {
                for (int longer : held.keySet()) {
                    int[] a = held.getOrDefault(shorter, NONE);
                    assertThat(tree.isPrefix(shorter, longer))
                            .isEqualTo(common(a, held.getOrDefault(longer, NONE)) == a.length);
                }
            }
        }
        for (int slot : held.keySet()) {
            tree.remove(slot);
        }
        assertThat(tree.isEmpty()).isTrue();
    }

    private static int common(int[] a, int[] b) {
        int i = 0;
        while (i < a.length && i < b.length && a[i] == b[i]) {
            i++;
        }
        return i;
    }
}
