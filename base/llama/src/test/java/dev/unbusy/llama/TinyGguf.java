package dev.unbusy.llama;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes GGUF files of a header only, for what no published small model has: a byte-level BPE vocabulary with any
 * pre-tokenizer. Source: docs/gguf.md of ggml, version 3.
 */
final class TinyGguf {
    private static final int UINT32 = 4;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int INT32 = 5;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int count;

    /** A vocabulary of the 256 bytes, "ab" and {@code <|end|>}. */
    static TinyGguf vocabulary(String preTokenizer) {
        return vocabulary("gpt2", preTokenizer);
    }

    static TinyGguf vocabulary(String tokenizer, String preTokenizer) {
        List<String> tokens = new ArrayList<>();
        List<Integer> types = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(Character.toString(byteCharacter(b)));
            types.add(1);
        }
        tokens.add("ab");
        types.add(1);
        tokens.add("<|end|>");
        types.add(3);
        return new TinyGguf()
                .string("general.architecture", "llama")
                .uint32("llama.context_length", 128)
                .uint32("llama.embedding_length", 64)
                .uint32("llama.block_count", 1)
                .uint32("llama.feed_forward_length", 64)
                .uint32("llama.attention.head_count", 1)
                .string("tokenizer.ggml.model", tokenizer)
                .string("tokenizer.ggml.pre", preTokenizer)
                .strings("tokenizer.ggml.tokens", tokens)
                .int32s("tokenizer.ggml.token_type", types)
                .strings("tokenizer.ggml.merges", List.of("a b"))
                .uint32("tokenizer.ggml.eos_token_id", 257);
    }

    /** GPT-2's alphabet for bytes: printable ones stand for themselves, the others follow from U+0100. */
    private static int byteCharacter(int b) {
        int next = 256;
        for (int i = 0; i < 256; i++) {
            boolean printable = (i >= '!' && i <= '~') || (i >= 0xa1 && i <= 0xac) || (i >= 0xae && i <= 0xff);
            if (i == b) {
                return printable ? i : next;
            }
            next += printable ? 0 : 1;
        }
        throw new IllegalArgumentException("not a byte: " + b);
    }

    TinyGguf string(String key, String value) {
        key(key, STRING);
        text(value);
        return this;
    }

    TinyGguf uint32(String key, int value) {
        key(key, UINT32);
        bytes(4, value);
        return this;
    }

    TinyGguf bool(String key, boolean value) {
        key(key, BOOL);
        bytes(1, value ? 1 : 0);
        return this;
    }

    private TinyGguf strings(String key, List<String> values) {
        key(key, ARRAY);
        bytes(4, STRING);
        bytes(8, values.size());
        values.forEach(this::text);
        return this;
    }

    private TinyGguf int32s(String key, List<Integer> values) {
        key(key, ARRAY);
        bytes(4, INT32);
        bytes(8, values.size());
        values.forEach(v -> bytes(4, v));
        return this;
    }

    Path write(Path file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        header.put("GGUF".getBytes(StandardCharsets.US_ASCII))
                .putInt(3)
                .putLong(0)
                .putLong(count);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(header.array());
        all.writeBytes(body.toByteArray());
        // The data part begins at a multiple of 32.
        all.writeBytes(new byte[(32 - all.size() % 32) % 32]);
        return Files.write(file, all.toByteArray());
    }

    private void key(String key, int type) {
        text(key);
        bytes(4, type);
        count++;
    }

    private void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        bytes(8, utf8.length);
        body.writeBytes(utf8);
    }

    private void bytes(int length, long value) {
        for (int i = 0; i < length; i++) {
            body.write((int) (value >> (8 * i)));
        }
    }
}
