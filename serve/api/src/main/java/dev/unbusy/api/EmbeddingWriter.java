package dev.unbusy.api;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;

/** The answer to {@code POST /v1/embeddings}. */
public final class EmbeddingWriter {
    /** Digits, sign, point, exponent and comma of one number, mostly. */
    private static final int CHARS_PER_NUMBER = 14;

    private EmbeddingWriter() {}

    /**
     * @param vectors in the order of the inputs, all finite
     * @param base64 as {@link EmbeddingRequest#base64}
     */
    public static byte[] write(String model, List<float[]> vectors, long promptTokens, boolean base64) {
        int numbers = vectors.isEmpty() ? 0 : vectors.getFirst().length;
        long bytes = 256L + vectors.size() * (64L + (long) numbers * (base64 ? 6 : CHARS_PER_NUMBER));
        JsonBytes json = new JsonBytes((int) Math.min(1 << 28, bytes));
        json.open('{').key("object").string("list").key("data").open('[');
        for (int i = 0; i < vectors.size(); i++) {
            json.open('{')
                    .key("object")
                    .string("embedding")
                    .key("index")
                    .number(i)
                    .key("embedding");
            if (base64) {
                json.string(encode(vectors.get(i)));
            } else {
                json.open('[');
                for (float value : vectors.get(i)) {
                    json.single(value);
                }
                json.close(']');
            }
            json.close('}');
        }
        return json.close(']')
                .key("model")
                .string(model)
                .key("usage")
                .open('{')
                .key("prompt_tokens")
                .number(promptTokens)
                .key("total_tokens")
                .number(promptTokens)
                .close('}')
                .close('}')
                .toBytes();
    }

    private static String encode(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
