package dev.unbusy.engine;

import dev.unbusy.llama.KvType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Models of every architecture that is promised to work, a few hundred kilobytes each, with random weights: what they say
 * has no meaning, but depends on every token before, and is the same in every run.
 *
 * <p>Tensor names, shapes and keys are those that llama.cpp v0.5.0 asks for (src/models of each architecture).
 */
enum TinyModel {
    LLAMA,
    QWEN2,
    QWEN3,
    /** Sliding windows in every second layer. */
    GEMMA3,
    /** Linear attention in three of four layers: a state that cannot be cut. */
    QWEN35,
    /** DeepSeek-MoE 16B. */
    DEEPSEEK,
    /** DeepSeek V2-Lite: latent attention without a query rank, experts by softmax, YaRN. */
    DEEPSEEK2_LITE,
    /** DeepSeek V3 and R1: query rank, experts in groups by sigmoid with a bias, a layer for multi-token prediction. */
    DEEPSEEK2_V3,
    /** As V3, quantized: its latent projections must stay out of AMX buffers. */
    DEEPSEEK2_V3_Q8,
    /** Files from before the split of {@code attn_kv_b}: keys and values are cached whole. */
    DEEPSEEK2_UNSPLIT,
    DEEPSEEK2_OCR,
    /** DeepSeek V3.2: an indexer chooses what attention looks at. */
    DEEPSEEK32,
    /** DeepSeek V4: compressed caches, windows, hyper-connections, experts by hash in the first layer. */
    DEEPSEEK4;

    static final int CONTEXT = 1024;
    static final int EMBEDDING = 128;
    static final int HEADS = 4;
    /** Values of a head; whole blocks of a quantized cache. */
    static final int HEAD = 32;

    static final int FEED_FORWARD = 96;
    /** The 256 bytes, begin, end, and fillers. */
    static final int VOCABULARY = 288;

    static final int BEGIN = 256;
    static final int END = 257;

    /** To be changed by a test before it is written. */
    GgufBuilder builder() {
        return switch (this) {
            case LLAMA -> llama();
            case QWEN2 -> qwen2();
            case QWEN3 -> qwen3();
            case GEMMA3 -> gemma3();
            case QWEN35 -> qwen35();
            case DEEPSEEK -> TinyDeepSeek.moe("deepseek");
            case DEEPSEEK2_LITE -> TinyDeepSeek.v2Lite();
            case DEEPSEEK2_V3 -> TinyDeepSeek.v3(new GgufBuilder("deepseek2"));
            case DEEPSEEK2_V3_Q8 -> TinyDeepSeek.v3(new GgufBuilder("deepseek2").quantized());
            case DEEPSEEK2_UNSPLIT -> TinyDeepSeek.unsplit();
            case DEEPSEEK2_OCR -> TinyDeepSeek.moe("deepseek2-ocr");
            case DEEPSEEK32 -> TinyDeepSeek.v32();
            case DEEPSEEK4 -> TinyDeepSeek.v4(0, 0, 4, 128);
        };
    }

    Path write(Path directory) throws IOException {
        return builder().write(directory.resolve(name().toLowerCase(Locale.ROOT) + ".gguf"));
    }

    /** Whether a sequence's cache can be cut at any token. */
    boolean cuts() {
        return this != QWEN35 && this != DEEPSEEK4;
    }

    /** Whether what one sequence computed serves another: where windows slide, too much is forgotten. */
    boolean reuses() {
        return cuts() && this != GEMMA3;
    }

    /** How far log-probabilities may be apart; see {@link TinyEngine}. */
    float rounding(KvType cache) {
        float usual = cache == KvType.Q8_0 ? 0.005f : 0.02f;
        return switch (this) {
            // Weights whose products are rounded by batch size.
            case DEEPSEEK2_V3_Q8 -> 20 * usual;
            // 26 layers of which each may choose another expert.
            case DEEPSEEK2_LITE -> 6 * usual;
            // Another choice of what attention looks at stays in the cache: all that follows is a little off.
            case DEEPSEEK32 -> cache == KvType.Q8_0 ? 10 * usual : 6 * usual;
            default -> usual;
        };
    }

