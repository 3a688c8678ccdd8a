package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.unbusy.llama.KvType;
import dev.unbusy.scheduler.Speculation;
import dev.unbusy.text.UserError;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that the library cannot compute are refused in words that help, and end no process. */
class RefusedModelsTest {
    @TempDir
    Path directory;

    @Test
    void anArchitectureOfTheFuture_isRefusedByName_withTheLibrarysVersionAndWhatToDo() throws IOException {
        UserError error = refused(TinyModel.base(new GgufBuilder("deepseek5"), 2));
        assertThat(error.code()).isEqualTo("model-architecture-unknown");
        assertThat(error.text().en()).contains("\"deepseek5\"", "llama.cpp 0.5.0");
        assertThat(error.text().zh()).contains("“deepseek5”", "llama.cpp 0.5.0");
        assertThat(error.remedy().en()).contains("Update Unbusy", "deepseek4 (V4)");
        assertThat(error.remedy().zh()).contains("更新 Unbusy", "deepseek4（V4）");
    }

    @Test
    void aV4WithCompressionThatTheLibraryLacks_isRefusedWithItsReason() throws IOException {
        // As V4.1 has.
        UserError error = refused(TinyDeepSeek.v4(0, 0, 2, 128));
        assertThat(error.code()).isEqualTo("model-variant-unsupported");
        assertThat(error.text().en()).contains("compression ratios", "llama.cpp 0.5.0");
        assertThat(error.remedy().zh()).contains("更新 Unbusy");
    }

    @Test
    void aV32WithoutItsIndexer_isRefusedWithWhatIsMissing() throws IOException {
        UserError error = refused(TinyModel.DEEPSEEK32.builder().withoutOwn("attention.indexer.top_k"));
        assertThat(error.code()).isEqualTo("model-variant-unsupported");
        assertThat(error.text().en()).contains("deepseek32.attention.indexer.top_k");
    }

    @Test
    void hyperConnectionsThatWouldEndTheProcess_areRefusedBefore() throws IOException {
        UserError error = refused(TinyModel.DEEPSEEK4.builder().own("hyper_connection.count", 8));
        assertThat(error.code()).isEqualTo("model-format-unsupported");
        assertThat(error.text().en()).contains("8 hyper-connections");
    }

    private UserError refused(GgufBuilder model) throws IOException {
        Path file = model.write(directory.resolve("m.gguf"));
        UserError[] refusal = new UserError[1];
        assertThatExceptionOfType(UserError.class)
                .isThrownBy(() -> TinyEngine.load(file, TinyEngine.config(2, 0, Speculation.OFF, KvType.F16)))
                .satisfies(e -> refusal[0] = e);
        return refusal[0];
    }
}
