package dev.unbusy.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model: weights and tokenizer. Immutable and thread-safe. It may be closed before its contexts: the weights are
 * freed when the last of them is closed.
 */
public final class Model implements AutoCloseable {
    private final LlamaLibrary library;
    private final Symbols symbols;
    private final Path file;
    private final ModelOptions options;
    private final NativeHandle handle;
    private final Vocab vocab;
    private final String description;
    private final String architecture;
    private final @Nullable String chatTemplate;
    private final long sizeBytes;
    private final long parameterCount;
    private final int trainedContextTokens;
    private final int embeddingLength;
    private final int hiddenLength;
    private final int layerCount;
    private final int headCount;
    private final int kvHeadCount;
    private final int slidingWindow;
    private final boolean generates;
    private final boolean recurrent;

    Model(LlamaLibrary library, Path file, ModelOptions options, NativeHandle handle, Vocab vocab) {
        this.library = library;
        this.symbols = library.symbols();
        this.file = file;
        this.options = options;
        this.handle = handle;
        this.vocab = vocab;
        MemorySegment model = handle.acquire();
        try {
            String desc = Strings.written((buffer, size) -> symbols.modelDesc().call(model, buffer, size));
            description = desc == null ? "" : desc;
            String arch = metadata("general.architecture");
            architecture = arch == null ? "unknown" : arch;
            chatTemplate = Strings.readOrNull(symbols.modelChatTemplate().call(model, MemorySegment.NULL));
            sizeBytes = symbols.modelSize().call(model);
            parameterCount = symbols.modelNParams().call(model);
            trainedContextTokens = symbols.modelNCtxTrain().call(model);
            embeddingLength = symbols.modelNEmbd().call(model);
            hiddenLength = symbols.modelNEmbdOut().call(model);
            layerCount = symbols.modelNLayer().call(model);
            // The library aborts the process when asked for the heads of layer 0 of a model without layers.
            headCount = layerCount == 0 ? 0 : symbols.modelNHead().call(model);
            kvHeadCount = layerCount == 0 ? 0 : symbols.modelNHeadKv().call(model);
            slidingWindow = symbols.modelNSwa().call(model);
            recurrent = symbols.modelIsRecurrent().call(model)
                    || symbols.modelIsHybrid().call(model);
            generates = symbols.modelHasDecoder().call(model)
                    && !symbols.modelHasEncoder().call(model)
                    && !symbols.modelIsDiffusion().call(model);
        } finally {
            handle.release();
        }
    }

    public Vocab vocab() {
        return vocab;
    }

    public Path file() {
        return file;
    }

    /** What the library calls it, for instance {@code llama 135M Q4_1}. */
    public String description() {
        return description;
    }

    /** As in the file, for instance {@code deepseek2}; {@code unknown} if the file does not say. */
    public String architecture() {
        return architecture;
    }

    /** The template of the model's authors (Jinja), or null if the file has none. */
    public @Nullable String chatTemplate() {
        return chatTemplate;
    }

    /** A template for one purpose, for instance {@code tool_use}, or null if the file has none of that name. */
    public @Nullable String chatTemplate(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment model = handle.acquire();
            try {
                return Strings.readOrNull(symbols.modelChatTemplate().call(model, arena.allocateFrom(name)));
            } finally {
                handle.release();
            }
        }
    }

    /** One value of the file's header as text, or null if there is none; arrays cannot be read this way. */
    public @Nullable String metadata(String key) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment model = handle.acquire();
            try {
                MemorySegment name = arena.allocateFrom(key);
                return Strings.written(
                        (buffer, size) -> symbols.modelMetaValStr().call(model, name, buffer, size));
            } finally {
                handle.release();
            }
        }
    }

    /** Size of all tensors. */
    public long sizeBytes() {
        return sizeBytes;
    }

    public long parameterCount() {
        return parameterCount;
    }

    /** Longest text the model was trained on. */
    public int trainedContextTokens() {
        return trainedContextTokens;
    }

    public int embeddingLength() {
        return embeddingLength;
    }

    /**
     * Whether {@link Context#decodeHidden} is possible. Where the library calls a token's state longer than it is
     * (deepseek4, whose layers hand several on), it would read beyond it and end the process.
     */
    public boolean tellsHiddenStates() {
        return hiddenLength == embeddingLength;
    }

    public int layerCount() {
        return layerCount;
    }

    public int headCount() {
        return headCount;
    }

    public int kvHeadCount() {
        return kvHeadCount;
    }

    /**
     * Tokens that layers with a sliding window look back, 0 if no layer has one. What has left the window is forgotten: a
     * sequence cannot be cut back to where it would be needed again.
     */
    public int slidingWindow() {
        return slidingWindow;
    }

    /** Whether it keeps a state instead of a KV cache, wholly or in part: such a state cannot be cut at a position. */
    public boolean isRecurrent() {
        return recurrent;
    }

    /**
     * Makes a context, owned by the calling thread.
     *
     * @throws LlamaException if the model does not generate text, or its KV cache cannot fit the memory
     */
    public Context newContext(ContextOptions contextOptions) {
        return ContextCreation.create(this, contextOptions);
    }

    LlamaLibrary library() {
        return library;
    }

    NativeHandle handle() {
        return handle;
    }

    ModelOptions options() {
        return options;
    }

    /** Whether it generates text token by token; encoder-decoder and diffusion models do not. */
    public boolean generates() {
        return generates && !options.vocabOnly();
    }

    /** Frees the weights as soon as no context uses them; a second call does nothing. */
    @Override
    public void close() {
        handle.close();
    }
}
