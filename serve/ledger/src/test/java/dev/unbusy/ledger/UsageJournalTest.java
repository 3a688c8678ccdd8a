package dev.unbusy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.ledger.JournalDrain.SegmentFactory;
import dev.unbusy.ledger.Ledgers.FakeClock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageJournalTest {
    @TempDir
    private Path directory;

    /** A disk that takes new files or does not. */
    private static final class Disk implements SegmentFactory {
        boolean full;
        int made;

        @Override
        public JournalSegment create(JournalFile file, int bytes) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            made++;
            return JournalSegment.create(file, bytes);
        }
    }

    private EmbeddedLedger open(SegmentFactory factory, int maxSegments, int memoryRecords) {
        LedgerOptions options = new LedgerOptions(directory, 90, 200, 1_000, 4096, maxSegments, memoryRecords);
        return EmbeddedLedger.openIdle(options, new FakeClock(), factory);
    }

    private static List<String> endMany(Ledger ledger, String prefix, int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(prefix + i);
            ledger.ended(ledger.begun(Ledgers.begun(prefix + i)), Ledgers.record(prefix + i));
        }
        return ids;
    }

    private List<Path> journalFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".journal")).toList();
        }
    }

    @Test
    void sixteenThreads_andADrainBesideThem_loseAndDoubleNothing() throws Exception {
        int threads = 16;
        int each = 400;
        try (EmbeddedLedger ledger = open(JournalSegment::create, 64, 1_000_000)) {
            AtomicBoolean done = new AtomicBoolean();
            Thread draining = Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    ledger.drain().force();
                    ledger.drain().drain();
                }
            });
            List<Thread> writers = IntStream.range(0, threads)
                    .mapToObj(t -> Thread.ofPlatform().start(() -> endMany(ledger, "t" + t + "-", each)))
                    .toList();
            for (Thread writer : writers) {
                writer.join();
            }
            done.set(true);
            draining.join();
            assertThat(Ledgers.ids(ledger))
                    .hasSize(threads * each)
                    .doesNotHaveDuplicates()
                    .contains("t0-0", "t15-399");
            assertThat(ledger.journalState()).isEqualTo(new JournalState(0, 0, 0, null));
            assertThat(ledger.tokensThisMonth("key-a")).isEqualTo(120L * threads * each);
        }
        try (EmbeddedLedger ledger = Ledgers.open(directory)) {
            assertThat(Ledgers.ids(ledger)).as("none is begun and lost").hasSize(threads * each);
        }
    }

    @Test
    void aFullSegment_isFollowedByTheSpareOne_andDeletedOnceDrained() throws IOException {
        Disk disk = new Disk();
        try (EmbeddedLedger ledger = open(disk, 64, 0)) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                expected.addAll(endMany(ledger, i + "-", 10));
                ledger.drain().force();
                ledger.drain().drain();
                assertThat(journalFiles()).as("current, spare").hasSizeLessThanOrEqualTo(3);
            }
            assertThat(disk.made).isGreaterThan(10);
            assertThat(Ledgers.ids(ledger)).containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(journalFiles()).isEmpty();
    }

    @Test
    void aFullDisk_putsRecordsInMemory_countsWhatHasNoRoom_andIsOver_whenThereIsSpace() {
        Disk disk = new Disk();
        try (EmbeddedLedger ledger = open(disk, 64, 30)) {
            ledger.drain().force();
            disk.full = true;
            List<String> written = new ArrayList<>(endMany(ledger, "a", 100));
            JournalState state = ledger.journalState();
            assertThat(state.inMemory()).isEqualTo(30);
            assertThat(state.lostRecords()).isPositive();
            written.subList(100 - (int) state.lostRecords(), 100).clear();
            ledger.drain().force();
            assertThat(ledger.journalState().failure()).contains("No space left on device");
            assertThat(ledger.tokensThisMonth("key-a"))
                    .as("budgets count what is lost")
                    .isEqualTo(12_000);

            assertThat(ledger.drain().drain()).isTrue();
            assertThat(Ledgers.ids(ledger)).containsExactlyInAnyOrderElementsOf(written);
            written.addAll(endMany(ledger, "b", 10));
            assertThat(ledger.journalState().inMemory()).as("still no file").isEqualTo(10);

            disk.full = false;
            ledger.drain().force();
            written.addAll(endMany(ledger, "c", 5));
            assertThat(ledger.journalState())
                    .isEqualTo(new JournalState(100 + 15 - (written.size() - 0L), 10, 0, null));
            assertThat(Ledgers.ids(ledger)).containsExactlyInAnyOrderElementsOf(written);
            assertThat(ledger.journalState().inMemory()).isZero();
        }
        try (EmbeddedLedger ledger = Ledgers.open(directory)) {
            assertThat(Ledgers.all(ledger)).noneMatch(row -> row.outcome().equals(UsageRecord.GATEWAY_LOST));
        }
    }

    @Test
    void aDiskThatIsFullFromTheStart_doesNotStopTheLedger() {
        Disk disk = new Disk();
        disk.full = true;
        try (EmbeddedLedger ledger = open(disk, 64, 100)) {
            List<String> ids = endMany(ledger, "a", 10);
            assertThat(Ledgers.ids(ledger)).containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    @Test
    void aDatabaseThatCannotBeWritten_leavesEverythingInTheJournal_whichDoesNotGrowForEver() throws Exception {
        try (EmbeddedLedger ledger = open(JournalSegment::create, 4, 5)) {
            List<String> ids = new ArrayList<>(endMany(ledger, "a", 3));
            try (var other = java.sql.DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db"));
                    var statement = other.createStatement()) {
                statement.executeUpdate("alter table usage_day rename to moved");
                assertThat(ledger.drain().drain()).isFalse();
                assertThat(ledger.journalState().failure()).contains("database");
                for (int i = 0; i < 20; i++) {
                    ids.addAll(endMany(ledger, "b" + i + "-", 5));
                    ledger.drain().force();
                }
                assertThat(journalFiles()).hasSize(4);
                statement.executeUpdate("alter table moved rename to usage_day");
            }
            assertThat(ledger.drain().drain()).isTrue();
            JournalState state = ledger.journalState();
            assertThat(state.failure()).isNull();
            assertThat(state.lostRecords()).isPositive();
            assertThat(Ledgers.ids(ledger))
                    .hasSize(ids.size() - (int) state.lostRecords())
                    .doesNotHaveDuplicates()
                    .isSubsetOf(ids)
                    .contains("a0", "b0-0");
        }
    }

    @Test
    void aFileThatIsCutOffInUse_costsWhatWasInIt_andNotTheProcess() throws IOException {
        try (EmbeddedLedger ledger = open(JournalSegment::create, 64, 1_000)) {
            endMany(ledger, "before", 3);
            assertThat(ledger.drain().drain()).isTrue();
            for (Path file : journalFiles()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
            }
            List<String> ids = endMany(ledger, "after", 20);
            assertThat(ledger.journalState().lostRecords()).isZero();
            ledger.drain().drain();
            ledger.drain().force();
            ids.addAll(endMany(ledger, "later", 3));
            assertThat(Ledgers.ids(ledger)).contains("before0", "before2").containsAll(ids);
        }
    }

    @Test
    void anAppenderThatIsHeldUp_holdsUpWhatIsBehindIt_inMemoryToo_andCostsOnlyItselfWhenItDies() throws IOException {
        Disk disk = new Disk();
        Path copy = directory.resolve("copy");
        List<String> expected = new ArrayList<>();
        try (EmbeddedLedger ledger = open(disk, 64, 1_000)) {
            endMany(ledger, "before", 2);
            Objects.requireNonNull(ledger.journal().current()).claim(200); // and then nothing
            long ticket = ledger.begun(Ledgers.begun("behind"));
            disk.full = true;
            endMany(ledger, "filling", 60);
            ledger.ended(ticket, Ledgers.record("behind"));
            int inMemory = ledger.journalState().inMemory();
            assertThat(inMemory).isPositive();

            assertThat(ledger.drain().drain()).isFalse();
            assertThat(Ledgers.ids(ledger)).containsExactlyInAnyOrder("before0", "before1");
            assertThat(ledger.journalState().inMemory())
                    .as("their beginnings are not in")
                    .isEqualTo(inMemory);
            Files.createDirectory(copy);
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, copy.resolve(directory.relativize(file)));
                }
            }
            expected.addAll(List.of("before0", "before1", "behind"));
            for (int i = 0; i < 60 - (inMemory - 1); i++) {
                expected.add("filling" + i);
            }
        }
        try (EmbeddedLedger ledger = Ledgers.open(copy)) { // what a process that died then has left
            assertThat(Ledgers.ids(ledger)).containsAll(expected).doesNotHaveDuplicates();
        }
    }

    @Test
    void anEndThatWaitedInMemory_isNeverFollowedByItsBeginning() {
        Disk disk = new Disk();
        try (EmbeddedLedger ledger = open(disk, 64, 1_000)) {
            List<Long> tickets = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                tickets.add(ledger.begun(Ledgers.begun("r" + i)));
            }
            disk.full = true;
            endMany(ledger, "filling", 60);
            assertThat(ledger.journalState().inMemory()).isPositive();
            for (int i = 0; i < 5; i++) {
                ledger.ended(tickets.get(i), Ledgers.record("r" + i));
            }
            assertThat(Ledgers.ids(ledger)).hasSize(65).doesNotHaveDuplicates();
        }
        try (EmbeddedLedger ledger = Ledgers.open(directory)) {
            assertThat(Ledgers.ids(ledger)).hasSize(65);
        }
    }
}
