package dev.unbusy.gguf;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what would make libllama abort the process or load something useless. The limits are the assertions in
 * llama.cpp v0.5.0 ({@code llama-model.cpp load_hparams}, {@code llama-vocab.cpp}). Pure.
 */
final class GgufChecks {
    private static final String[] SPECIAL_TOKENS = {
        "bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "mask", "cls", "fim_pre", "fim_suf", "fim_mid"
    };

    /** LLAMA_ROPE_SCALING_TYPES in llama-model.cpp; any other ends the process. */
    private static final List<String> ROPE_SCALINGS = List.of("none", "linear", "yarn", "longrope");

    /** The only number that deepseek4.cpp computes with. */
    private static final int HYPER_CONNECTIONS = 4;

    private final GgufHeader header;
    private final Path file;
    private final String architecture;

    private GgufChecks(GgufHeader header, String architecture) {
        this.header = header;
        this.file = header.file();
        this.architecture = architecture;
    }

    /** @throws GgufException for the first thing that is wrong */
    static void check(GgufHeader header) {
        String architecture = header.string("general.architecture");
        if (architecture == null || architecture.isBlank()) {
            throw GgufException.corrupt(header.file(), "general.architecture is missing.", "缺少 general.architecture。");
        }
        GgufChecks checks = new GgufChecks(header, architecture);
        checks.sizes();
        checks.experts();
        checks.attention();
        checks.vocabulary();
        if (header.tensors().isEmpty()) {
            throw GgufException.corrupt(
                    header.file(), "it holds no tensors, only a vocabulary or metadata.", "文件中没有张量，只有词表或元数据。");
        }
    }

    private void sizes() {
        range("block_count", 1, GgufLimits.LAYERS, true);
        range("context_length", 1, Integer.MAX_VALUE, true);
        range("embedding_length", 1, 1 << 24, true);
        range("attention.head_count", 1, 1 << 16, false);
        range("attention.head_count_kv", 0, 1 << 16, false);
        range("attention.key_length", 1, 1 << 16, false);
        range("attention.value_length", 1, 1 << 16, false);
        range("nextn_predict_layers", 0, GgufLimits.LAYERS, false);
        Long layers = whole("block_count");
        Long nextLayers = whole("nextn_predict_layers");
        if (layers != null && nextLayers != null && nextLayers > layers) {
            throw bad("nextn_predict_layers", nextLayers, 0, layers);
        }
    }

    private void experts() {
        range("expert_count", 0, GgufLimits.EXPERTS, false);
        Long experts = whole("expert_count");
        long count = experts == null ? 0 : experts;
        if (header.metadata().get(architecture + ".expert_used_count") instanceof GgufValue.Whole some) {
            // With no experts none may be used; with some, at least one must be.
            if (some.value() < (count > 0 ? 1 : 0) || some.value() > count) {
                throw bad("expert_used_count", some.value(), count > 0 ? 1 : 0, count);
            }
        }
        Long groups = whole("expert_group_count");
        Long used = whole("expert_group_used_count");
        if (groups != null && groups > 1 && (used == null || used < 1 || used >= groups)) {
            throw bad("expert_group_used_count", used == null ? 0 : used, 1, groups - 1);
        }
        if (groups != null && groups > 0 && (groups >= count || count % groups != 0)) {
            throw bad("expert_group_count", groups, 0, Math.max(0, count - 1));
        }
    }

    private void attention() {
        String scaling = header.string(architecture + ".rope.scaling.type");
        if (scaling != null && !ROPE_SCALINGS.contains(scaling)) {
            throw GgufException.unsupported(
                    file,
                    "its positions are scaled by \"%s\"; llama.cpp v0.5.0 knows %s.",
                    "其位置缩放方式 “%s” 不受支持，llama.cpp v0.5.0 支持 %s。",
                    GgufReader.printable(scaling),
                    String.join(", ", ROPE_SCALINGS));
        }
        range("rope.dimension_count", 0, 1 << 16, false);
        range("attention.sliding_window", 0, 0xffff_ffffL, false);
        range("attention.shared_kv_layers", 0, GgufLimits.LAYERS, false);
        range("attention.compress_ratios", 0, 1 << 16, false);
        range("full_attention_interval", 1, GgufLimits.LAYERS, false);
        for (String key : List.of("inner_size", "state_size", "group_count", "conv_kernel")) {
            range("ssm." + key, 0, 1 << 20, false);
        }
        Long rotated = whole("rope.dimension_count");
        long least = rotated == null ? 1 : rotated;
        // Rotated values are a part of each of these; the library asserts it.
        range("attention.key_length_mla", least + 1, 1 << 16, false);
        range("attention.indexer.key_length", Math.max(1, least), 1 << 16, false);
        Long streams = whole("hyper_connection.count");
        if (streams != null && streams != HYPER_CONNECTIONS) {
            throw GgufException.unsupported(
                    file,
                    "it has %d hyper-connections; llama.cpp v0.5.0 computes %d.",
                    "其超连接数为 %d，llama.cpp v0.5.0 只支持 %d。",
                    streams,
                    HYPER_CONNECTIONS);
        }
    }

