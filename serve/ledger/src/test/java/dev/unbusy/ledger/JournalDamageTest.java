package dev.unbusy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.ledger.JournalEntry.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalDamageTest {
    private static final int SALT = 0x5eed5a17;

    @TempDir
    private Path directory;

    /** Frames as they lie in a file, and which bytes are whose. */
    private static final class Written {
        byte[] bytes = new byte[4096];
        int end;
        final Map<Integer, Long> ticketByOffset = new LinkedHashMap<>();
        final Map<Integer, Integer> endByOffset = new LinkedHashMap<>();

        static Written some(Random random, int salt) {
            Written written = new Written();
            JournalFrame frame = new JournalFrame();
            ByteBuffer bytes = ByteBuffer.wrap(written.bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (long ticket = 1; ticket <= 12; ticket++) {
                String name = "r".repeat(random.nextInt(40)) + ticket;
                int length = frame.encode(random.nextBoolean() ? Kind.ENDED : Kind.BEGUN, ticket, Ledgers.record(name));
                bytes.putInt(written.end, length).putInt(written.end + 4, frame.crc(salt, written.end, length));
                System.arraycopy(frame.bytes, 8, written.bytes, written.end + 8, length);
                written.ticketByOffset.put(written.end, ticket);
                written.endByOffset.put(written.end, written.end + 8 + length);
                written.end += JournalFrame.frameBytes(length);
            }
            return written;
        }
    }

    private static List<Long> tickets(byte[] bytes, int salt) {
        JournalScan scan = new JournalScan();
        List<Long> found = new ArrayList<>();
        int offset = 0;
        while (offset < bytes.length) {
            JournalEntry entry = scan.first(MemorySegment.ofArray(bytes), salt, offset, bytes.length);
            assertThat(scan.next()).isGreaterThan(offset);
            offset = scan.next();
            if (entry != null) {
                found.add(entry.ticket());
            }
        }
        return found;
    }

    @Property(tries = 3_000)
    void anyFlippedBits_costTheFramesThatTheyAreIn_andNoOther(@ForAll long seed) {
        Random random = new Random(seed);
        Written written = Written.some(random, SALT);
        List<Long> expected = new ArrayList<>(written.ticketByOffset.values());
        byte[] bytes = written.bytes.clone();
        int flips = 1 + random.nextInt(6);
        for (int i = 0; i < flips; i++) {
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            written.ticketByOffset.forEach((offset, ticket) -> {
                if (at >= offset && at < written.endByOffset.getOrDefault(offset, 0)) {
                    expected.remove(ticket);
                }
            });
        }
        List<Long> found = tickets(bytes, SALT);
        // Two flips may hit the same bit: then nothing is damaged.
        assertThat(found).containsSubsequence(expected).doesNotHaveDuplicates().isSorted();
        if (flips == 1) {
            assertThat(found).isEqualTo(expected);
        }
    }

    @Property(tries = 1_000)
    void aFileThatIsCutOff_keepsEveryWholeFrame(@ForAll long seed) {
        Random random = new Random(seed);
        Written written = Written.some(random, SALT);
        int length = random.nextInt(written.end + 1);
        List<Long> expected = new ArrayList<>();
        written.endByOffset.forEach((offset, end) -> {
            if (end <= length) {
                expected.add(written.ticketByOffset.getOrDefault(offset, 0L));
            }
        });
        assertThat(tickets(Arrays.copyOf(written.bytes, length), SALT)).isEqualTo(expected);
    }

    @Property(tries = 1_000)
    void aFrameThatWasClaimedAndNeverWritten_isSteppedOver(@ForAll long seed) {
        Random random = new Random(seed);
        Written written = Written.some(random, SALT);
        List<Integer> offsets = new ArrayList<>(written.ticketByOffset.keySet());
        int hole = offsets.get(random.nextInt(offsets.size()));
        // The process died somewhere in between: the length is zero in any case, the rest may be there in part.
        int zeros = 4 + random.nextInt(written.endByOffset.getOrDefault(hole, 0) - hole - 4);
        Arrays.fill(written.bytes, hole, hole + zeros, (byte) 0);
        List<Long> expected = new ArrayList<>(written.ticketByOffset.values());
        expected.remove(written.ticketByOffset.get(hole));
        assertThat(tickets(written.bytes, SALT)).isEqualTo(expected);
    }

    @Property(tries = 1_000)
    void noise_isNoFrame_andNeitherIsAFrameFromElsewhere(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] noise = new byte[random.nextInt(3_000)];
        random.nextBytes(noise);
        assertThat(tickets(noise, SALT)).isEmpty();
        Written written = Written.some(random, SALT);
        assertThat(tickets(written.bytes, SALT + 1)).as("of another segment").isEmpty();
        byte[] moved = new byte[written.bytes.length + 8];
        System.arraycopy(written.bytes, 0, moved, 8, written.bytes.length);
        assertThat(tickets(moved, SALT)).as("at another place").isEmpty();
    }

    @Test
    void damagedFilesOfAWholeLedger_areRecovered_aHundredTimes(@TempDir Path scratch) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int damagedRounds = 0;
        Path kept = scratch.resolve("kept");
        try (EmbeddedLedger ledger = Ledgers.open(kept)) {
            for (int i = 0; i < 20; i++) {
                ledger.ended(ledger.begun(Ledgers.begun("r" + i)), Ledgers.record("r" + i));
            }
            copy(kept, directory.resolve("before")); // as a killed process would leave it
        }
        for (int round = 0; round < 100; round++) {
            Path copy = directory.resolve("round" + round);
            copy(directory.resolve("before"), copy);
            List<Path> files = files(copy).stream()
                    .filter(file -> file.toString().endsWith(".journal"))
                    .toList();
            for (Path file : files) {
                byte[] bytes = Files.readAllBytes(file);
                if (random.nextInt(3) == 0) {
                    bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                }
                for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
                }
                Files.write(file, bytes);
            }
            List<String> first;
            try (EmbeddedLedger ledger = Ledgers.open(copy)) {
                first = Ledgers.ids(ledger);
                damagedRounds += ledger.journalState().damaged() > 0 ? 1 : 0;
            }
            try (EmbeddedLedger ledger = Ledgers.open(copy)) {
                assertThat(Ledgers.ids(ledger))
                        .as("seed %d round %d", seed, round)
                        .isEqualTo(first);
            }
            assertThat(first).as("seed %d round %d", seed, round).doesNotHaveDuplicates();
        }
        assertThat(damagedRounds).as("seed %d", seed).isGreaterThan(20);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(from.relativize(file)));
        }
    }
}
