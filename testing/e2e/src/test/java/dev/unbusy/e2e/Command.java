package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One command line that ends by itself, run through the launcher. */
final class Command {
    private Command() {}

    record Result(int exitCode, String standardOutput, String standardError) {}

    static Result unbusy(String... arguments) throws Exception {
        return unbusy(Map.of(), arguments);
    }

    static Result unbusy(Map<String, String> environment, String... arguments) throws Exception {
        return fed(environment, "", arguments);
    }

    /** @param input what a pipe gives it, and then ends */
    static Result fed(Map<String, String> environment, String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(RunningUnbusy.launcher()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("unbusy-command", ".out");
        Path errors = Files.createTempFile("unbusy-command", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.write(input.getBytes(UTF_8));
        } catch (IOException e) {
            // It has ended without reading all: what it says about that is in the result.
        }
        boolean ended = process.waitFor(100, TimeUnit.SECONDS);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        Result result = new Result(
                ended ? process.exitValue() : -1, Files.readString(output, UTF_8), Files.readString(errors, UTF_8));
        Files.delete(output);
        Files.delete(errors);
        if (!ended) {
            throw new AssertionError(command + " did not end: " + result);
        }
        return result;
    }
}
