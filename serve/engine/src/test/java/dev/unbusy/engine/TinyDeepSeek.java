package dev.unbusy.engine;

import static dev.unbusy.engine.TinyModel.EMBEDDING;
import static dev.unbusy.engine.TinyModel.HEADS;
import static dev.unbusy.engine.TinyModel.VOCABULARY;

/** DeepSeek's architectures among the {@linkplain TinyModel tiny models}. */
final class TinyDeepSeek {
    private static final int EXPERTS = 8;
    private static final int EXPERTS_USED = 2;
    /** As {@link #QUERY_RANK}. */
    private static final int EXPERT_LENGTH = 64;

    /** Of the latent vector; {@code NOPE + ROPE} is a head's key, {@code VALUE} its value. */
    private static final int LATENT = 64;

    private static final int NOPE = 32;
    private static final int ROPE = 32;
    private static final int VALUE = 32;
    /**
     * Two blocks of Q8_0. Where 32 rows or more meet weights of one block each, llama.cpp v0.5.0's AMX kernel adds to what was in
     * memory before (tinygemm_kernel_amx ends in {@code acc_C<…, true>} also with one block). No real model is as narrow.
     */
    private static final int QUERY_RANK = 64;

    /** With few of them many scores are 0, and which of these are looked at depends on the order of cells. */
    private static final int INDEX_HEADS = 32;

    private static final int INDEX_LENGTH = 64;

    private TinyDeepSeek() {}

    /** Plain attention and experts. */
    static GgufBuilder moe(String architecture) {
        GgufBuilder model = experts(TinyModel.base(new GgufBuilder(architecture), 3), 2)
                .own("rope.dimension_count", TinyModel.HEAD);
        for (int i = 0; i < 3; i++) {
            String layer = "blk." + i + ".";
            TinyModel.attention(model, layer, TinyModel.HEAD, HEADS);
            feedForward(model, layer, i, 2);
        }
        return model;
    }

    /** 27 layers: by their number the library knows that there is no query rank. */
    static GgufBuilder v2Lite() {
        GgufBuilder model = latent(experts(TinyModel.base(new GgufBuilder("deepseek2").damped(0.3), 27), 2));
        yarn(model);
        for (int i = 0; i < 27; i++) {
            String layer = "blk." + i + ".";
            model.norm(layer + "attn_norm.weight", EMBEDDING)
                    .weights(layer + "attn_q.weight", EMBEDDING, (long) HEADS * (NOPE + ROPE));
            latentLayer(model, layer, true);
            feedForward(model, layer, i, 2);
        }
        return model;
    }

    static GgufBuilder v3(GgufBuilder empty) {
        GgufBuilder model = sigmoid(latent(experts(TinyModel.base(empty, 4), 1)))
                .own("attention.q_lora_rank", QUERY_RANK)
                .own("nextn_predict_layers", 1);
        yarn(model);
        for (int i = 0; i < 4; i++) {
            String layer = "blk." + i + ".";
            rankedQuery(model, layer);
            latentLayer(model, layer, true);
            feedForward(model, layer, i, 1);
            if (i > 0) {
                model.bias(layer + "exp_probs_b.bias", EXPERTS);
            }
        }
        return model.weights("blk.3.nextn.eh_proj.weight", 2L * EMBEDDING, EMBEDDING)
                .norm("blk.3.nextn.enorm.weight", EMBEDDING)
                .norm("blk.3.nextn.hnorm.weight", EMBEDDING);
    }

    static GgufBuilder unsplit() {
        GgufBuilder model = experts(TinyModel.base(new GgufBuilder("deepseek2"), 3), 2)
                .own("attention.q_lora_rank", QUERY_RANK)
                .own("attention.kv_lora_rank", LATENT)
                .own("attention.key_length", NOPE + ROPE)
                .own("attention.value_length", VALUE)
                .own("rope.dimension_count", ROPE);
        for (int i = 0; i < 3; i++) {
            String layer = "blk." + i + ".";
            rankedQuery(model, layer);
            latentLayer(model, layer, false);
            feedForward(model, layer, i, 2);
        }
        return model;
    }

