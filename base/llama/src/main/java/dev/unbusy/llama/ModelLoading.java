package dev.unbusy.llama;

import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The loading of one model, on one thread, once. */
final class ModelLoading {
    /** The tensors that abort the process when they lie in an AMX buffer; see {@link ModelOptions#hasMlaTensors()}. */
    static final String MLA_TENSORS = "blk\\.\\d+\\.attn_(k|v)_b\\.weight";

    private static final int VOCAB_TYPE_NONE = 0;

    private final LlamaLibrary library;
    private final Symbols symbols;
    private final Path file;
    private final ModelOptions options;
    private final Progress progress;
    /** Which tensors stay out of the extra buffers, as a regular expression. */
    private final @Nullable String plainTensors;

    private final Text task;
    private @Nullable Throwable progressFailure;

    ModelLoading(
            LlamaLibrary library, Path file, ModelOptions options, Progress progress, @Nullable String plainTensors) {
        this.library = library;
        this.symbols = library.symbols();
        this.file = file;
        this.options = options;
        this.progress = progress;
        this.plainTensors = plainTensors;
        Path name = file.getFileName();
        task = Text.of("Loading %s", "正在加载 %s", name == null ? file : name);
    }

    Model run() {
        ModelFile.check(file, HostMemory.limitBytes(library.backends()));
        try (Arena arena = Arena.ofConfined()) {
            long mark = library.log().mark();
            MemorySegment model = symbols.modelLoadFromFile()
                    .call(arena.allocateFrom(file.toAbsolutePath().toString()), params(arena));
            rethrowProgressFailure(model);
            List<String> logged = library.log().since(mark);
            if (model.address() == 0) {
                throw ModelFile.refused(file, library.backends().version(), logged);
            }
            NativeHandle handle = new NativeHandle("model " + file, model, symbols.modelFree()::call);
            try {
                return describe(handle);
            } catch (Throwable e) {
                handle.close();
                throw e;
            }
        }
    }

    private MemorySegment params(Arena arena) {
        MemorySegment params = symbols.modelDefaultParams().call(arena);
        Layouts.putInt(Layouts.MODEL_PARAMS, params, "n_gpu_layers", options.gpuLayers());
        Layouts.putInt(
                Layouts.MODEL_PARAMS, params, "load_mode", options.loadMode().code());
        Layouts.putBoolean(Layouts.MODEL_PARAMS, params, "use_extra_bufts", options.useExtraBuffers());
        Layouts.putBoolean(Layouts.MODEL_PARAMS, params, "vocab_only", options.vocabOnly());
        Layouts.putAddress(Layouts.MODEL_PARAMS, params, "progress_callback", progressStub(arena));
        if (plainTensors != null) {
            // Two entries, the second all zero: it ends the list.
            MemorySegment overrides = arena.allocate(Layouts.BUFT_OVERRIDE, 2);
            Layouts.putAddress(Layouts.BUFT_OVERRIDE, overrides, "pattern", arena.allocateFrom(plainTensors));
            Layouts.putAddress(Layouts.BUFT_OVERRIDE, overrides, "buft", library.plainCpuBufferType());
            Layouts.putAddress(Layouts.MODEL_PARAMS, params, "tensor_buft_overrides", overrides);
        }
        return params;
    }

    private MemorySegment progressStub(Arena arena) {
        try {
            var target = MethodHandles.lookup()
                    .findVirtual(
                            ModelLoading.class,
                            "onProgress",
                            MethodType.methodType(boolean.class, float.class, MemorySegment.class))
                    .bindTo(this);
            return Linker.nativeLinker()
                    .upcallStub(
                            target,
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_BOOLEAN, ValueLayout.JAVA_FLOAT, ValueLayout.ADDRESS),
                            arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Called by the library; false stops the loading. Nothing may escape: that would end the JVM. */
    @SuppressWarnings("unused") // called through progressStub()
    private boolean onProgress(float fraction, MemorySegment userData) {
        try {
            progress.report(task, Math.round(fraction * 1000), 1000, Progress.Unit.PERMILLE);
            return true;
        } catch (Throwable e) {
            progressFailure = e;
            return false;
        }
    }

    private void rethrowProgressFailure(MemorySegment model) {
        Throwable failure = progressFailure;
        if (failure == null) {
            return;
        }
        if (model.address() != 0) {
            symbols.modelFree().call(model);
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
    }

    private Model describe(NativeHandle handle) {
        MemorySegment model = handle.acquire();
        try {
            MemorySegment vocab = symbols.modelGetVocab().call(model);
            // The library asserts a vocabulary in most of its vocabulary functions.
            if (symbols.vocabType().call(vocab) == VOCAB_TYPE_NONE) {
                throw new LlamaException(
                        "model-without-vocabulary",
                        Text.of("%s has no tokenizer", "%s 不含分词器", file),
                        Text.of("Choose a text generation model", "请选择文本生成模型"));
            }
            return new Model(library, file, options, handle, new Vocab(symbols, handle, vocab));
        } finally {
            handle.release();
        }
    }
}
