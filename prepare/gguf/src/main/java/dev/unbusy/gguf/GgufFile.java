package dev.unbusy.gguf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A model in GGUF form, of one file or several parts, whose headers were read and found fit to be loaded. Immutable; keeps
 * no file open. The tensor data itself is not looked at.
 */
public final class GgufFile {
    private final GgufHeader first;
    private final List<GgufHeader> parts;
    private final List<GgufTensor> tensors = new ArrayList<>();

    private GgufFile(List<GgufHeader> parts) {
        this.first = parts.getFirst();
        this.parts = parts;
        parts.forEach(part -> tensors.addAll(part.tensors()));
    }

    /**
     * Reads and checks a model.
     *
     * @param file the file, or the first part of a split model
     * @throws GgufException if libllama could not load it, or would end the process trying
     */
    public static GgufFile read(Path file) {
        GgufHeader header = GgufReader.read(file);
        GgufFile model = new GgufFile(GgufParts.gather(header));
        GgufChecks.check(header);
        return model;
    }

    public Path path() {
        return first.file();
    }

    /** All files of the model, the first part first. */
    public List<Path> files() {
        return parts.stream().map(GgufHeader::file).toList();
    }

    public int version() {
        return first.version();
    }

    /** Metadata of the first part, by key. */
    public Map<String, GgufValue> metadata() {
        return Collections.unmodifiableMap(first.metadata());
    }

    /** Tensors of all parts. */
    public List<GgufTensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    /** Size that the files have, together. */
    public long fileBytes() {
        return parts.stream().mapToLong(GgufHeader::fileBytes).sum();
    }

    /** Size that the headers ask for, together; never above {@link #fileBytes()}. */
    public long impliedBytes() {
        return parts.stream().mapToLong(GgufHeader::impliedBytes).sum();
    }

    /** {@code qwen2}, {@code llama}, {@code deepseek2} … */
    public String architecture() {
        return String.valueOf(first.string("general.architecture"));
    }

    public @Nullable String name() {
        return first.string("general.name");
    }

    /** The Jinja source, or null if the file has none. */
    public @Nullable String chatTemplate() {
        return first.string("tokenizer.chat_template");
    }

    /** Longest context the model was trained for, in tokens. */
    public int contextTokens() {
        Long length = whole("context_length");
        return length == null ? 0 : Math.toIntExact(length);
    }

    public int vocabularySize() {
        Vocabulary vocabulary = first.vocabulary();
        return vocabulary == null ? 0 : vocabulary.size();
    }

    /** {@code Q4_K_M}, or null if the header does not say. */
    public @Nullable String quantization() {
        Long fileType = first.whole("general.file_type");
        return fileType == null ? null : FileTypes.name(fileType);
    }

    /** Numbers in all tensors. */
    public long parameterCount() {
        return tensors.stream().mapToLong(GgufTensor::elements).sum();
    }

    /** Bytes of all tensors: what the weights take in memory. */
    public long weightBytes() {
        return tensors.stream().mapToLong(GgufTensor::bytes).sum();
    }

    /**
     * True for multi-head latent attention with split key and value projections ({@code attn_k_b}): DeepSeek V2, V3, R1.
     * Those tensors must be kept out of the AMX buffers, or llama.cpp aborts.
     */
    public boolean hasLatentAttention() {
        return tensors.stream().anyMatch(tensor -> tensor.name().contains(".attn_k_b."));
    }

    /**
     * Bytes of KV cache per token of context at F16, for plain grouped-query attention: layers × KV heads × (key length +
     * value length) × 2. Empty for what caches differently: latent attention, sliding windows, recurrent layers.
     */
    public OptionalLong kvBytesPerToken() {
        Long layers = whole("block_count");
        if (layers == null
                || hasLatentAttention()
                || has("attention.kv_lora_rank")
                || has("attention.sliding_window")
                || first.metadata().keySet().stream().anyMatch(key -> key.startsWith(architecture() + ".ssm."))) {
            return OptionalLong.empty();
        }
        long total = 0;
        for (int layer = 0; layer < layers; layer++) {
            OptionalLong heads = perLayer("attention.head_count", layer);
            OptionalLong kvHeads = perLayer("attention.head_count_kv", layer);
            Long embedding = whole("embedding_length");
            if (heads.isEmpty() || embedding == null || heads.getAsLong() == 0) {
                return OptionalLong.empty();
            }
            long headLength = embedding / heads.getAsLong();
            long keys = perLayer("attention.key_length", layer).orElse(headLength);
            long values = perLayer("attention.value_length", layer).orElse(headLength);
            total += kvHeads.orElse(heads.getAsLong()) * (keys + values) * 2;
        }
        return OptionalLong.of(total);
    }

    private boolean has(String key) {
        return first.metadata().containsKey(architecture() + "." + key);
    }

    private @Nullable Long whole(String key) {
        return first.whole(architecture() + "." + key);
    }

    private OptionalLong perLayer(String key, int layer) {
        return switch (first.metadata().get(architecture() + "." + key)) {
            case GgufValue.Whole whole -> OptionalLong.of(whole.value());
            case GgufValue.Arr array
            when layer < array.elements().size() && array.elements().get(layer) instanceof GgufValue.Whole whole ->
                OptionalLong.of(whole.value());
            case null, default -> OptionalLong.empty();
        };
    }
}