    static GgufBuilder v32() {
        GgufBuilder model = sigmoid(latent(experts(TinyModel.base(new GgufBuilder("deepseek32"), 3), 1)))
                .own("attention.q_lora_rank", QUERY_RANK)
                .own("attention.indexer.head_count", INDEX_HEADS)
                .own("attention.indexer.key_length", INDEX_LENGTH)
                .own("attention.indexer.top_k", 48);
        yarn(model);
        for (int i = 0; i < 3; i++) {
            String layer = "blk." + i + ".";
            rankedQuery(model, layer);
            latentLayer(model, layer, true);
            model.norm(layer + "indexer.k_norm.weight", INDEX_LENGTH)
                    .bias(layer + "indexer.k_norm.bias", INDEX_LENGTH)
                    .weights(layer + "indexer.proj.weight", EMBEDDING, INDEX_HEADS)
                    .weights(layer + "indexer.attn_k.weight", EMBEDDING, INDEX_LENGTH)
                    .weights(layer + "indexer.attn_q_b.weight", QUERY_RANK, (long) INDEX_HEADS * INDEX_LENGTH);
            feedForward(model, layer, i, 1);
            if (i > 0) {
                model.bias(layer + "exp_probs_b.bias", EXPERTS);
            }
        }
        return model;
    }

    /** @param ratios of compression, layer by layer */
    static GgufBuilder v4(int... ratios) {
        int head = 64;
        int streams = 4;
        int groups = 2;
        int outRank = 16;
        GgufBuilder model = experts(TinyModel.base(new GgufBuilder("deepseek4"), ratios.length), 1)
                .own("attention.head_count_kv", 1)
                .own("attention.key_length", head)
                .own("attention.value_length", head)
                .own("rope.dimension_count", ROPE)
                .own("attention.q_lora_rank", QUERY_RANK)
                .own("attention.sliding_window", 32)
                .own("attention.indexer.head_count", INDEX_HEADS)
                .own("attention.indexer.key_length", INDEX_LENGTH)
                .own("attention.indexer.top_k", 16)
                .own("attention.output_group_count", groups)
                .own("attention.output_lora_rank", outRank)
                .own("attention.compress_rope_freq_base", 160000f)
                .own("attention.compress_ratios", ratios)
                .own("hyper_connection.count", streams)
                .own("hyper_connection.sinkhorn_iterations", 4)
                .own("hyper_connection.epsilon", 1e-6f)
                .own("hash_layer_count", 1)
                .own("swiglu_clamp_exp", 10f)
                .own("expert_weights_scale", 1.5f)
                .own("expert_weights_norm", true)
                .own("expert_gating_func", 4)
                .weights("output_hc_fn.weight", (long) streams * EMBEDDING, streams)
                .bias("output_hc_base.weight", streams)
                .norm("output_hc_scale.weight", 1);
        for (int i = 0; i < ratios.length; i++) {
            String layer = "blk." + i + ".";
            rankedQuery(model, layer, head);
            model.random(layer + "attn_sinks.weight", 1, 0, HEADS)
                    .weights(layer + "attn_kv.weight", EMBEDDING, head)
                    .norm(layer + "attn_kv_a_norm.weight", head)
                    .weights(layer + "attn_output_a.weight", (long) HEADS * head / groups, (long) outRank * groups)
                    .weights(layer + "attn_output_b.weight", (long) outRank * groups, EMBEDDING)
                    .norm(layer + "ffn_norm.weight", EMBEDDING);
            hyperConnection(model, layer + "hc_attn_", streams);
            hyperConnection(model, layer + "hc_ffn_", streams);
            if (ratios[i] > 0) {
                int wide = ratios[i] == 4 ? 2 : 1;
                model.weights(layer + "attn_compressor_kv.weight", EMBEDDING, (long) wide * head)
                        .weights(layer + "attn_compressor_gate.weight", EMBEDDING, (long) wide * head)
                        .random(layer + "attn_compressor_ape.weight", 1, 0, (long) wide * head, ratios[i])
                        .norm(layer + "attn_compressor_norm.weight", head);
            }
            if (ratios[i] == 4) {
                model.weights(layer + "indexer.proj.weight", EMBEDDING, INDEX_HEADS)
                        .weights(layer + "indexer.attn_q_b.weight", QUERY_RANK, (long) INDEX_HEADS * INDEX_LENGTH)
                        .weights(layer + "indexer_compressor_kv.weight", EMBEDDING, 2L * INDEX_LENGTH)
                        .weights(layer + "indexer_compressor_gate.weight", EMBEDDING, 2L * INDEX_LENGTH)
                        .random(layer + "indexer_compressor_ape.weight", 1, 0, 2L * INDEX_LENGTH, 4)
                        .norm(layer + "indexer_compressor_norm.weight", INDEX_LENGTH);
            }
            mixture(model, layer, 1);
            if (i == 0) {
                model.choices(layer + "ffn_gate_tid2eid.weight", EXPERTS, EXPERTS_USED, VOCABULARY);
            } else {
                model.bias(layer + "exp_probs_b.bias", EXPERTS);
            }
        }
        return model;
    }