    private void vocabulary() {
        String model = header.string("tokenizer.ggml.model");
        Vocabulary vocabulary = header.vocabulary();
        if (model == null || vocabulary == null || vocabulary.size() == 0 || model.equals("no_vocab")) {
            throw GgufException.corrupt(
                    file,
                    "it has no tokenizer (tokenizer.ggml.model, tokenizer.ggml.tokens).",
                    "缺少分词器（tokenizer.ggml.model、tokenizer.ggml.tokens）。");
        }
        if (vocabulary.duplicate() != null) {
            throw GgufException.corrupt(
                    file,
                    "its vocabulary has the token \"%s\" twice, at %d and %d.",
                    "词表中的词元 “%s” 出现了两次，位置为 %d 和 %d。",
                    GgufReader.printable(vocabulary.duplicate()),
                    vocabulary.first(),
                    vocabulary.second());
        }
        perToken("tokenizer.ggml.scores", vocabulary.size());
        perToken("tokenizer.ggml.token_type", vocabulary.size());
        for (String special : SPECIAL_TOKENS) {
            String key = "tokenizer.ggml." + special + "_token_id";
            Long id = header.whole(key);
            // 0xffffffff is how "none" is written into an unsigned field.
            if (id != null && id != 0xffff_ffffL && id != -1 && (id < 0 || id >= vocabulary.size())) {
                throw GgufException.corrupt(
                        file,
                        "%s is %d, but the vocabulary has %d tokens.",
                        "%s 为 %d，但词表只有 %d 个词元。",
                        key,
                        id,
                        vocabulary.size());
            }
        }
        if (model.equals("gpt2") && !(header.metadata().get("tokenizer.ggml.merges") instanceof GgufValue.Arr)) {
            throw GgufException.corrupt(
                    file,
                    "its tokenizer is byte-pair encoding without merges (tokenizer.ggml.merges).",
                    "BPE 分词器缺少合并表（tokenizer.ggml.merges）。");
        }
    }

    private void perToken(String key, int tokens) {
        GgufValue value = header.metadata().get(key);
        if (value != null && !(value instanceof GgufValue.Arr array && array.count() >= tokens)) {
            throw GgufException.corrupt(
                    file, "%s has no entry for each of the %d tokens.", "%s 的条目少于 %d 个词元。", key, tokens);
        }
    }

    private @Nullable Long whole(String key) {
        return header.whole(architecture + "." + key);
    }

    /** Holds for a single number and for one per layer. */
    private void range(String key, long least, long most, boolean required) {
        GgufValue value = header.metadata().get(architecture + "." + key);
        if (value == null && !required) {
            return;
        }
        if (value instanceof GgufValue.Whole whole) {
            if (whole.value() < least || whole.value() > most) {
                throw bad(key, whole.value(), least, most);
            }
        } else if (value instanceof GgufValue.Arr array
                && !required
                && array.elementType().isWhole()
                && array.count() <= GgufLimits.LAYERS) {
            for (GgufValue element : array.elements()) {
                // A layer without attention has zero heads.
                if (element instanceof GgufValue.Whole whole && (whole.value() < 0 || whole.value() > most)) {
                    throw bad(key, whole.value(), 0, most);
                }
            }
        } else {
            throw GgufException.corrupt(
                    file, "%s.%s is missing or no whole number.", "%s.%s 缺失或不是整数。", architecture, key);
        }
    }

    private GgufException bad(String key, long found, long least, long most) {
        return GgufException.corrupt(
                file,
                "%s.%s is %d; it must lie between %d and %d.",
                "%s.%s 为 %d，应在 %d 到 %d 之间。",
                GgufReader.printable(architecture),
                key,
                found,
                least,
                most);
    }
}
