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
    /** Beyond any model; a factor that says more is a mistake. */
    private static final int MOST_CONTEXT_TOKENS = 1 << 26;

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

    /**
     * Longest context that the model's positions reach, in tokens: where they are stretched (YaRN or linear scaling) from an
     * original length, as far as that goes, and never less than {@link #contextTokens()}.
     */
    public int longestContextTokens() {
        Long original = whole("rope.scaling.original_context_length");
        String scaling = first.string(architecture() + ".rope.scaling.type");
        if (original == null
                || original < 1
                || !("yarn".equals(scaling) || "linear".equals(scaling))
                || !(first.metadata().get(architecture() + ".rope.scaling.factor") instanceof GgufValue.Real factor)) {
            return contextTokens();
        }
        double stretched = original * factor.value();
        return stretched > contextTokens() && stretched <= MOST_CONTEXT_TOKENS ? (int) stretched : contextTokens();
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

    /** Bytes of cache for each token of context at F16, at the most; empty where the header does not tell. */
    public OptionalLong kvBytesPerToken() {
        return new KvShape(first).bytesPerToken();
    }

    /**
     * Bytes of cache and state for each sequence, however short, at F16.
     *
     * @param stepTokens most tokens computed at once
     */
    public long kvBytesPerSequence(int stepTokens) {
        return new KvShape(first).bytesPerSequence(stepTokens);
    }

    /** True where llama.cpp gives every sequence caches of its own, for a whole context, even if cells are shared: DeepSeek V4. */
    public boolean hasCompressedCaches() {
        return new KvShape(first).isCompressed();
    }

    private @Nullable Long whole(String key) {
        return first.whole(architecture() + "." + key);
    }
}
