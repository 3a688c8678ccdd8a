package dev.unbusy.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is killed at any moment forgets nothing that it has said it knows. */
class KilledGatewayTest {
    private static final int ROUNDS = 6;

    @TempDir
    private Path directory;

    /** Writes usage until it is killed, and says after each call that it has returned: {@code b ID}, {@code e ID}. */
    public static final class Child {
        private static final int THREADS = 3;

        private Child() {}

        public static void main(String[] arguments) throws InterruptedException {
            String round = arguments[1];
            // Drained as often as can be, so that kills hit transactions; small segments, so that they hit rotations.
            LedgerOptions options = new LedgerOptions(Path.of(arguments[0]), 0, 1, 1, 256 << 10, 1_000, 0);
            EmbeddedLedger ledger = EmbeddedLedger.open(options);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                String name = round + "-" + t + "-";
                threads.add(Thread.ofPlatform().start(() -> write(ledger, name, new Random(name.hashCode()))));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }

        private static void write(Ledger ledger, String name, Random random) {
            Map<String, Long> running = new HashMap<>();
            for (int i = 0; ; i++) {
                String id = name + i;
                running.put(id, ledger.begun(Ledgers.begun(id)));
                say(ledger, "b " + id);
                running.entrySet().removeIf(ending -> {
                    if (random.nextInt(4) != 0) {
                        return false;
                    }
                    ledger.ended(ending.getValue(), Ledgers.record(ending.getKey()));
                    say(ledger, "e " + ending.getKey());
                    return true;
                });
            }
        }

        private static synchronized void say(Ledger ledger, String line) {
            if (ledger.journalState().lostRecords() > 0) {
                Runtime.getRuntime().halt(3); // the disk of this machine is too slow for this test
            }
            PrintStream out = System.out;
            out.println(line);
            if (out.checkError()) {
                Runtime.getRuntime().halt(1); // nobody listens: the test has ended
            }
        }
    }

    @Test
    void everyRecordThatWasAcknowledged_isInTheLedgerOnce_whereverTheProcessIsKilled() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Set<String> begun = new HashSet<>();
        Set<String> ended = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            int lines = random.nextInt(2_000);
            int spins = random.nextInt(200_000);
            for (String line : run("r" + round, lines, spins)) {
                (line.startsWith("e ") ? ended : begun).add(line.substring(2));
            }
        }
        Map<String, String> outcomes = new HashMap<>();
        List<String> twice = new ArrayList<>();
        try (EmbeddedLedger ledger = Ledgers.open(directory)) {
            for (UsageRecord row : Ledgers.all(ledger)) {
                if (outcomes.put(row.requestId(), row.outcome()) != null) {
                    twice.add(row.requestId());
                }
            }
        }
        assertThat(twice.stream().limit(9)).as("seed %d: there twice", seed).isEmpty();
        assertThat(ended.stream()
                        .filter(id -> !"completed".equals(outcomes.get(id)))
                        .limit(9))
                .as("seed %d: of %d that ended, not there as such", seed, ended.size())
                .isEmpty();
        assertThat(begun.stream().filter(id -> !outcomes.containsKey(id)).limit(9))
                .as("seed %d: of %d that began, not there", seed, begun.size())
                .isEmpty();
        assertThat(ended).as("seed %d", seed).hasSizeGreaterThan(1_000);
        assertThat(begun.stream().filter(id -> UsageRecord.GATEWAY_LOST.equals(outcomes.get(id))))
                .as("seed %d: some ran when they were killed", seed)
                .hasSizeGreaterThan(ROUNDS);
    }

    /** @return what the child said, up to its death */
    private List<String> run(String round, int lines, int spins) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        // Surefire puts its own jar on the class path and keeps the real one here.
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName(),
                        directory.toString(),
                        round)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> said = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
            String line = out.readLine();
            while (line != null && said.size() < lines) {
                said.add(line);
                line = out.readLine();
            }
            for (int i = 0; i < spins; i++) {
                Thread.onSpinWait();
            }
            child.toHandle().destroyForcibly(); // the process's own would close its output too
            while (line != null) {
                if (line.matches("[be] \\S+-\\d+-\\d+")) { // the last one may be cut off
                    said.add(line);
                }
                line = out.readLine();
            }
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor()).as("exit code: killed").isEqualTo(128 + 9);
        return said;
    }
}
