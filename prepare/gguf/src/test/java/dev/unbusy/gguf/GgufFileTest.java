package dev.unbusy.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufFileTest {
    @TempDir
    Path folder;

    @Test
    void read_ofAValidFile_tellsWhatTheModelIs() throws IOException {
        GgufFile model = GgufFile.read(TinyGguf.valid().write(folder.resolve("m.gguf")));

        assertThat(model.architecture()).isEqualTo("qwen2");
        assertThat(model.name()).isEqualTo("Tiny");
        assertThat(model.quantization()).isEqualTo("Q4_K_M");
        assertThat(model.contextTokens()).isEqualTo(4096);
        assertThat(model.vocabularySize()).isEqualTo(8);
        assertThat(model.chatTemplate()).isEqualTo("{{ messages[0].content }}");
        assertThat(model.parameterCount()).isEqualTo(64 * 8 + 64 * 32);
        assertThat(model.weightBytes()).isEqualTo(64 * 8 * 4 + 64 * 32 / 32 * 34);
        assertThat(model.hasLatentAttention()).isFalse();
        assertThat(model.impliedBytes()).isEqualTo(model.fileBytes());
    }

    @Test
    void kvBytesPerToken_ofGroupedQueryAttention_countsKvHeadsOnly() throws IOException {
        GgufFile model = GgufFile.read(TinyGguf.valid().write(folder.resolve("m.gguf")));
        // 2 layers × 2 KV heads × (16 + 16) × 2 bytes
        assertThat(model.kvBytesPerToken()).hasValue(256);
    }

    @Test
    void kvBytesPerToken_ofLatentAttention_countsOneVectorOfThoseLayersThatCache() throws IOException {
        TinyGguf latent = TinyGguf.valid()
                .tensor("blk.0.attn_k_b.weight", 0, 64, 4)
                .u32("qwen2.attention.head_count_kv", 1)
                .u32("qwen2.attention.key_length", 48)
                .u32("qwen2.attention.value_length", 32)
                .u32("qwen2.attention.key_length_mla", 24)
                .u32("qwen2.attention.value_length_mla", 16)
                .u32("qwen2.attention.kv_lora_rank", 32);
        GgufFile model = GgufFile.read(latent.write(folder.resolve("m.gguf")));
        assertThat(model.hasLatentAttention()).isTrue();
        assertThat(model.kvBytesPerToken()).hasValue(2 * 48 * 2);
        latent.u32("qwen2.attention.indexer.key_length", 16).u32("qwen2.nextn_predict_layers", 1);
        assertThat(GgufFile.read(latent.write(folder.resolve("m.gguf"))).kvBytesPerToken())
                .hasValue((48 + 16) * 2);
    }

    @ParameterizedTest
    @CsvSource({
        // DeepSeek V3 and V2-Lite as published, DeepSeek-Coder, Qwen with YaRN added, no scaling, a mistake
        "yarn, 40, 4096, 163840, 163840",
        "yarn, 40, 4096, 4096, 163840",
        "linear, 4, 4096, 16384, 16384",
        "yarn, 4, 32768, 32768, 131072",
        "none, 4, 4096, 4096, 4096",
        "longrope, 4, 4096, 131072, 131072",
        "yarn, 1e30, 4096, 4096, 4096",
    })
    void longestContext_isAsFarAsThePositionsAreStretched(
            String type, float factor, int original, int trained, int longest) throws IOException {
        GgufFile model = GgufFile.read(TinyGguf.valid()
                .u32("qwen2.context_length", trained)
                .string("qwen2.rope.scaling.type", type)
                .f32("qwen2.rope.scaling.factor", factor)
                .u32("qwen2.rope.scaling.original_context_length", original)
                .write(folder.resolve("m.gguf")));
        assertThat(model.contextTokens()).isEqualTo(trained);
        assertThat(model.longestContextTokens()).isEqualTo(longest);
    }

    @Test
    void read_ofWhatTheLibraryWouldEndTheProcessFor_isRefused() throws IOException {
        for (TinyGguf model : List.of(
                TinyGguf.valid().string("qwen2.rope.scaling.type", "dynamic"),
                TinyGguf.valid().u32("qwen2.hyper_connection.count", 2))) {
            assertThat(refused(model.write(folder.resolve("m.gguf"))).code()).isEqualTo("model-format-unsupported");
        }
        for (TinyGguf model : List.of(
                TinyGguf.valid()
                        .u32("qwen2.expert_count", 8)
                        .u32("qwen2.expert_used_count", 2)
                        .u32("qwen2.expert_group_count", 4)
                        .u32("qwen2.expert_group_used_count", 4),
                TinyGguf.valid().u32("qwen2.rope.dimension_count", 64).u32("qwen2.attention.key_length_mla", 64),
                TinyGguf.valid().u32("qwen2.rope.dimension_count", 64).u32("qwen2.attention.indexer.key_length", 32))) {
            assertThat(refused(model.write(folder.resolve("m.gguf"))).code()).isEqualTo("model-file-corrupt");
        }
    }

    @Test
    void read_ofAShortFile_namesBytesFoundAndWanted() throws IOException {
        byte[] whole = TinyGguf.valid().bytes();
        Path file = Files.write(folder.resolve("m.gguf"), Arrays.copyOf(whole, whole.length - 5));
        GgufException e = refused(file);
        assertThat(e.code()).isEqualTo("model-file-truncated");
        assertThat(e.text().en()).contains((whole.length - 5) + " bytes").contains("says " + whole.length);
        assertThat(e.text().zh()).contains(String.valueOf(whole.length)).contains("还缺 5 字节");
    }

    @Test
    void read_ofNothing_isMissing() {
        assertThat(refused(folder.resolve("no.gguf")).code()).isEqualTo("model-file-missing");
    }

    @ParameterizedTest
    @CsvSource({
        "'<!DOCTYPE html><html>', web page",
        "'version https://git-lfs.github.com/spec/v1', Git LFS pointer",
        "'PK\u0003\u0004aaaa', zip archive",
        "'', empty",
        "'{\"error\":\"not found\"}', JSON",
        "'xxxxyyyy{\"__metadata__\"', safetensors",
        "'lmggxxxx', older format",
        "'hello', 68 65 6c 6c 6f",
    })
    void read_ofSomethingElse_saysWhatItLooksLike(String content, String looksLike) throws IOException {
        Path file = Files.write(folder.resolve("m.gguf"), content.getBytes(StandardCharsets.ISO_8859_1));
        GgufException e = refused(file);
        assertThat(e.code()).isEqualTo("model-file-corrupt");
        assertThat(e.text().en()).contains("not a GGUF").contains(looksLike);
    }

    /** Each of these makes libllama abort, or load a model that cannot work. */
    @ParameterizedTest
    @CsvSource({
        "qwen2.block_count, 2000000000, 512",
        "qwen2.block_count, 0, 512",
        "qwen2.context_length, 0, context_length",
        "qwen2.expert_count, 5000, 1024",
        "qwen2.expert_used_count, 3, expert_used_count",
        "qwen2.attention.head_count, 0, head_count",
        "tokenizer.ggml.eos_token_id, 8, vocabulary has 8",
        "qwen2.nextn_predict_layers, 3, nextn_predict_layers",
    })
    void read_ofNumbersThatAbortLibllama_isRefused(String key, long value, String named) throws IOException {
        Path file = TinyGguf.valid().u32(key, value).write(folder.resolve("m.gguf"));
        GgufException e = refused(file);
        assertThat(e.code()).isEqualTo("model-file-corrupt");
        assertThat(e.text().en()).contains(named).contains(String.valueOf(value));
    }

    @Test
    void read_ofDuplicateTokens_isRefused() throws IOException {
        Path file = TinyGguf.valid()
                .strings("tokenizer.ggml.tokens", "a", "b", "c", "d", "e", "f", "b", "h")
                .write(folder.resolve("m.gguf"));
        assertThat(refused(file).text().en()).contains("\"b\" twice, at 1 and 6");
    }

    @Test
    void read_ofHalvesOfCharacters_doesNotTakeThemForDuplicates() throws IOException {
        // Two different invalid UTF-8 bytes: decoded as UTF-8 both become U+FFFD.
        byte[] tokens = TinyGguf.le(12 + 2 * 9)
                .putInt(8)
                .putLong(2)
                .putLong(1)
                .put((byte) 0xe4)
                .putLong(1)
                .put((byte) 0xe5)
                .array();
        TinyGguf gguf = TinyGguf.valid()
                .raw("tokenizer.ggml.tokens", 9, tokens)
                .u32("tokenizer.ggml.bos_token_id", 0)
                .u32("tokenizer.ggml.eos_token_id", 1);
        assertThat(GgufFile.read(gguf.write(folder.resolve("m.gguf"))).vocabularySize())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "general.architecture",
        "tokenizer.ggml.model",
        "tokenizer.ggml.tokens",
        "tokenizer.ggml.merges",
        "qwen2.block_count",
        "qwen2.context_length"
    })
    void read_withoutANeededKey_namesIt(String key) throws IOException {
        Path file = TinyGguf.valid().without(key).write(folder.resolve("m.gguf"));
        assertThat(refused(file).text().en()).contains(key);
    }

    @Test
    void read_ofASplitModel_takesAllParts() throws IOException {
        part(0, 2, "tiny-00001-of-00002.gguf");
        part(1, 2, "tiny-00002-of-00002.gguf");
        GgufFile model = GgufFile.read(folder.resolve("tiny-00001-of-00002.gguf"));
        assertThat(model.files()).hasSize(2);
        assertThat(model.tensors()).hasSize(4);
    }

    @Test
    void read_ofASplitModelWithAPartMissing_namesIt() throws IOException {
        part(0, 3, "tiny-00001-of-00003.gguf");
        part(1, 3, "tiny-00002-of-00003.gguf");
        GgufException e = refused(folder.resolve("tiny-00001-of-00003.gguf"));
        assertThat(e.code()).isEqualTo("model-file-missing");
        assertThat(e.text().en()).contains("tiny-00003-of-00003.gguf").doesNotContain("tiny-00002");
    }

    @Test
    void read_ofALaterPart_namesTheFirst() throws IOException {
        part(1, 2, "tiny-00002-of-00002.gguf");
        assertThat(refused(folder.resolve("tiny-00002-of-00002.gguf")).text().en())
                .contains("part 2 of 2")
                .contains("tiny-00001-of-00002.gguf");
    }

    @Test
    void read_ofATensorPastTheEnd_isTruncatedNotOverflowed() throws IOException {
        Path file = TinyGguf.valid()
                .tensorInfo("huge", 0, 1L << 59, 1L << 20, 1L << 20)
                .write(folder.resolve("m.gguf"));
        assertThat(refused(file).code()).isEqualTo("model-file-truncated");
    }

    @Test
    void read_ofAbsurdDimensions_isRefused() throws IOException {
        Path file =
                TinyGguf.valid().tensorInfo("huge", 0, 0, 1L << 40, 1L << 40).write(folder.resolve("m.gguf"));
        assertThat(refused(file).text().en()).contains("dimension 1 of the tensor huge");
    }

    /** It was said not to exist. */
    @Test
    void read_ofADirectory_namesTheModelsInIt() throws IOException {
        GgufException empty = refused(folder);
        assertThat(empty.code()).isEqualTo("model-file-directory");
        assertThat(empty.text().en()).isEqualTo(folder + " is a directory, and there is no .gguf file in it.");

        for (String name : List.of("b.gguf", "a-00001-of-00002.gguf", "a-00002-of-00002.gguf", "notes.txt")) {
            Files.createFile(folder.resolve(name));
        }
        GgufException models = refused(folder);
        assertThat(models.text().en()).isEqualTo(folder + " is a directory; in it: a-00001-of-00002.gguf, b.gguf");
        assertThat(models.text().zh()).isEqualTo(folder + " 是目录，其中有：a-00001-of-00002.gguf, b.gguf");
        assertThat(models.remedy().en()).contains("--model '" + folder.resolve("a-00001-of-00002.gguf") + "'");
    }

    @Test
    void read_ofAnotherVersion_isUnsupported() throws IOException {
        TinyGguf gguf = TinyGguf.valid();
        gguf.version = 1;
        assertThat(refused(gguf.write(folder.resolve("m.gguf"))).code()).isEqualTo("model-format-unsupported");
    }

    private void part(int number, int count, String name) throws IOException {
        TinyGguf gguf = number == 0
                ? TinyGguf.valid()
                : new TinyGguf().tensor("blk.1.a", 0, 32).tensor("blk.1.b", 0, 32);
        gguf.u32("split.no", number).u32("split.count", count).write(folder.resolve(name));
    }

    private static GgufException refused(Path file) {
        GgufException[] caught = new GgufException[1];
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.read(file))
                .satisfies(e -> caught[0] = e);
        assertThat(List.of(
                        caught[0].text().en(),
                        caught[0].text().zh(),
                        caught[0].remedy().en(),
                        caught[0].remedy().zh()))
                .allSatisfy(text ->
                        assertThat(text.toLowerCase(Locale.ROOT)).isNotBlank().doesNotContain("%s", "%d", "null"));
        return caught[0];
    }
}
