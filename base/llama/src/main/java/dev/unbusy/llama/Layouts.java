package dev.unbusy.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The C structs that cross the border, as 64-bit Linux and macOS lay them out.
 *
 * <p>Source: llama.h of llama.cpp v0.5.0 (commit de3ff815). The library passes these structs by value and has no version
 * number that tells one layout from another, so {@link #drift} compares what the {@code *_default_params()} functions
 * return with the defaults of that version, field by field.
 */
final class Layouts {
    /** struct llama_model_params */
    static final StructLayout MODEL_PARAMS = MemoryLayout.structLayout(
            ADDRESS.withName("devices"),
            ADDRESS.withName("tensor_buft_overrides"),
            JAVA_INT.withName("n_gpu_layers"),
            JAVA_INT.withName("split_mode"),
            JAVA_INT.withName("load_mode"),
            JAVA_INT.withName("lazy_mode"),
            JAVA_INT.withName("main_gpu"),
            MemoryLayout.paddingLayout(4),
            ADDRESS.withName("tensor_split"),
            ADDRESS.withName("progress_callback"),
            ADDRESS.withName("progress_callback_user_data"),
            ADDRESS.withName("kv_overrides"),
            JAVA_BOOLEAN.withName("vocab_only"),
            JAVA_BOOLEAN.withName("check_tensors"),
            JAVA_BOOLEAN.withName("use_extra_bufts"),
            JAVA_BOOLEAN.withName("no_host"),
            JAVA_BOOLEAN.withName("no_alloc"),
            JAVA_BOOLEAN.withName("load_mtp"),
            MemoryLayout.paddingLayout(2));

    /** struct llama_context_params */
    static final StructLayout CONTEXT_PARAMS = MemoryLayout.structLayout(
            JAVA_INT.withName("n_ctx"),
            JAVA_INT.withName("n_batch"),
            JAVA_INT.withName("n_ubatch"),
            JAVA_INT.withName("n_seq_max"),
            JAVA_INT.withName("n_rs_seq"),
            JAVA_INT.withName("n_outputs_max"),
            JAVA_INT.withName("n_outputs_max_per_seq"),
            JAVA_INT.withName("n_threads"),
            JAVA_INT.withName("n_threads_batch"),
            JAVA_INT.withName("ctx_type"),
            JAVA_INT.withName("rope_scaling_type"),
            JAVA_INT.withName("pooling_type"),
            JAVA_INT.withName("attention_type"),
            JAVA_INT.withName("flash_attn_type"),
            JAVA_FLOAT.withName("rope_freq_base"),
            JAVA_FLOAT.withName("rope_freq_scale"),
            JAVA_FLOAT.withName("yarn_ext_factor"),
            JAVA_FLOAT.withName("yarn_attn_factor"),
            JAVA_FLOAT.withName("yarn_beta_fast"),
            JAVA_FLOAT.withName("yarn_beta_slow"),
            JAVA_INT.withName("yarn_orig_ctx"),
            JAVA_FLOAT.withName("defrag_thold"),
            ADDRESS.withName("cb_eval"),
            ADDRESS.withName("cb_eval_user_data"),
            JAVA_INT.withName("type_k"),
            JAVA_INT.withName("type_v"),
            ADDRESS.withName("abort_callback"),
            ADDRESS.withName("abort_callback_data"),
            JAVA_BOOLEAN.withName("embeddings"),
            JAVA_BOOLEAN.withName("offload_kqv"),
            JAVA_BOOLEAN.withName("no_perf"),
            JAVA_BOOLEAN.withName("op_offload"),
            JAVA_BOOLEAN.withName("swa_full"),
            JAVA_BOOLEAN.withName("kv_unified"),
            MemoryLayout.paddingLayout(2),
            ADDRESS.withName("samplers"),
            ValueLayout.JAVA_LONG.withName("n_samplers"),
            ADDRESS.withName("ctx_other"));

    /** struct llama_batch */
    static final StructLayout BATCH = MemoryLayout.structLayout(
            JAVA_INT.withName("n_tokens"),
            MemoryLayout.paddingLayout(4),
            ADDRESS.withName("token"),
            ADDRESS.withName("embd"),
            ADDRESS.withName("pos"),
            ADDRESS.withName("n_seq_id"),
            ADDRESS.withName("seq_id"),
            ADDRESS.withName("logits"));

    /** struct llama_model_tensor_buft_override */
    static final StructLayout BUFT_OVERRIDE =
            MemoryLayout.structLayout(ADDRESS.withName("pattern"), ADDRESS.withName("buft"));

    /** What llama_model_default_params() of v0.5.0 sets; every field not named here is 0, NULL or false. */
    static final Map<String, Number> MODEL_DEFAULTS =
            Map.of("n_gpu_layers", -1, "split_mode", 1, "load_mode", -1, "lazy_mode", 1, "use_extra_bufts", 1);

    /** What llama_context_default_params() of v0.5.0 sets; every field not named here is 0, NULL or false. */
    static final Map<String, Number> CONTEXT_DEFAULTS = Map.ofEntries(
            Map.entry("n_ctx", 512),
            Map.entry("n_batch", 2048),
            Map.entry("n_ubatch", 512),
            Map.entry("n_seq_max", 1),
            Map.entry("n_outputs_max_per_seq", 1),
            Map.entry("n_threads", 4),
            Map.entry("n_threads_batch", 4),
            Map.entry("rope_scaling_type", -1),
            Map.entry("pooling_type", -1),
            Map.entry("attention_type", -1),
            Map.entry("flash_attn_type", -1),
            Map.entry("yarn_ext_factor", -1f),
            Map.entry("yarn_attn_factor", -1f),
            Map.entry("yarn_beta_fast", -1f),
            Map.entry("yarn_beta_slow", -1f),
            Map.entry("defrag_thold", -1f),
            Map.entry("type_k", 1),
            Map.entry("type_v", 1),
            Map.entry("offload_kqv", 1),
            Map.entry("no_perf", 1),
            Map.entry("op_offload", 1),
            Map.entry("swa_full", 1));

    private Layouts() {}

    static long offset(StructLayout layout, String field) {
        return layout.byteOffset(MemoryLayout.PathElement.groupElement(field));
    }

    static void putInt(StructLayout layout, MemorySegment struct, String field, int value) {
        struct.set(JAVA_INT, offset(layout, field), value);
    }

    static void putBoolean(StructLayout layout, MemorySegment struct, String field, boolean value) {
        struct.set(JAVA_BOOLEAN, offset(layout, field), value);
    }

    static void putAddress(StructLayout layout, MemorySegment struct, String field, MemorySegment value) {
        struct.set(ADDRESS, offset(layout, field), value);
    }

    /** The fields in which {@code actual} differs from the expected defaults, as {@code name=found, expected wanted}. */
    static List<String> drift(StructLayout layout, MemorySegment actual, Map<String, Number> defaults) {
        List<String> differences = new ArrayList<>();
        for (MemoryLayout member : layout.memberLayouts()) {
            String name = member.name().orElse("");
            if (name.isEmpty()) {
                continue;
            }
            double wanted = defaults.getOrDefault(name, 0).doubleValue();
            double found = read((ValueLayout) member, actual, offset(layout, name));
            if (found != wanted) {
                differences.add(name + "=" + plain(found) + ", expected " + plain(wanted));
            }
        }
        return differences;
    }

    private static double read(ValueLayout member, MemorySegment struct, long offset) {
        return switch (member) {
            case ValueLayout.OfInt i -> struct.get(i, offset);
            case ValueLayout.OfFloat f -> struct.get(f, offset);
            case ValueLayout.OfLong l -> struct.get(l, offset);
            // Read as a byte: a drifted library may have left something that is neither 0 nor 1.
            case ValueLayout.OfBoolean _ -> struct.get(ValueLayout.JAVA_BYTE, offset);
            case AddressLayout a -> struct.get(a, offset).address();
            default -> throw new IllegalStateException("no reader for " + member);
        };
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
