package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The numbers come from a C program that printed sizeof and offsetof of every field, compiled with GCC 12 on x86-64
 * against llama.h of llama.cpp v0.5.0 (commit de3ff815).
 */
class LayoutsTest {
    @Test
    void modelParams_haveTheSizeAndOffsetsThatTheCompilerPrinted() {
        assertThat(Layouts.MODEL_PARAMS.byteSize()).isEqualTo(80);
        assertOffsets(
                Layouts.MODEL_PARAMS,
                "devices 0, tensor_buft_overrides 8, n_gpu_layers 16, split_mode 20, load_mode 24, lazy_mode 28,"
                        + " main_gpu 32, tensor_split 40, progress_callback 48, progress_callback_user_data 56,"
                        + " kv_overrides 64, vocab_only 72, check_tensors 73, use_extra_bufts 74, no_host 75,"
                        + " no_alloc 76, load_mtp 77");
    }

    @Test
    void contextParams_haveTheSizeAndOffsetsThatTheCompilerPrinted() {
        assertThat(Layouts.CONTEXT_PARAMS.byteSize()).isEqualTo(160);
        assertOffsets(
                Layouts.CONTEXT_PARAMS,
                "n_ctx 0, n_batch 4, n_ubatch 8, n_seq_max 12, n_rs_seq 16, n_outputs_max 20, n_outputs_max_per_seq 24,"
                        + " n_threads 28, n_threads_batch 32, ctx_type 36, rope_scaling_type 40, pooling_type 44,"
                        + " attention_type 48, flash_attn_type 52, rope_freq_base 56, rope_freq_scale 60,"
                        + " yarn_ext_factor 64, yarn_attn_factor 68, yarn_beta_fast 72, yarn_beta_slow 76,"
                        + " yarn_orig_ctx 80, defrag_thold 84, cb_eval 88, cb_eval_user_data 96, type_k 104,"
                        + " type_v 108, abort_callback 112, abort_callback_data 120, embeddings 128, offload_kqv 129,"
                        + " no_perf 130, op_offload 131, swa_full 132, kv_unified 133, samplers 136, n_samplers 144,"
                        + " ctx_other 152");
    }

    @Test
    void batchAndOverride_haveTheSizeAndOffsetsThatTheCompilerPrinted() {
        assertThat(Layouts.BATCH.byteSize()).isEqualTo(56);
        assertOffsets(Layouts.BATCH, "n_tokens 0, token 8, embd 16, pos 24, n_seq_id 32, seq_id 40, logits 48");
        assertThat(Layouts.BUFT_OVERRIDE.byteSize()).isEqualTo(16);
        assertOffsets(Layouts.BUFT_OVERRIDE, "pattern 0, buft 8");
    }

    @Test
    void drift_namesEveryFieldThatDiffersWithBothValues() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(Layouts.MODEL_PARAMS);
            Layouts.putInt(Layouts.MODEL_PARAMS, params, "n_gpu_layers", -1);
            Layouts.putInt(Layouts.MODEL_PARAMS, params, "main_gpu", 7);
            assertThat(Layouts.drift(Layouts.MODEL_PARAMS, params, Map.of("n_gpu_layers", -1, "use_extra_bufts", 1)))
                    .containsExactly("main_gpu=7, expected 0", "use_extra_bufts=0, expected 1");
        }
    }

    @Test
    void drift_ofAStructThatTheLibraryDidNotFillToTheEnd_isSeen() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(Layouts.CONTEXT_PARAMS);
            params.asSlice(152).fill((byte) 0xA5);
            assertThat(Layouts.drift(Layouts.CONTEXT_PARAMS, params, Map.of()))
                    .singleElement()
                    .asString()
                    .startsWith("ctx_other=");
        }
    }

    private static void assertOffsets(StructLayout layout, String expected) {
        String[] fields = expected.split(", ");
        for (String field : fields) {
            String[] nameAndOffset = field.split(" ");
            assertThat(Layouts.offset(layout, nameAndOffset[0]))
                    .as(nameAndOffset[0])
                    .isEqualTo(Long.parseLong(nameAndOffset[1]));
        }
        assertThat(layout.memberLayouts().stream().filter(m -> m.name().isPresent()))
                .hasSize(fields.length);
    }
}
