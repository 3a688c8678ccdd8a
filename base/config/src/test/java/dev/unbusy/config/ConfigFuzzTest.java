package dev.unbusy.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** Foreign bytes are either a configuration or a {@link ConfigException}, never anything else. */
class ConfigFuzzTest {
    private static final String ALPHABET =
            "door:port room{}[]&*!|>'\"#%@`-?,\n\n\n  \t0129.e+~\\u00ff\u0000\u0085\u2028é中😀";

    @Test
    void read_ofRandomDocuments_neverFailsOtherwise() {
        long seed = Long.getLong("unbusy.test.seed", 20260725L);
        Random random = new Random(seed);
        int[] letters = ALPHABET.codePoints().toArray();
        int refused = 0;
        for (int round = 0; round < 6_000; round++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "door:\n  " : "");
            int length = random.nextInt(40);
            for (int i = 0; i < length; i++) {
                text.appendCodePoint(letters[random.nextInt(letters.length)]);
            }
            refused += readOrRefuse(text.toString().getBytes(UTF_8), seed, round) ? 0 : 1;
        }
        assertThat(refused).as("most of it is no configuration (seed %d)", seed).isGreaterThan(3_000);
    }

    @Test
    void read_ofTheExampleWithFlippedBytes_neverFailsOtherwise() {
        long seed = Long.getLong("unbusy.test.seed", 20260726L);
        Random random = new Random(seed);
        byte[] example = ConfigReference.example(Samples.schema(), dev.unbusy.text.Lang.EN)
                .getBytes(UTF_8);
        int refused = 0;
        for (int round = 0; round < 1_500; round++) {
            byte[] bytes = example.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            refused += readOrRefuse(bytes, seed, round) ? 0 : 1;
        }
        assertThat(refused).as("seed %d", seed).isPositive();
    }

    @Property
    void nearestName_isSymmetricAndZeroOnlyForEqualNames(
            @ForAll @AlphaChars @StringLength(max = 12) String a,
            @ForAll @AlphaChars @StringLength(max = 12) String b) {
        assertThat(NearestName.edits(a, b)).isEqualTo(NearestName.edits(b, a));
        assertThat(NearestName.edits(a, b) == 0).isEqualTo(a.equals(b));
        assertThat(NearestName.edits(a, b))
                .isBetween(Math.abs(a.length() - b.length()), Math.max(a.length(), b.length()));
    }

    private static boolean readOrRefuse(byte[] bytes, long seed, int round) {
        try {
            ConfigReader.read(Samples.schema(), "f.yaml", bytes);
            return true;
        } catch (ConfigException e) {
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(
                    "seed " + seed + ", round " + round + ": " + new String(bytes, UTF_8).replace("\n", "\\n"), e);
        }
    }
}
