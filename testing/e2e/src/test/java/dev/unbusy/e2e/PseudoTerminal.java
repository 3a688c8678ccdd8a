package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command at a terminal, with a keyboard that the test types on and a screen that it reads. */
final class PseudoTerminal implements AutoCloseable {
    static final String CTRL_C = "\u0003";
    static final String CTRL_D = "\u0004";
    static final String ALT_ENTER = "\u001b\r";
    static final String UP = "\u001bOA";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Process process;
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private int seen;

    PseudoTerminal(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                RunningUnbusy.property("unbusy.test.python"),
                RunningUnbusy.HOME
                        .resolve("testing/e2e/src/test/python/terminal.py")
                        .toString(),
                RunningUnbusy.launcher()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        process = builder.start();
    }

    void type(String keys) throws IOException {
        process.getOutputStream().write(keys.getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    /** What the screen was sent since the last call, up to and with the text. */
    String until(String text) {
        return Eventually.get("\"" + text + "\" on the screen", LIMIT, () -> {
            read();
            String all = screen.toString(UTF_8);
            int end = all.indexOf(text, seen);
            if (end < 0) {
                if (!process.isAlive() && process.getInputStream().available() == 0) {
                    throw new AssertionError("the command has ended; the screen: " + all.substring(seen));
                }
                throw new AssertionError("the screen: " + all.substring(seen));
            }
            String shown = all.substring(seen, end + text.length());
            seen = end + text.length();
            return shown;
        });
    }

    private void read() throws IOException {
        InputStream output = process.getInputStream();
        while (output.available() > 0) {
            screen.write(output.readNBytes(output.available()));
        }
    }

    /** The exit code; the command must end by itself. */
    int exitCode() throws Exception {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            read();
            throw new AssertionError("still running; the screen: " + screen.toString(UTF_8));
        }
        return process.exitValue();
    }

    /** All that was ever shown. */
    String screen() throws IOException {
        read();
        return screen.toString(UTF_8);
    }

    /** As a window that is closed. */
    void hangUp() throws IOException {
        process.getOutputStream().close();
    }

    List<ProcessHandle> family() {
        return process.descendants().toList();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
