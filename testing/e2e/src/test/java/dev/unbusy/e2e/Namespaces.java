package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A script in a Linux namespace of its own: a machine without a network, or with a disk of a few megabytes. Mounts and
 * network end with it. Not every machine allows that; then the test is skipped and says why.
 */
final class Namespaces implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;
    private final Path errors;

    private Namespaces(Process process, Path errors) {
        this.process = process;
        this.lines = process.inputReader(UTF_8);
        this.errors = errors;
    }

    /**
     * @param kind option of {@code unshare}: {@code --net} or {@code --mount}
     * @param probe what the script needs first, tried beforehand
     * @param arguments {@code $1} and following of the script
     */
    static Namespaces run(
            String kind, String probe, Map<String, String> environment, String script, String... arguments)
            throws Exception {
        List<String> unshare = possible(kind, probe);
        List<String> command = new ArrayList<>(unshare);
        command.addAll(List.of("bash", "-c", script, "script"));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("unbusy-namespace", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        return new Namespaces(builder.start(), errors);
    }

    private static List<String> possible(String kind, String probe) throws Exception {
        StringBuilder why = new StringBuilder();
        for (List<String> unshare :
                List.of(List.of("unshare", kind), List.of("unshare", "--user", "--map-root-user", kind))) {
            List<String> command = new ArrayList<>(unshare);
            command.addAll(List.of("sh", "-c", probe));
            try {
                Process process =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
                if (process.waitFor() == 0) {
                    return unshare;
                }
                why.append(String.join(" ", command))
                        .append(": ")
                        .append(output)
                        .append("; ");
            } catch (IOException e) {
                why.append(e.getMessage()).append("; ");
            }
        }
        String reason = "skipped, since this machine allows no such namespace: " + why;
        System.err.println(reason);
        return Assumptions.abort(reason);
    }

    /** The next line of standard output; "" at its end. */
    String line() throws IOException {
        String line = lines.readLine();
        return line == null ? "" : line;
    }

    /** Lets a script go on that waits in {@code read}. */
    void go() throws IOException {
        OutputStream in = process.getOutputStream();
        in.write('\n');
        in.flush();
    }

    /** A file as the script sees it. */
    Path inside(Path file) {
        return Path.of("/proc/" + process.pid() + "/root" + file);
    }

    String standardError() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void close() throws IOException {
        try {
            process.getOutputStream().close();
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(errors);
        }
    }
}
