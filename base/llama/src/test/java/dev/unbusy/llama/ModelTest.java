package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.unbusy.text.Progress;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTest {
    private static final ModelOptions OPTIONS = ModelOptions.DEFAULT;

    @TempDir
    Path directory;

    @Test
    void model_tellsWhatItIs() {
        Model model = Natives.model();
        assertThat(model.architecture()).isEqualTo("llama");
        assertThat(model.description()).contains("llama");
        assertThat(model.parameterCount()).isBetween(130_000_000L, 140_000_000L);
        assertThat(model.sizeBytes()).isBetween(50L << 20, 200L << 20);
        assertThat(model.trainedContextTokens()).isEqualTo(8192);
        assertThat(model.layerCount()).isEqualTo(30);
        assertThat(model.headCount()).isEqualTo(9);
        assertThat(model.kvHeadCount()).isEqualTo(3);
        assertThat(model.embeddingLength()).isEqualTo(576);
        assertThat(model.generates()).isTrue();
        assertThat(model.isRecurrent()).isFalse();
        assertThat(model.chatTemplate()).contains("<|im_start|>");
        assertThat(model.chatTemplate("no_such_template")).isNull();
        assertThat(model.metadata("tokenizer.ggml.model")).isEqualTo("gpt2");
        assertThat(model.metadata("no.such.key")).isNull();
        // Longer than the first buffer.
        assertThat(model.metadata("tokenizer.chat_template"))
                .isEqualTo(model.chatTemplate())
                .hasSizeGreaterThan(256);
    }

    @Test
    void loadModel_reportsProgressFromLowToDone() {
        List<Long> seen = new ArrayList<>();
        Progress progress = (task, done, total, unit) -> {
            assertThat(task.en()).startsWith("Loading ");
            assertThat(total).isEqualTo(1000);
            assertThat(unit).isEqualTo(Progress.Unit.PERMILLE);
            seen.add(done);
        };
        Natives.library().loadModel(Natives.modelFile(), OPTIONS, progress).close();
        assertThat(seen).isSorted().endsWith(1000L).hasSizeGreaterThan(10);
    }

    @Test
    void loadModel_whenProgressFails_stopsAndPassesTheFailureOn() {
        IllegalStateException failure = new IllegalStateException("terminal is gone");
        List<Long> seen = new ArrayList<>();
        Progress progress = (task, done, total, unit) -> {
            seen.add(done);
            throw failure;
        };
        assertThatIllegalStateException()
                .isThrownBy(() -> Natives.library().loadModel(Natives.modelFile(), OPTIONS, progress))
                .isSameAs(failure);
        assertThat(seen).hasSize(1);
    }

    @Test
    void loadModel_ofAMissingFile_namesIt() {
        assertRefused(directory.resolve("absent.gguf"), "model-file-missing");
    }

    @Test
    void loadModel_ofADirectory_saysSo() {
        assertRefused(directory, "model-file-not-gguf");
    }

    @Test
    void loadModel_ofGarbage_saysSo() throws IOException {
        Path file = directory.resolve("page.gguf");
        Files.writeString(file, "<html>404</html>", StandardCharsets.UTF_8);
        assertRefused(file, "model-file-not-gguf");
        Files.write(file, new byte[0]);
        assertRefused(file, "model-file-not-gguf");
        Files.write(file, new byte[] {'G', 'G'});
        assertRefused(file, "model-file-not-gguf");
    }

    @Test
    void loadModel_ofAFileThatIsOnlyMagicAndNoise_isRefusedNotACrash() throws IOException {
        byte[] noise = new byte[4096];
        new Random(42).nextBytes(noise);
        System.arraycopy("GGUF".getBytes(StandardCharsets.US_ASCII), 0, noise, 0, 4);
        Path file = Files.write(directory.resolve("noise.gguf"), noise);
        assertRefused(file, "model-load-failed");
    }

    @Test
    void loadModel_ofATruncatedFile_saysSo() throws IOException {
        Path file = copyOfModel();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        assertRefused(file, "model-file-truncated");
    }

    @Test
    void loadModel_ofAnUnknownArchitecture_saysSo() throws IOException {
        Path file = copyOfModel();
        replaceFirst(file, "llama", "lamma");
        assertRefused(file, "model-architecture-unknown");
    }

    @Test
    void loadModel_largerThanTheMemory_isRefusedBeforeTheSystemKillsTheProcess() throws IOException {
        Path file = directory.resolve("huge.gguf");
        // Sparse: takes no disk.
        try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
            huge.write("GGUF".getBytes(StandardCharsets.US_ASCII));
            huge.setLength(1L << 43);
        }
        assertRefused(file, "model-larger-than-memory");
    }

    @Test
    void loadModel_countsAllPartsOfASplitModel() throws IOException {
        for (int part = 1; part <= 2; part++) {
            try (RandomAccessFile file = new RandomAccessFile(
                    directory.resolve("m-0000" + part + "-of-00002.gguf").toFile(), "rw")) {
                file.write("GGUF".getBytes(StandardCharsets.US_ASCII));
                file.setLength(600);
            }
        }
        Path first = directory.resolve("m-00001-of-00002.gguf");
        ModelFile.check(first, 1200);
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> ModelFile.check(first, 1199))
                .satisfies(e -> assertThat(e.code()).isEqualTo("model-larger-than-memory"));
    }

    /** The override itself, on tensors that this model has; the MLA ones need a larger model and a CPU with AMX. */
    @Test
    void loadModel_withTensorsKeptOutOfTheExtraBuffers_givesTheSameAnswer() {
        Model overridden = new ModelLoading(
                        Natives.library(),
                        Natives.modelFile(),
                        OPTIONS,
                        Progress.NONE,
                        ModelLoading.MLA_TENSORS.replace("_b", ""))
                .run();
        try (overridden) {
            assertThat(firstToken(overridden))
                    .isEqualTo(firstToken(Natives.model()))
                    .isEqualTo(" Paris");
        }
    }

    @Test
    void mlaTensors_areNamedAsInDeepSeekFiles() {
        assertThat("blk.12.attn_k_b.weight").matches(ModelLoading.MLA_TENSORS);
        assertThat("blk.0.attn_v_b.weight").matches(ModelLoading.MLA_TENSORS);
        assertThat("blk.0.attn_kv_b.weight").doesNotMatch(ModelLoading.MLA_TENSORS);
        assertThat("blk.0.attn_k.weight").doesNotMatch(ModelLoading.MLA_TENSORS);
    }

    private static String firstToken(Model model) {
        int[] prompt = model.vocab().tokenize("The capital of France is", true, false);
        try (Context context = model.newContext(ContextOptions.single(256, 1));
                Batch batch = new Batch(prompt.length)) {
            int last = -1;
            for (int i = 0; i < prompt.length; i++) {
                last = batch.add(prompt[i], i, 0, i == prompt.length - 1);
            }
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
            return model.vocab().text(PlainLoop.greedy(context.logits(last)));
        }
    }

    @Test
    void loadModel_ofAVocabulary_hasNoContexts() throws IOException {
        Path file = TinyGguf.vocabulary("llama-bpe").write(directory.resolve("v.gguf"));
        try (Model model = Natives.library().loadModel(file, OPTIONS.withVocabOnly(true), Progress.NONE)) {
            assertThat(model.vocab().size()).isEqualTo(258);
            assertThatExceptionOfType(LlamaException.class)
                    .isThrownBy(() -> model.newContext(ContextOptions.single(256, 1)))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("model-does-not-generate"));
        }
    }

    @Test
    void close_beforeItsContext_keepsTheWeightsUntilTheContextIsClosed() {
        Model model = Natives.library().loadModel(Natives.modelFile(), OPTIONS, Progress.NONE);
        Context context = model.newContext(ContextOptions.single(256, 1));
        model.close();
        model.close();
        try (Batch batch = new Batch(1)) {
            batch.add(1, 0, 0, true);
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        }
        context.close();
        assertThatIllegalStateException().isThrownBy(() -> model.newContext(ContextOptions.single(256, 1)));
        assertThatIllegalStateException().isThrownBy(() -> model.metadata("general.name"));
    }

    private void assertRefused(Path file, String code) {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> Natives.library().loadModel(file, OPTIONS, Progress.NONE))
                .satisfies(e -> {
                    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                    assertThat(e.text().zh()).isNotEqualTo(e.text().en());
                    assertThat(e.remedy().en()).isNotBlank();
                });
    }

    private Path copyOfModel() throws IOException {
        return Files.copy(Natives.modelFile(), directory.resolve("copy.gguf"));
    }

    private static void replaceFirst(Path file, String what, String by) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(4096);
            channel.read(start, 0);
            int at = new String(start.array(), StandardCharsets.ISO_8859_1).indexOf(what);
            assertThat(at).isPositive();
            channel.write(ByteBuffer.wrap(by.getBytes(StandardCharsets.US_ASCII)), at);
        }
    }
}
