package dev.unbusy.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small GGUF files for tests; every part can be replaced by something wrong. */
final class TinyGguf {
    private final Map<String, byte[]> metadata = new LinkedHashMap<>();
    private final List<byte[]> tensorInfos = new ArrayList<>();
    int version = 3;
    long dataBytes;
    private long nextOffset;

    /** A file that passes all checks: two layers, 8 tokens, plain attention with 4 heads, 2 of them KV. */
    static TinyGguf valid() {
        return new TinyGguf()
                .string("general.architecture", "qwen2")
                .string("general.name", "Tiny")
                .u32("general.file_type", 15)
                .u32("qwen2.block_count", 2)
                .u32("qwen2.context_length", 4096)
                .u32("qwen2.embedding_length", 64)
                .u32("qwen2.attention.head_count", 4)
                .u32("qwen2.attention.head_count_kv", 2)
                .string("tokenizer.ggml.model", "gpt2")
                .strings("tokenizer.ggml.tokens", "a", "b", "c", "d", "", "", "<s>", "</s>")
                .ints("tokenizer.ggml.token_type", 1, 1, 1, 1, 1, 1, 3, 3)
                .strings("tokenizer.ggml.merges", "a b")
                .u32("tokenizer.ggml.bos_token_id", 6)
                .u32("tokenizer.ggml.eos_token_id", 7)
                .string("tokenizer.chat_template", "{{ messages[0].content }}")
                .tensor("token_embd.weight", 0, 64, 8)
                .tensor("blk.0.attn_k.weight", 8, 64, 32);
    }

    TinyGguf string(String key, String value) {
        return raw(key, 8, text(value));
    }

    TinyGguf u32(String key, long value) {
        return raw(key, 4, le(4).putInt((int) value).array());
    }

    TinyGguf strings(String key, String... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(le(12).putInt(8).putLong(values.length).array());
        for (String value : values) {
            out.writeBytes(text(value));
        }
        return raw(key, 9, out.toByteArray());
    }

    TinyGguf f32(String key, float value) {
        return raw(key, 6, le(4).putFloat(value).array());
    }

    TinyGguf ints(String key, int... values) {
        byte[] bytes = new byte[12 + 4 * values.length];
        ByteBuffer buffer = wrap(bytes).putInt(5).putLong(values.length);
        for (int value : values) {
            buffer.putInt(value);
        }
        return raw(key, 9, bytes);
    }

    TinyGguf raw(String key, int type, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(le(4).putInt(type).array());
        out.writeBytes(value);
        metadata.put(key, out.toByteArray());
        return this;
    }

    TinyGguf without(String key) {
        metadata.remove(key);
        return this;
    }

    /** Adds a tensor of a type with the block size of F32 (0) or Q8_0 (8), and its zeros. */
    TinyGguf tensor(String name, int type, long... shape) {
        tensorInfo(name, type, nextOffset, shape);
        long elements = 1;
        for (long length : shape) {
            elements *= length;
        }
        long bytes = type == 8 ? elements / 32 * 34 : elements * 4;
        dataBytes = nextOffset + bytes;
        nextOffset = (dataBytes + 31) / 32 * 32;
        return this;
    }

    TinyGguf tensorInfo(String name, int type, long offset, long... shape) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(text(name));
        byte[] bytes = new byte[4 + 8 * shape.length + 12];
        ByteBuffer buffer = wrap(bytes).putInt(shape.length);
        for (long length : shape) {
            buffer.putLong(length);
        }
        buffer.putInt(type).putLong(offset);
        out.writeBytes(bytes);
        tensorInfos.add(out.toByteArray());
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(le(20).putInt(version)
                .putLong(tensorInfos.size())
                .putLong(metadata.size())
                .array());
        metadata.forEach((key, value) -> {
            out.writeBytes(text(key));
            out.writeBytes(value);
        });
        tensorInfos.forEach(out::writeBytes);
        while (out.size() % 32 != 0) {
            out.write(0);
        }
        out.writeBytes(new byte[(int) dataBytes]);
        return out.toByteArray();
    }

    Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    static byte[] text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return le(8 + bytes.length).putLong(bytes.length).put(bytes).array();
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteBuffer le(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
