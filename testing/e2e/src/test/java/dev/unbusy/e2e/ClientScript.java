package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a script of one of the official clients against a running Unbusy; it prints one JSON object of what it saw. */
final class ClientScript {
    private ClientScript() {}

    /**
     * Gives it the address that OpenAI's clients want.
     *
     * @param file from the repository's root
     */
    static JsonNode run(RunningUnbusy unbusy, String model, String interpreter, String file, String... more)
            throws Exception {
        return at(unbusy.url() + "/v1", model, interpreter, file, more);
    }

    /** @param file from the repository's root */
    static JsonNode at(String address, String model, String interpreter, String file, String... more) throws Exception {
        Path errors = Files.createTempFile("unbusy-client", ".err");
        List<String> command = new ArrayList<>(
                List.of(interpreter, RunningUnbusy.HOME.resolve(file).toString(), address, model));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("UNBUSY_NODE_MODULES", RunningUnbusy.property("unbusy.test.node.modules"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        int code = process.waitFor();
        assertThat(code).as("%s", Files.readString(errors)).isZero();
        Files.delete(errors);
        return RunningUnbusy.JSON.readTree(output);
    }
}
