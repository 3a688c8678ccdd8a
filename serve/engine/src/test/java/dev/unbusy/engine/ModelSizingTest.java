package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.unbusy.gguf.GgufFile;
import dev.unbusy.llama.KvType;
import dev.unbusy.scheduler.KvLayout;
import dev.unbusy.scheduler.Speculation;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Contexts and cells from the model's own header, within the memory there is. */
class ModelSizingTest {
    private static final int SEQUENCES = 8;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void whateverTheArchitecture_cellsStayWithinMemory(TinyModel tiny) throws IOException {
        // As long a context as DeepSeek V4 has: eight of them fit nowhere.
        GgufFile model = written(tiny.builder().own("context_length", 1 << 20));
        long token = model.kvBytesPerToken().orElseThrow();
        Bytes available = Bytes.mebi(700);
        ModelSizing sizing = ModelSizing.of(model, config(0, KvLayoutChoice.AUTO), available);
        long sequences = SEQUENCES * model.kvBytesPerSequence(TinyEngine.BATCH);
        assertThat(token).isPositive();
        assertThat(sizing.kvCells() * token + sequences).isLessThan(available.count() - (256 << 20));
        assertThat(sizing.contextTokens()).isGreaterThan(40_000);
    }

    @Test
    void compressedCaches_areEachSequencesOwn_andNeverShared() throws IOException {
        GgufFile model = written(TinyModel.DEEPSEEK4.builder());
        ModelSizing sizing = ModelSizing.of(model, config(0, KvLayoutChoice.AUTO), Bytes.gibi(4));
        assertThat(sizing).isEqualTo(new ModelSizing(1024, KvLayout.SPLIT, 8 * 1024, 0));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> ModelSizing.of(model, config(0, KvLayoutChoice.SHARED), Bytes.gibi(4)))
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo("kv-layout-unsupported");
                    assertThat(e.text().en()).contains("deepseek4");
                    assertThat(e.remedy().zh()).contains("split");
                });
    }

    @ParameterizedTest
    @CsvSource({
        // asked, context; V3 is trained for 1024, stretched by 4 from 256, or from 1024 in the second half
        "0, 256, 1024",
        "600, 256, 600",
        "5000, 256, 1024",
        "0, 1024, 1024",
        "3000, 1024, 3000",
        "5000, 1024, 4096",
    })
    void context_isTheTrainedOne_andReachesAsFarAsThePositionsAreStretched(int asked, int original, int context)
            throws IOException {
        GgufFile model =
                written(TinyModel.DEEPSEEK2_V3.builder().own("rope.scaling.original_context_length", original));
        assertThat(ModelSizing.of(model, config(asked, KvLayoutChoice.AUTO), Bytes.gibi(4))
                        .contextTokens())
                .isEqualTo(context);
    }

    @Test
    void contextThatIsAskedForAndDoesNotFit_isRefusedWithWhatDoes() throws IOException {
        GgufFile model = written(TinyModel.DEEPSEEK4.builder().own("context_length", 1 << 20));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> ModelSizing.of(model, config(1 << 20, KvLayoutChoice.AUTO), Bytes.mebi(600)))
                .satisfies(e -> assertThat(e.code()).isEqualTo("gpu-oom-kv-cache"));
    }

    private GgufFile written(GgufBuilder model) throws IOException {
        return GgufFile.read(model.write(directory.resolve("m.gguf")));
    }

    private static WorkerConfig config(int context, KvLayoutChoice layout) {
        return new WorkerConfig(
                SEQUENCES,
                context,
                0,
                layout,
                -1,
                1,
                TinyEngine.BATCH,
                250,
                Speculation.AUTO,
                KvType.F16,
                0,
                64,
                5,
                10);
    }
}
