package dev.unbusy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelWishTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "./absent.gguf",
                "../absent.gguf",
                "/nonexistent/model",
                "~/absent.gguf",
                "absent.gguf",
                "folder/absent.gguf",
                "src/main/absent.gguf",
                "./模型.gguf"
            })
    void whatCanOnlyBeAFile_isOne_thereOrNot(String argument) {
        assertThat(ModelWish.of(argument, null)).isEqualTo(new ModelWish(null, Path.of(argument)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/name/file.gguf",
                "org/name/sub/file.gguf",
                "hf:org/name/file.gguf",
                "modelscope:org/name",
                "deepseek-r1:7b",
                "org/name:Q4_K_M",
                "DeepSeek-R1-Distill-Qwen-7B",
                "https://example.com/a/b.gguf"
            })
    void whatAHubMayHave_isAName(String argument) {
        assertThat(ModelWish.of(argument, null)).isEqualTo(new ModelWish(argument, null));
    }

    @Test
    void aFileThatIsThere_isOne_whateverItIsCalled(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("model:1"));
        assertThat(ModelWish.of(file.toString(), null)).isEqualTo(new ModelWish(null, file));
    }

    @Test
    void bothWays_areRefused() {
        CliException e = catchThrowableOfType(CliException.class, () -> ModelWish.of("a", Path.of("b.gguf")));
        assertThat(e.code()).isEqualTo("usage");
    }

    /** {@code /v1/models} promised two thousand million tokens. */
    @Test
    void aContextBeyondTheTrainedOne_isNotPromised() {
        Path file = Path.of("m.gguf");
        Text why = Text.same("");
        assertThat(new ModelWish.Chosen("m", List.of(), file, 8192, why, List.of()).contextTokens(2_000_000_000))
                .isEqualTo(8192);
        assertThat(new ModelWish.Chosen("m", List.of(), file, 8192, why, List.of()).contextTokens(4096))
                .isEqualTo(4096);
        assertThat(new ModelWish.Chosen("m", List.of(), file, 0, why, List.of()).contextTokens(4096))
                .isEqualTo(4096);
    }
}
