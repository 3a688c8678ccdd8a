package dev.unbusy.gguf;

import java.util.OptionalLong;

/**
 * What tokens and sequences keep in the caches of llama.cpp v0.5.0 at F16 ({@code llama-model.cpp create_memory} and the
 * {@code llama-kv-cache*.cpp} it chooses from), read from a header. Pure.
 *
 * <ul>
 *   <li>Plain attention: keys and values of the KV heads. A sliding window is counted as if it were none: never too little.
 *   <li>Latent attention (DeepSeek V2, V3): one vector that serves as key and value. Files from before the split of
 *       {@code attn_kv_b} cache keys and values whole.
 *   <li>An indexer (DeepSeek V3.2): one key more.
 *   <li>Compressed caches (DeepSeek V4): in layers with a ratio, a key (with ratio 4 an indexer's too) for so many tokens;
 *       for each sequence, a window of keys in every layer and what the compressors remember.
 *   <li>Recurrent layers: for each sequence a state, nothing for a token.
 * </ul>
 */
final class KvShape {
    private static final int F16 = 2;
    private static final int F32 = 4;
    private static final int INDEXED_RATIO = 4;
    /** Cells are multiples of this inside the library. */
    private static final int CELLS = 256;

    private final GgufHeader header;
    private final String prefix;
    private final int layers;

    KvShape(GgufHeader header) {
        this.header = header;
        prefix = header.string("general.architecture") + ".";
        // Layers for multi-token prediction, and those that use the cache of others, have none of their own.
        layers = (int) Math.max(
                0, whole("block_count", 0) - whole("nextn_predict_layers", 0) - whole("attention.shared_kv_layers", 0));
    }

    /** Whether every sequence has caches of its own, however cells are divided. */
    boolean isCompressed() {
        return has("attention.compress_ratios");
    }

    /** Empty where the header does not tell. */
    OptionalLong bytesPerToken() {
        if (isCompressed()) {
            return OptionalLong.of(compressed());
        }
        Long embedding = header.whole(prefix + "embedding_length");
        boolean recurrent = isRecurrent();
        if (embedding == null || (!recurrent && !has("attention.head_count"))) {
            return OptionalLong.empty();
        }
        boolean latent = has("attention.key_length_mla");
        long indexer = latent ? whole("attention.indexer.key_length", 0) : 0;
        long values = 0;
        for (int layer = 0; layer < layers; layer++) {
            long heads = perLayer("attention.head_count", layer, 0);
            if (heads == 0 || (recurrent && !attends(layer))) {
                continue;
            }
            long key = largest("attention.key_length", embedding / heads);
            long value = latent ? 0 : largest("attention.value_length", embedding / heads);
            values += perLayer("attention.head_count_kv", layer, heads) * (key + value) + indexer;
        }
        return OptionalLong.of(values * F16);
    }

    /** @param stepTokens most tokens computed at once: a window has room for as many more */
    long bytesPerSequence(int stepTokens) {
        return isCompressed() ? window(stepTokens) : state();
    }

    private long compressed() {
        // In parts of 128, the largest ratio: no layer is rounded.
        long parts = 0;
        for (int layer = 0; layer < layers; layer++) {
            long ratio = perLayer("attention.compress_ratios", layer, 0);
            if (ratio > 0) {
                long index = ratio == INDEXED_RATIO ? whole("attention.indexer.key_length", 0) : 0;
                parts += (whole("attention.key_length", 0) + index) * F16 * 128 / ratio;
            }
        }
        return Math.ceilDiv(parts, 128);
    }

    private long window(int stepTokens) {
        long key = whole("attention.key_length", 0);
        long cells = Math.ceilDiv(whole("attention.sliding_window", 0) + stepTokens, CELLS) * CELLS;
        long bytes = layers * cells * key * F16;
        for (int layer = 0; layer < layers; layer++) {
            long ratio = perLayer("attention.compress_ratios", layer, 0);
            // Keys and scores of the tokens that are not compressed yet; with ratio 4 of two overlapping spans.
            boolean indexed = ratio == INDEXED_RATIO;
            long wide = indexed ? key + whole("attention.indexer.key_length", 0) : key;
            bytes += 2 * F32 * ratio * wide * (indexed ? 4 : 1);
        }
        return bytes;
    }

    private long state() {
        long inner = whole("ssm.inner_size", 0);
        long state = whole("ssm.state_size", 0);
        long convolved = inner + 2 * whole("ssm.group_count", 0) * state;
        long layer = Math.max(0, whole("ssm.conv_kernel", 0) - 1) * convolved + state * inner;
        return isRecurrent() ? layers * layer * F32 : 0;
    }

    private boolean isRecurrent() {
        return header.metadata().keySet().stream()
                .anyMatch(key -> key.startsWith(prefix + "ssm.") || key.startsWith(prefix + "wkv."));
    }

    private boolean attends(int layer) {
        long interval = whole("full_attention_interval", 1);
        return interval < 1 || (layer + 1) % interval == 0;
    }

    /** Layers with a window may have heads of another length. */
    private long largest(String key, long otherwise) {
        return Math.max(whole(key, otherwise), whole(key + "_swa", 0));
    }

    private boolean has(String key) {
        return header.metadata().containsKey(prefix + key);
    }

    private long whole(String key, long otherwise) {
        Long value = header.whole(prefix + key);
        return value == null ? otherwise : value;
    }

    private long perLayer(String key, int layer, long otherwise) {
        return switch (header.metadata().get(prefix + key)) {
            case GgufValue.Whole whole -> whole.value();
            case GgufValue.Arr array
            when layer < array.elements().size() && array.elements().get(layer) instanceof GgufValue.Whole whole ->
                whole.value();
            case null, default -> otherwise;
        };
    }
}
