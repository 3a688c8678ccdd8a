package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.text.Progress;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabTest {
    private final Vocab vocab = Natives.model().vocab();

    @TempDir
    Path directory = Path.of("");

    /** A lone surrogate has no UTF-8 form and becomes "?". */
    @Property(tries = 500)
    void tokenize_thenPieces_givesTheTextBack_whereTheVocabularyHasAllBytes(@ForAll String text) throws IOException {
        Vocab complete = Complete.vocab();
        assertThat(complete.text(complete.tokenize(text, false, false))).isEqualTo(wellFormed(text));
    }

    /** SmolLM2 lacks several control characters (U+0013 is one) and the bytes that begin planes 4 to 11, where nothing is assigned. */
    @Property(tries = 500)
    void tokenize_thenPieces_givesTheTextBack_ofTheRealModelToo(@ForAll String text) {
        String known = wellFormed(text).replaceAll("[\\x00-\\x08\\x0b-\\x1f\\x{40000}-\\x{bffff}]", "·");
        assertThat(vocab.text(vocab.tokenize(known, false, false))).isEqualTo(known);
    }

    @Property(tries = 500)
    void tokenize_ofAnyBytes_neverEndsTheProcess(@ForAll byte[] bytes) throws IOException {
        Vocab complete = Complete.vocab();
        assertThat(complete.text(complete.tokenize(bytes, false, false)))
                .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
        vocab.tokenize(bytes, true, true);
    }

    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** The pre-tokenizer of DeepSeek V3 over all 256 bytes. jqwik knows no temporary directories. */
    private static final class Complete {
        private static @Nullable Vocab loaded;

        static synchronized Vocab vocab() throws IOException {
            Vocab known = loaded;
            if (known == null) {
                Path file = Files.createTempFile("vocabulary", ".gguf");
                try {
                    TinyGguf.vocabulary("deepseek-v3").write(file);
                    known = Natives.library()
                            .loadModel(file, ModelOptions.DEFAULT.withVocabOnly(true), Progress.NONE)
                            .vocab();
                    loaded = known;
                } finally {
                    Files.delete(file);
                }
            }
            return known;
        }
    }

    @Test
    void tokenize_ofCodePointsBeyondUnicode_isReadAsReplacementInsteadOfEndingTheProcess() {
        byte[] beyond = {'a', (byte) 0xf7, (byte) 0xbf, (byte) 0xbf, (byte) 0xbf, 'b'};
        assertThat(vocab.text(vocab.tokenize(beyond, false, false)))
                .startsWith("a\ufffd")
                .endsWith("b");
    }

    @Test
    void tokenize_ofNothing_isNothing() {
        assertThat(vocab.tokenize("", false, false)).isEmpty();
    }

    @Test
    void tokenize_withATooSmallBuffer_triesAgain() {
        byte[] text = "a b c d e f g h".getBytes(StandardCharsets.UTF_8);
        int[] expected = vocab.tokenize(text, false, false);
        assertThat(expected.length).isGreaterThan(1);
        assertThat(vocab.tokenize(text, false, false, 1)).isEqualTo(expected);
    }

    @Test
    void tokenize_readsSpecialTokensOnlyWhenAllowed() {
        String endOfTurn = new String(vocab.piece(vocab.eos(), true), StandardCharsets.UTF_8);
        assertThat(endOfTurn).isEqualTo("<|im_end|>");
        assertThat(vocab.tokenize(endOfTurn, false, true)).containsExactly(vocab.eos());
        assertThat(vocab.tokenize(endOfTurn, false, false))
                .hasSizeGreaterThan(1)
                .doesNotContain(vocab.eos());
    }

    @Test
    void pieces_ofControlTokens_areEmptyUnlessAskedFor() {
        assertThat(vocab.isControl(vocab.eos())).isTrue();
        assertThat(vocab.isEndOfGeneration(vocab.eos())).isTrue();
        assertThat(vocab.piece(vocab.eos())).isEmpty();
        assertThat(vocab.pieceLength(vocab.eos(), false)).isZero();
        assertThat(vocab.piece(vocab.eos(), true)).isNotEmpty();
        int word = vocab.tokenize(" Paris", false, false)[0];
        assertThat(vocab.isControl(word)).isFalse();
        assertThat(vocab.isEndOfGeneration(word)).isFalse();
        assertThat(vocab.piece(word)).isEqualTo(" Paris".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void pieces_ofAllTokens_haveTheLengthTheyClaim() {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        for (int token = 0; token < vocab.size(); token++) {
            buffer.clear();
            int written = vocab.appendPiece(token, true, buffer);
            assertThat(written).isEqualTo(vocab.pieceLength(token, true)).isEqualTo(buffer.position());
            assertThat(vocab.piece(token, true)).isEqualTo(Arrays.copyOf(buffer.array(), written));
        }
    }

    @Test
    void wholeText_isTheTextOfThePiece_madeOnce_andEmptyWhereACharacterIsCut() {
        int cut = 0;
        for (int token = 0; token < vocab.size(); token++) {
            String text = vocab.wholeText(token);
            assertThat(vocab.wholeText(token)).isSameAs(text);
            if (text.isEmpty()) {
                String decoded = new String(vocab.piece(token), StandardCharsets.UTF_8);
                assertThat(decoded.isEmpty() || decoded.contains("\uFFFD")).isTrue();
                cut += decoded.isEmpty() ? 0 : 1;
            } else {
                assertThat(text.getBytes(StandardCharsets.UTF_8)).isEqualTo(vocab.piece(token));
            }
        }
        assertThat(cut).isPositive();
    }

    @Test
    void pieces_outOfRange_areRefused() {
        assertThatThrownBy(() -> vocab.piece(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vocab.piece(vocab.size())).isInstanceOf(IndexOutOfBoundsException.class);
        int word = vocab.tokenize(" Paris", false, false)[0];
        assertThatThrownBy(() -> vocab.appendPiece(word, false, ByteBuffer.allocate(2)))
                .isInstanceOf(BufferOverflowException.class);
    }

    @Test
    void tokenize_onManyThreadsAtOnce_givesTheSame() throws Exception {
        String text = "The quick brown fox jumps over the lazy dog. 你好，世界！ ".repeat(20);
        int[] expected = vocab.tokenize(text, true, false);
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            for (Future<int[]> result : IntStream.range(0, 64)
                    .mapToObj(i -> pool.submit(() -> vocab.tokenize(text, true, false)))
                    .toList()) {
                assertThat(result.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void tokenize_ofALongRun_doesNotOverflowTheStackOfASmallThread() throws Exception {
        // DeepSeek V3's pre-tokenizer is a recursive std::regex: on a usual thread 10,000 characters ended the process.
        try (Model model = vocabulary(TinyGguf.vocabulary("deepseek-v3"))) {
            for (String unit : new String[] {"你", "z", " ", "7", "!", "\n", "ё"}) {
                String text = unit.repeat(20_000);
                int[][] result = new int[1][];
                Thread small = new Thread(
                        null, () -> result[0] = model.vocab().tokenize(text, false, false), "small", 256 << 10);
                small.start();
                small.join();
                assertThat(model.vocab().text(result[0])).isEqualTo(text);
            }
        }
    }

    @Test
    void tokenize_ofRandomRunsOfEveryKind_givesTheTextBack() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] units = {"你", "z", " ", "7", "!", "\n", "é", "\u0301", "😀", "\u3000"};
        try (Model model = vocabulary(TinyGguf.vocabulary("deepseek-v3"))) {
            for (int round = 0; round < 20; round++) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    text.append((units[random.nextInt(units.length)] + units[random.nextInt(units.length)])
                            .repeat(1 + random.nextInt(2_000)));
                }
                assertThat(model.vocab().text(model.vocab().tokenize(text.toString(), false, false)))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(text.toString());
            }
        }
    }

    @Test
    void tokenize_ofARunWithoutEnd_isRefusedByName() {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> vocab.tokenize("a".repeat(200_001), false, false))
                .satisfies(e -> assertThat(e.code()).isEqualTo("text-run-too-long"))
                .withMessageContaining("200001");
        // Long as such is no harm.
        assertThat(vocab.tokenize("word ".repeat(100_000), false, false)).hasSizeGreaterThan(100_000);
    }

    @Test
    void tokenize_whenTheFileAsksForABosThatItDoesNotDefine_isRefusedInsteadOfAborting() throws Exception {
        // The tokenizer of T5 has no beginning of sequence unless the file names one.
        TinyGguf broken = TinyGguf.vocabulary("t5", "default").bool("tokenizer.ggml.add_bos_token", true);
        try (Model model = vocabulary(broken)) {
            assertThat(model.vocab().bos()).isEqualTo(-1);
            assertThatExceptionOfType(LlamaException.class)
                    .isThrownBy(() -> model.vocab().tokenize("ab", true, false))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("model-vocabulary-broken"));
            assertThat(model.vocab().tokenize("ab", false, false)).isNotEmpty();
        }
    }

    @Test
    void tokenize_afterTheModelIsClosed_isRefused() throws Exception {
        Model model = vocabulary(TinyGguf.vocabulary("llama-bpe"));
        model.close();
        model.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> model.vocab().tokenize("ab", false, false))
                .withMessageContaining("closed");
        // The tables are Java's own.
        assertThat(model.vocab().piece(256)).isEqualTo("ab".getBytes(StandardCharsets.UTF_8));
    }

    private Model vocabulary(TinyGguf gguf) throws IOException {
        Path file = gguf.write(directory.resolve("vocabulary.gguf"));
        return Natives.library().loadModel(file, ModelOptions.DEFAULT.withVocabOnly(true), Progress.NONE);
    }
}
