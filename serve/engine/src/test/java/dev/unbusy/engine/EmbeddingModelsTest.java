package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.unbusy.api.ApiException;
import dev.unbusy.llama.KvType;
import dev.unbusy.scheduler.Speculation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Embeddings of every architecture that is promised to work, and of what files say about them. */
class EmbeddingModelsTest {
    @TempDir
    Path directory;

    private static LoadedModel load(Path file) {
        return TinyEngine.load(file, TinyEngine.config(3, 0, Speculation.OFF, KvType.F16));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DEEPSEEK2_LITE", "DEEPSEEK4"})
    void textBesideOthers_getsTheVectorThatItGetsAlone(TinyModel tiny) throws IOException {
        try (LoadedModel model = load(tiny.write(directory));
                Engine engine = RealModel.engine(model)) {
            List<int[]> texts = List.of(
                    TinyEngine.prompt(300, 1),
                    TinyEngine.prompt(1, 2),
                    TinyEngine.prompt(64, 3),
                    TinyEngine.prompt(129, 4));
            float[][] together = Vectors.embed(engine, model, Pooling.MEAN, texts);
            for (int i = 0; i < together.length; i++) {
                float[] alone = Vectors.embed(engine, model, Pooling.MEAN, texts.get(i));
                assertThat(alone).hasSize(model.embeddingLength());
                assertThat(Vectors.cosine(together[i], alone)).as("text %d", i).isGreaterThan(0.999);
                assertThat(Vectors.cosine(together[i], together[(i + 1) % 4]))
                        .as("texts %d and the next", i)
                        .isLessThan(0.999);
            }
            RealModel.await(() -> RealModel.isIdle(engine));
            engine.checkIntegrity().join();
        }
    }

    @ParameterizedTest
    @CsvSource({"1,MEAN", "2,CLS", "3,LAST"})
    void poolingOfTheFile_isUsed(int said, Pooling pooling) throws IOException {
        Path file = TinyModel.LLAMA.builder().key("llama.pooling_type", said).write(directory.resolve("pooled.gguf"));
        try (LoadedModel model = load(file)) {
            assertThat(model.pooling()).isEqualTo(pooling);
            try (Engine engine = RealModel.engine(model)) {
                // The library must not pool by itself: each part of a text would be a text.
                int[] text = TinyEngine.prompt(200, 1);
                assertThat(Vectors.embed(engine, model, model.pooling(), text)).hasSize(model.embeddingLength());
            }
        }
    }

    @Test
    void modelsWhoseStatesEndTheProcess_refuse() throws IOException {
        try (LoadedModel model = load(TinyModel.DEEPSEEK4.write(directory))) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(model::pooling)
                    .satisfies(e -> assertThat(e.error().message()).contains("deepseek4"));
        }
    }

    @Test
    void modelsThatCannotBeComputedInParts_orScoreTexts_refuse() throws IOException {
        Path scores = TinyModel.LLAMA.builder().key("llama.pooling_type", 4).write(directory.resolve("scores.gguf"));
        Path looksAhead =
                TinyModel.LLAMA.builder().key("llama.attention.causal", false).write(directory.resolve("ahead.gguf"));
        for (Path file : List.of(scores, looksAhead)) {
            try (LoadedModel model = load(file)) {
                assertThatExceptionOfType(ApiException.class)
                        .isThrownBy(model::pooling)
                        .satisfies(e -> assertThat(e.error().code()).isEqualTo("unsupported_model"));
            }
        }
    }
}
