package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files that cannot be served end {@code up} with the cause and the fix, never with a crash or a hang. */
class ModelFilesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void missing() throws Exception {
        Command.Result result = up(directory.resolve("absent.gguf"));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.standardError()).contains("absent.gguf");
    }

    @Test
    void truncated() throws Exception {
        Path copy = directory.resolve("cut.gguf");
        Files.copy(starterModel(), copy);
        long whole = Files.size(copy);
        try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
            file.setLength(whole - 1000);
        }
        Command.Result result = up(copy);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.standardError()).contains("cut.gguf").contains(Long.toString(whole));
    }

    @Test
    void notAGguf() throws Exception {
        Path page = directory.resolve("page.gguf");
        Files.writeString(page, "<!DOCTYPE html><title>404</title>");
        Command.Result result = up(page);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.standardError()).contains("page.gguf").contains("web page");
    }

    @Test
    void largerThanMemory() throws Exception {
        Path copy = directory.resolve("huge.gguf");
        Files.copy(starterModel(), copy);
        try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
            file.setLength(4L << 40); // sparse: takes no disk
        }
        Command.Result result = up(copy);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.standardError()).contains("huge.gguf").contains("4.4 TB");
    }

    private static Command.Result up(Path model) throws Exception {
        return Command.unbusy("up", "--model", model.toString(), "--port", "0");
    }

    private static Path starterModel() throws Exception {
        for (JsonNode model : RunningUnbusy.JSON
                .readTree(Command.unbusy("models", "--json").standardOutput())
                .path("models")) {
            if (model.path("id").asText().equals("SmolLM2-135M-Instruct")) {
                return Path.of(model.path("file").asText());
            }
        }
        throw new AssertionError("the starter model is not installed: run ./unbusy verify");
    }
}
