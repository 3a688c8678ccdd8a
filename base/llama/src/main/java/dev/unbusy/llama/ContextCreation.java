package dev.unbusy.llama;

import dev.unbusy.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Checks context options against a model, and makes the native context. */
final class ContextCreation {
    /**
     * The C library's strlen, used as the abort callback: on a flag of two bytes, the second zero, it returns 1 or 0,
     * which is {@code bool (*)(void *)} without a call back into Java. The flag is read some hundred times a decode.
     */
    private static final MemorySegment STRLEN =
            Linker.nativeLinker().defaultLookup().find("strlen").orElseThrow();

    private ContextCreation() {}

    static Context create(Model model, ContextOptions options) {
        if (!model.generates()) {
            throw new LlamaException(
                    "model-does-not-generate",
                    Text.of("%s does not generate text token by token", "%s 不能逐词元生成文本", model.file()),
                    Text.of("Choose a text generation model", "请选择文本生成模型"));
        }
        refuseIfTooLarge(model, options);
        Symbols symbols = model.library().symbols();
        AbortFlag abort = new AbortFlag();
        MemorySegment nativeModel = model.handle().acquire();
        boolean done = false;
        try (Arena arena = Arena.ofConfined()) {
            long mark = model.library().log().mark();
            MemorySegment context = symbols.initFromModel().call(nativeModel, params(symbols, options, abort, arena));
            if (context.address() == 0) {
                throw refused(model, model.library().log().since(mark));
            }
            ComputeThreads threads;
            try {
                threads = ComputeThreads.start(symbols, Math.max(options.threads(), options.batchThreads()));
            } catch (RuntimeException e) {
                symbols.free().call(context);
                throw e;
            }
            threads.attach(symbols, context);
            Context result = new Context(model, context, options, abort, threads);
            done = true;
            return result;
        } finally {
            if (!done) {
                model.handle().release();
            }
        }
    }

    private static MemorySegment params(Symbols symbols, ContextOptions options, AbortFlag abort, Arena arena) {
        MemorySegment params = symbols.contextDefaultParams().call(arena);
        putInt(params, "n_ctx", options.contextTokens());
        putInt(params, "n_batch", options.batchTokens());
        putInt(params, "n_ubatch", options.microBatchTokens());
        putInt(params, "n_seq_max", options.maxSequences());
        putInt(params, "n_outputs_max", options.maxOutputs());
        // Only matters with samplers inside the library, which are not used; 0 is "as many as n_outputs_max".
        putInt(params, "n_outputs_max_per_seq", 0);
        // LLAMA_POOLING_TYPE_NONE whatever the file says: hidden states are pooled by the caller, over several batches.
        putInt(params, "pooling_type", 0);
        putInt(params, "n_threads", options.threads());
        putInt(params, "n_threads_batch", options.batchThreads());
        putInt(params, "type_k", options.keys().ggmlType());
        putInt(params, "type_v", options.values().ggmlType());
        Layouts.putAddress(Layouts.CONTEXT_PARAMS, params, "abort_callback", STRLEN);
        Layouts.putAddress(Layouts.CONTEXT_PARAMS, params, "abort_callback_data", abort.pointer());
        // Windows as large as the context would not make sequences fit to be cut: what has left the window is still
        // written over, and left out of saved states.
        Layouts.putBoolean(Layouts.CONTEXT_PARAMS, params, "swa_full", false);
        Layouts.putBoolean(Layouts.CONTEXT_PARAMS, params, "kv_unified", options.sharedCells());
        return params;
    }

    private static void putInt(MemorySegment params, String field, int value) {
        Layouts.putInt(Layouts.CONTEXT_PARAMS, params, field, value);
    }

    /**
     * The library allocates without asking whether the memory is there, and the system then kills the process. The
     * estimate is a lower bound, so nothing that fits is refused.
     */
    private static void refuseIfTooLarge(Model model, ContextOptions options) {
        OptionalLong perToken = kvBytesPerToken(model, options);
        if (perToken.isEmpty()) {
            return;
        }
        long limit = HostMemory.limitBytes(model.library().backends());
        double need = (double) perToken.getAsLong() * options.contextTokens();
        if (need > limit) {
            throw new LlamaException(
                    "kv-cache-larger-than-memory",
                    Text.of(
                            "A context of %d tokens needs at least %s for its KV cache; this machine has %s",
                            "%d 个词元的上下文至少需要 %s 的 KV 缓存，而本机内存为 %s",
                            options.contextTokens(),
                            ModelFile.gib((long) need),
                            ModelFile.gib(limit)),
                    Text.of("Choose a shorter context: --ctx N", "请缩短上下文：--ctx N"));
        }
    }

    /** At least this much; empty where the header does not tell or layers keep a state or a window of fixed size. */
    static OptionalLong kvBytesPerToken(Model model, ContextOptions options) {
        if (model.isRecurrent() || model.slidingWindow() > 0 || model.headCount() <= 0) {
            return OptionalLong.empty();
        }
        String prefix = model.architecture() + ".attention.";
        int plainHead = model.embeddingLength() / model.headCount();
        long key = number(model.metadata(prefix + "key_length"), plainHead);
        long value = number(model.metadata(prefix + "value_length"), plainHead);
        boolean mla = model.metadata(prefix + "key_length_mla") != null;
        long layerKeys = options.keys().bytes(key * model.kvHeadCount());
        // MLA keeps one latent vector that serves as key and value.
        long layerValues = mla ? 0 : options.values().bytes(value * model.kvHeadCount());
        return OptionalLong.of((layerKeys + layerValues) * model.layerCount());
    }

    private static long number(@Nullable String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static LlamaException refused(Model model, List<String> logged) {
        String why = logged.isEmpty() ? "no reason given" : String.join("; ", logged);
        return new LlamaException(
                "context-refused",
                Text.of("The native library refused a context for %s: %s", "本地库无法为 %s 创建上下文：%s", model.file(), why),
                Text.of("Choose a shorter context (--ctx N) or another KV cache type", "请缩短上下文（--ctx N）或更换 KV 缓存类型"));
    }
}
