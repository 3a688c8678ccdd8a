package dev.unbusy.gguf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was learned while reading past {@code tokenizer.ggml.tokens}.
 *
 * @param size number of tokens
 * @param duplicate one token that occurs twice, or null; llama.cpp aborts the process on it
 * @param first index of its first occurrence
 * @param second index of its second occurrence
 */
record Vocabulary(int size, @Nullable String duplicate, int first, int second) {

    /** Reads {@code count} strings; keeps none of them. */
    static Vocabulary scan(Path file, GgufCursor cursor, long count) throws IOException {
        if (count > GgufLimits.VOCABULARY) {
            throw GgufException.corrupt(
                    file,
                    "it claims to have %d tokens (at most %d).",
                    "声称有 %d 个词元（上限 %d）。",
                    count,
                    GgufLimits.VOCABULARY);
        }
        Map<String, Integer> seen = new HashMap<>((int) Math.min(count, cursor.remaining() / 8) * 2);
        String duplicate = null;
        int first = -1;
        int second = -1;
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            byte[] token = cursor.string("tokenizer.ggml.tokens[" + i + "]", GgufLimits.TOKEN_BYTES);
            bytes += token.length;
            if (bytes > GgufLimits.VOCABULARY_BYTES) {
                throw GgufException.corrupt(
                        file, "its tokens take more than %d bytes.", "词表超过 %d 字节。", GgufLimits.VOCABULARY_BYTES);
            }
            if (duplicate == null) {
                // One byte, one char: tokens may be halves of UTF-8 characters, which must not fall together.
                // llama.cpp names empty tokens by their index, so that they never collide.
                String text = token.length == 0 ? "[EMPTY_" + i + "]" : new String(token, StandardCharsets.ISO_8859_1);
                Integer earlier = seen.putIfAbsent(text, i);
                if (earlier != null) {
                    duplicate = new String(token, StandardCharsets.UTF_8);
                    first = earlier;
                    second = i;
                }
            }
        }
        return new Vocabulary((int) count, duplicate, first, second);
    }
}
