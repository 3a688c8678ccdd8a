package dev.unbusy.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Directories of one test class, so that commands find its service and no other that runs on this machine. The cache with
 * model and native libraries stays the user's.
 */
final class Home implements AutoCloseable {
    private final Path directory;

    Home() throws IOException {
        directory = Files.createTempDirectory("unbusy-home");
    }

    Map<String, String> environment() {
        return Map.of(
                "XDG_STATE_HOME",
                directory.resolve("state").toString(),
                "XDG_RUNTIME_DIR",
                directory.resolve("run").toString(),
                "LC_ALL",
                "C.UTF-8",
                "TERM",
                "xterm-256color");
    }

    RunningUnbusy start() throws IOException {
        return RunningUnbusy.start(environment());
    }

    Command.Result unbusy(String... arguments) throws Exception {
        return Command.unbusy(environment(), arguments);
    }

    Command.Result fed(String input, String... arguments) throws Exception {
        return Command.fed(environment(), input, arguments);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