    private static GgufBuilder experts(GgufBuilder model, int shared) {
        return model.own("leading_dense_block_count", 1)
                .own("expert_count", EXPERTS)
                .own("expert_used_count", EXPERTS_USED)
                .own("expert_shared_count", shared)
                .own("expert_feed_forward_length", EXPERT_LENGTH)
                .own("expert_weights_scale", 1f);
    }

    private static GgufBuilder sigmoid(GgufBuilder model) {
        return model.own("expert_gating_func", 2)
                .own("expert_weights_norm", true)
                .own("expert_weights_scale", 2.5f)
                .own("expert_group_count", 4)
                .own("expert_group_used_count", 2);
    }

    private static GgufBuilder latent(GgufBuilder model) {
        return model.own("attention.head_count_kv", 1)
                .own("attention.kv_lora_rank", LATENT)
                .own("attention.key_length", LATENT + ROPE)
                .own("attention.value_length", LATENT)
                .own("attention.key_length_mla", NOPE + ROPE)
                .own("attention.value_length_mla", VALUE)
                .own("rope.dimension_count", ROPE);
    }

    private static void yarn(GgufBuilder model) {
        model.own("rope.scaling.type", "yarn")
                .own("rope.scaling.factor", 4f)
                .own("rope.scaling.original_context_length", TinyModel.CONTEXT / 4)
                .own("rope.scaling.yarn_log_multiplier", 0.1f);
    }

    private static void rankedQuery(GgufBuilder model, String layer) {
        rankedQuery(model, layer, NOPE + ROPE);
    }

    private static void rankedQuery(GgufBuilder model, String layer, int head) {
        model.norm(layer + "attn_norm.weight", EMBEDDING)
                .weights(layer + "attn_q_a.weight", EMBEDDING, QUERY_RANK)
                .norm(layer + "attn_q_a_norm.weight", QUERY_RANK)
                .weights(layer + "attn_q_b.weight", QUERY_RANK, (long) HEADS * head);
    }

    private static void latentLayer(GgufBuilder model, String layer, boolean split) {
        model.weights(layer + "attn_kv_a_mqa.weight", EMBEDDING, LATENT + ROPE)
                .norm(layer + "attn_kv_a_norm.weight", LATENT)
                .weights(layer + "attn_output.weight", (long) HEADS * VALUE, EMBEDDING)
                .norm(layer + "ffn_norm.weight", EMBEDDING);
        if (split) {
            model.weights(layer + "attn_k_b.weight", NOPE, LATENT, HEADS)
                    .weights(layer + "attn_v_b.weight", LATENT, VALUE, HEADS);
        } else {
            model.weights(layer + "attn_kv_b.weight", LATENT, (long) HEADS * (NOPE + VALUE));
        }
    }

    private static void feedForward(GgufBuilder model, String layer, int index, int shared) {
        if (index == 0) {
            TinyModel.dense(model, layer);
        } else {
            mixture(model, layer, shared);
        }
    }

    private static void mixture(GgufBuilder model, String layer, int shared) {
        long sharedLength = (long) shared * EXPERT_LENGTH;
        model.weights(layer + "ffn_gate_inp.weight", EMBEDDING, EXPERTS)
                .weights(layer + "ffn_gate_exps.weight", EMBEDDING, EXPERT_LENGTH, EXPERTS)
                .weights(layer + "ffn_up_exps.weight", EMBEDDING, EXPERT_LENGTH, EXPERTS)
                .weights(layer + "ffn_down_exps.weight", EXPERT_LENGTH, EMBEDDING, EXPERTS)
                .weights(layer + "ffn_gate_shexp.weight", EMBEDDING, sharedLength)
                .weights(layer + "ffn_up_shexp.weight", EMBEDDING, sharedLength)
                .weights(layer + "ffn_down_shexp.weight", sharedLength, EMBEDDING);
    }

    private static void hyperConnection(GgufBuilder model, String prefix, int streams) {
        int mixes = (2 + streams) * streams;
        model.weights(prefix + "fn.weight", (long) streams * EMBEDDING, mixes)
                .bias(prefix + "base.weight", mixes)
                .norm(prefix + "scale.weight", 3);
    }
}
