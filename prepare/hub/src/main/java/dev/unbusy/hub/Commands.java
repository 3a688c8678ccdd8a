package dev.unbusy.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Runs other programs: the package managers that hold what is fetched. */
@FunctionalInterface
interface Commands {
    int OUTPUT_CHARACTERS = 2000;

    /**
     * @param exitCode of the program
     * @param output the end of what it printed, standard error included
     */
    record Result(int exitCode, String output) {}

    /** @throws IOException if the program does not exist or cannot be started, or did not end in time */
    Result run(List<String> command, Path directory, Duration limit) throws IOException, InterruptedException;

    /** Real processes. Closing it ends those that run, so that a service told to stop leaves none behind. Thread-safe. */
    final class Real implements Commands, AutoCloseable {
        private final Set<Process> running = ConcurrentHashMap.newKeySet();
        // volatile: set by whoever closes, read by whoever runs.
        private volatile boolean closed;

        @Override
        public Result run(List<String> command, Path directory, Duration limit)
                throws IOException, InterruptedException {
            // A file and not a pipe: nothing has to drain it, and children that outlive the program cannot hold us up.
            Path log = Files.createTempFile(directory, "output", ".log");
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            running.add(process);
            try {
                if (closed) { // in between
                    throw new IOException("stopped");
                }
                process.getOutputStream().close();
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " s");
                }
                String output = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
                return new Result(
                        process.exitValue(), output.substring(Math.max(0, output.length() - OUTPUT_CHARACTERS)));
            } finally {
                kill(process);
                running.remove(process);
                Files.deleteIfExists(log);
            }
        }

        @Override
        public void close() {
            closed = true;
            running.forEach(Real::kill);
        }

        private static void kill(Process process) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
