package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
        Files.copy(Caches.starterModel(), copy);
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
        Files.copy(Caches.starterModel(), copy);
        try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
            file.setLength(4L << 40); // sparse: takes no disk
        }
        Command.Result result = up(copy);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.standardError()).contains("huge.gguf").contains("4.4 TB");
    }

    @Test
    void aDirectory() throws Exception {
        Command.Result result = up(directory);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.standardError())
                .contains(directory + " is a directory")
                .contains("What to do");
    }

    /** Relative, through a symbolic link, with blanks and Chinese characters, under a locale that knows only ASCII. */
    @Test
    void anyNameThatTheFileSystemAllows_isServed() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("我的 模型"));
        Path real = Files.copy(Caches.starterModel(), directory.resolve("real.gguf"));
        Files.createSymbolicLink(folder.resolve("小 模型.gguf"), real);
        try (RunningUnbusy unbusy =
                RunningUnbusy.upIn(directory, Map.of("LC_ALL", "C"), "--model", "我的 模型/小 模型.gguf")) {
            assertThat(unbusy.ask(2).path("choices")).hasSize(1);
            assertThat(unbusy.get("/v1/models").path("data").get(0).path("id").asText())
                    .isEqualTo("小 模型");
        }
    }

    private static Command.Result up(Path model) throws Exception {
        return Command.unbusy("up", "--model", model.toString(), "--port", "0");
    }
}
