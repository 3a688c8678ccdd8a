package dev.unbusy.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Foreign bytes give a model or a {@link GgufException}: no other exception, no hang, no exhausted heap. */
class GgufFuzzTest {
    private static final int[] INTERESTING = {0, 1, 2, 7, 0x7f, 0x80, 0xff};
    private static final long[] NUMBERS = {
        0, 1, -1, 8, 255, 256, 65_536, Integer.MAX_VALUE, 1L << 31, 1L << 32, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE
    };

    @TempDir
    Path folder;

    @Test
    void read_ofEveryTruncation_saysTruncatedOrNotAGguf() throws IOException {
        byte[] whole = TinyGguf.valid().bytes();
        Path file = folder.resolve("m.gguf");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            String code = outcome(file);
            assertThat(code)
                    .as("cut to %d of %d bytes", length, whole.length)
                    .isEqualTo(length < 4 ? "model-file-corrupt" : "model-file-truncated");
        }
    }

    @Test
    void read_ofMutatedFiles_neverFailsInAnotherWay() throws IOException {
        long seed = Long.getLong("unbusy.fuzz.seed", new Random().nextLong());
        int rounds = Integer.getInteger("unbusy.fuzz.rounds", 4_000);
        System.out.println("GgufFuzzTest seed " + seed + " (repeat with -Dunbusy.fuzz.seed=" + seed + ")");
        Random random = new Random(seed);
        byte[] whole = TinyGguf.valid().bytes();
        Path file = folder.resolve("m.gguf");
        Map<String, Integer> outcomes = new TreeMap<>();
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (int round = 0; round < rounds; round++) {
                byte[] mutated = mutate(whole.clone(), random);
                Files.write(file, mutated);
                outcomes.merge(outcome(file), 1, Integer::sum);
            }
        });
        // The mutations must have reached both sides, or they prove nothing.
        assertThat(outcomes.keySet()).contains("ok", "model-file-corrupt", "model-file-truncated");
        System.out.println("GgufFuzzTest outcomes " + outcomes);
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        int edits = 1 + random.nextInt(4);
        // The data section is not read: nearly all edits go into the header.
        int header = Math.min(bytes.length, 1200);
        for (int i = 0; i < edits; i++) {
            int at = random.nextInt(header);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) INTERESTING[random.nextInt(INTERESTING.length)];
                case 2 -> {
                    byte[] number = TinyGguf.le(8)
                            .putLong(NUMBERS[random.nextInt(NUMBERS.length)])
                            .array();
                    System.arraycopy(number, 0, bytes, at, Math.min(8, bytes.length - at));
                }
                default -> {
                    int from = random.nextInt(header);
                    int length = Math.min(1 + random.nextInt(40), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private static String outcome(Path file) {
        try {
            GgufFile model = GgufFile.read(file);
            // The accessors must hold for whatever was let in.
            model.kvBytesPerToken();
            model.quantization();
            model.contextTokens();
            model.weightBytes();
            model.parameterCount();
            return "ok";
        } catch (GgufException e) {
            assertThat(e.text().en()).hasSizeLessThan(1000);
            return e.code();
        }
    }
}