    /** How many of so many tokens may be off; see {@link TinyEngine}. */
    int off(KvType cache, int tokens) {
        boolean often = chooses() && cache == KvType.F16;
        return Math.ceilDiv(tokens, often ? 5 : 20);
    }

    /** Whether experts or what attention looks at are chosen: a choice that rounding can turn. */
    private boolean chooses() {
        return compareTo(DEEPSEEK) >= 0;
    }

    /** Sizes, tokenizer, embedding and output; the layers follow. */
    static GgufBuilder base(GgufBuilder model, int layers) {
        String[] tokens = new String[VOCABULARY];
        int[] types = new int[VOCABULARY];
        int next = 256;
        for (int i = 0; i < VOCABULARY; i++) {
            // GPT-2's alphabet for bytes: printable ones stand for themselves, the others follow from U+0100.
            boolean printable = (i >= '!' && i <= '~') || (i >= 0xa1 && i <= 0xac) || (i >= 0xae && i <= 0xff);
            tokens[i] = i < 256 ? Character.toString(printable ? i : next++) : "<|" + i + "|>";
            types[i] = i < 256 ? 1 : 3;
        }
        return model.key("general.name", "Tiny")
                .own("context_length", CONTEXT)
                .own("embedding_length", EMBEDDING)
                .own("block_count", layers)
                .own("feed_forward_length", FEED_FORWARD)
                .own("attention.head_count", HEADS)
                .own("attention.head_count_kv", HEADS)
                .own("attention.layer_norm_rms_epsilon", 1e-6f)
                .key("tokenizer.ggml.model", "gpt2")
                .key("tokenizer.ggml.pre", "qwen2")
                .key("tokenizer.ggml.tokens", tokens)
                .key("tokenizer.ggml.token_type", types)
                .key("tokenizer.ggml.merges", new String[] {"a b"})
                .key("tokenizer.ggml.bos_token_id", BEGIN)
                .key("tokenizer.ggml.eos_token_id", END)
                .random("token_embd.weight", 1, 0, EMBEDDING, VOCABULARY)
                .norm("output_norm.weight", EMBEDDING)
                .random("output.weight", 3 / Math.sqrt(EMBEDDING), 0, EMBEDDING, VOCABULARY);
    }

    static void attention(GgufBuilder model, String layer, int headLength, int kvHeads) {
        model.norm(layer + "attn_norm.weight", EMBEDDING)
                .weights(layer + "attn_q.weight", EMBEDDING, (long) HEADS * headLength)
                .weights(layer + "attn_k.weight", EMBEDDING, (long) kvHeads * headLength)
                .weights(layer + "attn_v.weight", EMBEDDING, (long) kvHeads * headLength)
                .weights(layer + "attn_output.weight", (long) HEADS * headLength, EMBEDDING)
                .norm(layer + "ffn_norm.weight", EMBEDDING);
    }

    static void dense(GgufBuilder model, String layer) {
        model.weights(layer + "ffn_gate.weight", EMBEDDING, FEED_FORWARD)
                .weights(layer + "ffn_up.weight", EMBEDDING, FEED_FORWARD)
                .weights(layer + "ffn_down.weight", FEED_FORWARD, EMBEDDING);
    }

    private static GgufBuilder llama() {
        GgufBuilder model = base(new GgufBuilder("llama"), 3)
                .own("attention.head_count_kv", 2)
                .own("rope.dimension_count", HEAD);
        for (int i = 0; i < 3; i++) {
            attention(model, "blk." + i + ".", HEAD, 2);
            dense(model, "blk." + i + ".");
        }
        return model;
    }

    private static GgufBuilder qwen2() {
        GgufBuilder model = base(new GgufBuilder("qwen2"), 3).own("attention.head_count_kv", 2);
        for (int i = 0; i < 3; i++) {
            String layer = "blk." + i + ".";
            attention(model, layer, HEAD, 2);
            model.bias(layer + "attn_q.bias", (long) HEADS * HEAD)
                    .bias(layer + "attn_k.bias", 2L * HEAD)
                    .bias(layer + "attn_v.bias", 2L * HEAD);
            dense(model, layer);
        }
        return model;
    }

