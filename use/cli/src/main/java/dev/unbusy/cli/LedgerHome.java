package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.gateway.GatewayConfig;
import dev.unbusy.ledger.EmbeddedLedger;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.ledger.LedgerConfig;
import dev.unbusy.ledger.LedgerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where the ledger of one configuration lies: each port has its own, as it has its own log and runtime file. A service that
 * takes any free port has nothing to be found by at its next start, so its ledger goes with it.
 */
final class LedgerHome implements AutoCloseable {
    private static final String PASSING = "any-";

    private final Path directory;
    private final int retentionDays;
    private final boolean passing;

    private LedgerHome(Path directory, int retentionDays, boolean passing) {
        this.directory = directory;
        this.retentionDays = retentionDays;
        this.passing = passing;
    }

    static LedgerHome of(Config config, Map<String, String> environment) {
        LedgerConfig own = config.section(LedgerConfig.class);
        if (own.directory() != null) {
            return new LedgerHome(own.directory(), own.retentionDays(), false);
        }
        Path all = Directories.ledgers(environment);
        int port = config.section(GatewayConfig.class).port();
        if (port != 0) {
            return new LedgerHome(all.resolve(Integer.toString(port)), own.retentionDays(), false);
        }
        deleteLeftOver(all);
        return new LedgerHome(all.resolve(PASSING + ProcessHandle.current().pid()), own.retentionDays(), true);
    }

    /** @throws dev.unbusy.ledger.LedgerException where it cannot be used, or another process has it */
    Ledger open() {
        return EmbeddedLedger.open(LedgerOptions.in(directory).withRetentionDays(retentionDays));
    }

    Path directory() {
        return directory;
    }

    /** After the ledger has been closed. */
    @Override
    public void close() {
        if (passing) {
            delete(directory);
        }
    }

    /** Of processes that were killed. */
    private static void deleteLeftOver(Path all) {
        List<Path> old;
        try (Stream<Path> files = Files.list(all)) {
            old = files.filter(path -> path.getFileName().toString().matches(PASSING + "\\d{1,18}"))
                    .filter(path -> ProcessHandle.of(
                                    Long.parseLong(path.getFileName().toString().substring(PASSING.length())))
                            .isEmpty())
                    .toList();
        } catch (IOException e) {
            return; // there is none yet
        }
        old.forEach(LedgerHome::delete);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // The next service that takes any port tries again.
        }
    }
}
