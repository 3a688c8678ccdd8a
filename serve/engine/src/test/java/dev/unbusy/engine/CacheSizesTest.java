package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.gguf.GgufFile;
import dev.unbusy.llama.Batch;
import dev.unbusy.llama.Context;
import dev.unbusy.llama.ContextOptions;
import dev.unbusy.llama.DecodeOutcome;
import dev.unbusy.llama.KvSnapshot;
import dev.unbusy.llama.LlamaLibrary;
import dev.unbusy.llama.Model;
import dev.unbusy.llama.ModelOptions;
import dev.unbusy.text.Progress;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the header says a token takes is what the library keeps of it. */
class CacheSizesTest {
    private static final int FEWER = 384;
    private static final int MORE = 896;

    /** Position and sequences of a cell, in up to three caches. */
    private static final int BOOKKEEPING_BYTES = 48;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void bytesOfATokenAndOfASequence_areWhatASavedSequenceTakes(TinyModel tiny) throws IOException {
        Path file = tiny.write(directory);
        GgufFile header = GgufFile.read(file);
        ModelOptions options = ModelOptions.DEFAULT.withGpuLayers(0).withMlaTensors(header.hasLatentAttention());
        try (Model model = LlamaLibrary.load(RealModel.natives()).loadModel(file, options, Progress.NONE)) {
            long fewer = savedBytes(model, FEWER);
            double token = (double) (savedBytes(model, MORE) - fewer) / (MORE - FEWER);
            double expected = (double) header.kvBytesPerToken().orElseThrow();
            assertThat(token).isLessThanOrEqualTo(expected + BOOKKEEPING_BYTES);
            if (tiny != TinyModel.GEMMA3) { // Half of its layers forget what has left the window.
                assertThat(token).isGreaterThanOrEqualTo(expected);
            }
            double sequence = (double) fewer - FEWER * token;
            double fixed = (double) header.kvBytesPerSequence(TinyEngine.BATCH);
            if (tiny.cuts()) {
                assertThat(fixed).isZero();
            } else {
                assertThat(sequence).isBetween(fixed * 0.05, fixed + 4096);
            }
        }
    }

    private static long savedBytes(Model model, int tokens) {
        try (Context context =
                        model.newContext(ContextOptions.single(1024, 1).withBatch(TinyEngine.BATCH, TinyEngine.BATCH));
                Batch batch = new Batch(TinyEngine.BATCH);
                KvSnapshot snapshot = new KvSnapshot()) {
            int[] prompt = TinyEngine.prompt(tokens, 1);
            for (int position = 0; position < tokens; position++) {
                batch.add(prompt[position], position, 0, false);
                if (batch.size() == batch.capacity()) {
                    assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
                    batch.clear();
                }
            }
            context.save(0, snapshot);
            return snapshot.sizeBytes();
        }
    }
}