    private static GgufBuilder qwen3() {
        // Heads longer than their share of the embedding, as Qwen3 has them.
        GgufBuilder model = base(new GgufBuilder("qwen3"), 3)
                .own("attention.head_count_kv", 2)
                .own("attention.key_length", 2 * HEAD)
                .own("attention.value_length", 2 * HEAD);
        for (int i = 0; i < 3; i++) {
            String layer = "blk." + i + ".";
            attention(model, layer, 2 * HEAD, 2);
            model.norm(layer + "attn_q_norm.weight", 2L * HEAD).norm(layer + "attn_k_norm.weight", 2L * HEAD);
            dense(model, layer);
        }
        return model;
    }

    private static GgufBuilder gemma3() {
        GgufBuilder model = base(new GgufBuilder("gemma3"), 4)
                .own("attention.head_count_kv", 2)
                .own("attention.key_length", HEAD)
                .own("attention.value_length", HEAD)
                .own("attention.sliding_window", 64)
                .own("attention.sliding_window_pattern", 2);
        for (int i = 0; i < 4; i++) {
            String layer = "blk." + i + ".";
            attention(model, layer, HEAD, 2);
            model.norm(layer + "attn_q_norm.weight", HEAD)
                    .norm(layer + "attn_k_norm.weight", HEAD)
                    .norm(layer + "post_attention_norm.weight", EMBEDDING)
                    .norm(layer + "post_ffw_norm.weight", EMBEDDING);
            dense(model, layer);
        }
        return model;
    }

    private static GgufBuilder qwen35() {
        int state = 32;
        GgufBuilder model = base(new GgufBuilder("qwen35"), 4)
                .own("attention.head_count_kv", 2)
                .own("attention.key_length", HEAD)
                .own("attention.value_length", HEAD)
                .own("rope.dimension_count", HEAD)
                .own("rope.dimension_sections", new int[] {8, 4, 4, 0})
                .own("ssm.conv_kernel", 4)
                .own("ssm.inner_size", 4 * state)
                .own("ssm.state_size", state)
                .own("ssm.time_step_rank", 4)
                .own("ssm.group_count", 2)
                .own("full_attention_interval", 4);
        for (int i = 0; i < 4; i++) {
            String layer = "blk." + i + ".";
            model.norm(layer + "attn_norm.weight", EMBEDDING).norm(layer + "post_attention_norm.weight", EMBEDDING);
            if (i == 3) {
                model.weights(layer + "attn_q.weight", EMBEDDING, 2L * HEADS * HEAD)
                        .weights(layer + "attn_k.weight", EMBEDDING, 2L * HEAD)
                        .weights(layer + "attn_v.weight", EMBEDDING, 2L * HEAD)
                        .weights(layer + "attn_output.weight", (long) HEADS * HEAD, EMBEDDING)
                        .norm(layer + "attn_q_norm.weight", HEAD)
                        .norm(layer + "attn_k_norm.weight", HEAD);
            } else {
                model.weights(layer + "attn_qkv.weight", EMBEDDING, 8L * state)
                        .weights(layer + "attn_gate.weight", EMBEDDING, 4L * state)
                        .random(layer + "ssm_conv1d.weight", 0.5, 0, 4, 8L * state)
                        .bias(layer + "ssm_dt.bias", 4)
                        .random(layer + "ssm_a", 0.05, -0.2, 4)
                        .weights(layer + "ssm_beta.weight", EMBEDDING, 4)
                        .weights(layer + "ssm_alpha.weight", EMBEDDING, 4)
                        .norm(layer + "ssm_norm.weight", state)
                        .weights(layer + "ssm_out.weight", 4L * state, EMBEDDING);
            }
            dense(model, layer);
        }
        return model;
    }
}
