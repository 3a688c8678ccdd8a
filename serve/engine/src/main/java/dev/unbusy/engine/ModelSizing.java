package dev.unbusy.engine;

import dev.unbusy.gguf.GgufFile;
import dev.unbusy.llama.KvType;
import dev.unbusy.scheduler.KvLayout;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens of context and how many KV cells a worker gets, and how the cells are divided. Pure: memory comes in as an
 * argument.
 *
 * @param contextTokens longest request
 * @param layout split where every request that runs at the same time can have cells for a whole context, else shared
 * @param kvCells cells for all requests together; 256 or a multiple for each that has its own
 * @param parkedCells tokens of finished requests that may be kept outside of the cells
 */
record ModelSizing(int contextTokens, KvLayout layout, int kvCells, int parkedCells) {
    /** Weights and cells must leave some memory for computing and for the rest of the machine. */
    private static final double MEMORY_SHARE = 0.9;

    /** Cells that nobody asked for may take this much; more would cost start-up time and page cache. */
    private static final Bytes UNASKED_CELLS = Bytes.gibi(2);

    /** Of what is left after weights and cells, for prefixes that nobody asked to keep. */
    private static final double PARKED_SHARE = 0.125;

    private static final Bytes COMPUTE_BUFFERS = Bytes.mebi(256);
    private static final int CELLS = WorkerConfig.CELL_MULTIPLE;

    /**
     * @param available memory a new process can get, or null if unknown: then the model's wishes count
     * @throws EngineException {@code model-larger-than-memory}, with the nearest thing that fits
     */
    static ModelSizing of(GgufFile model, WorkerConfig config, @Nullable Bytes available) {
        long cellBytes = cellBytes(model, config.kvType());
        int trained = Math.max(CELLS, model.contextTokens());
        int longest = Math.max(trained, model.longestContextTokens());
        int context = config.contextTokens() > 0 ? Math.min(config.contextTokens(), longest) : trained;
        long left = Long.MAX_VALUE;
        long most = Long.MAX_VALUE;
        if (available != null) {
            long sequences = config.parallelSequences() * model.kvBytesPerSequence(config.batchTokens());
            left = (long) (available.count() * MEMORY_SHARE)
                    - model.weightBytes()
                    - COMPUTE_BUFFERS.count()
                    - sequences;
            most = cellBytes == 0 ? Long.MAX_VALUE : left / cellBytes;
            if (model.hasCompressedCaches()) {
                most = (most / config.parallelSequences()) / CELLS * CELLS;
            }
            if (left <= 0 || most < CELLS) {
                throw tooLarge(model, available, left, cellBytes);
            }
            if (config.contextTokens() > 0 && most < context) {
                throw contextTooLarge(context, most, available);
            }
            context = (int) Math.min(context, most);
        }
        if (model.hasCompressedCaches()) {
            // The library gives each sequence caches for a whole context, and shares none.
            if (config.kvLayout() == KvLayoutChoice.SHARED) {
                throw cannotShare(model);
            }
            long whole = (long) config.parallelSequences() * padded(context);
            return new ModelSizing(context, KvLayout.SPLIT, (int) Math.min(Integer.MAX_VALUE / 2, whole), 0);
        }
        long unasked = cellBytes == 0 ? most : Math.min(most, UNASKED_CELLS.count() / cellBytes);
        KvLayout layout = layout(config, context, most, unasked);
        long wanted = layout == KvLayout.SPLIT || config.kvCells() == 0
                ? (long) config.parallelSequences() * padded(context)
                : config.kvCells();
        if (layout == KvLayout.SHARED) {
            wanted = Math.min(wanted, config.kvCells() > 0 ? most : Math.max(context, unasked));
            wanted = padded((int) Math.min(Integer.MAX_VALUE / 2, Math.max(wanted, context)));
        }
        int cells = (int) Math.min(Integer.MAX_VALUE / 2, wanted);
        return new ModelSizing(context, layout, cells, parkedCells(config, layout, cellBytes, left, cells));
    }

    private static KvLayout layout(WorkerConfig config, int context, long most, long unasked) {
        long whole = (long) config.parallelSequences() * padded(context);
        return switch (config.kvLayout()) {
            case SHARED -> KvLayout.SHARED;
            case SPLIT -> {
                if (whole > most) {
                    throw splitTooLarge(config, context, most);
                }
                yield KvLayout.SPLIT;
            }
            // A number of cells that is asked for is a pool; a context that is asked for is wanted for every request.
            case AUTO ->
                config.kvCells() == 0 && whole <= (config.contextTokens() > 0 ? most / 2 : unasked)
                        ? KvLayout.SPLIT
                        : KvLayout.SHARED;
        };
    }

    private static int parkedCells(WorkerConfig config, KvLayout layout, long cellBytes, long left, int cells) {
        if (layout == KvLayout.SHARED || cellBytes == 0) {
            return 0;
        }
        long bytes = config.prefixCacheMib() >= 0
                ? Bytes.mebi(config.prefixCacheMib()).count()
                : (long) (Math.max(0, left == Long.MAX_VALUE ? 0 : left - cells * cellBytes) * PARKED_SHARE);
        return (int) Math.min(Integer.MAX_VALUE / 2, bytes / cellBytes);
    }

    private static int padded(int tokens) {
        return Math.ceilDiv(tokens, CELLS) * CELLS;
    }

    /** Bytes of one cell, or 0 where the architecture's cells are not known. */
    private static long cellBytes(GgufFile model, KvType type) {
        // The reader counts F16; Q8_0 takes 34 bytes for 32 values.
        return type.bytes(model.kvBytesPerToken().orElse(0) / 2);
    }

    private static EngineException tooLarge(GgufFile model, Bytes available, long left, long cellBytes) {
        Bytes weights = new Bytes(model.weightBytes());
        Bytes wanted = new Bytes(weights.count() + COMPUTE_BUFFERS.count() + cellBytes * WorkerConfig.CELL_MULTIPLE);
        return new EngineException(
                "model-larger-than-memory",
                Text.of(
                        "%s needs %s (weights %s), but %s of memory is available",
                        "%s 需要 %s（其中权重 %s），而可用内存为 %s", model.path(), wanted, weights, available),
                Text.of(
                        "Take a smaller quantization or a smaller model, or free about %s",
                        "请换用更小的量化版本或更小的模型，或释放约 %s 内存", new Bytes(Math.max(0, (long) (-left / MEMORY_SHARE)))),
                null);
    }

    private static EngineException cannotShare(GgufFile model) {
        return new EngineException(
                "kv-layout-unsupported",
                Text.of(
                        "worker.kv_layout is shared, but %s (architecture %s) has compressed caches, which sequences cannot"
                                + " share",
                        "worker.kv_layout 为 shared，但 %s（架构 %s）使用压缩缓存，无法在请求之间共用", model.path(), model.architecture()),
                Text.of(
                        "Set worker.kv_layout: split or auto; fewer worker.parallel_sequences leave more context for each",
                        "请设置 worker.kv_layout: split 或 auto；减小 worker.parallel_sequences 可为每个请求留出更长的上下文"),
                null);
    }

    private static EngineException contextTooLarge(int context, long most, Bytes available) {
        return new EngineException(
                "gpu-oom-kv-cache",
                Text.of(
                        "A context of %1$d tokens does not fit: %2$s of memory is available, enough for %3$d tokens",
                        "%1$d 个 token 的上下文放不下：可用内存为 %2$s，只够 %3$d 个 token", context, available, most),
                Text.of(
                        "Use --ctx %d or less, or worker.kv_type: q8-0",
                        "请使用 --ctx %d 或更小的值，或设置 worker.kv_type: q8-0", most),
                null);
    }

    private static EngineException splitTooLarge(WorkerConfig config, int context, long most) {
        return new EngineException(
                "gpu-oom-kv-cache",
                Text.of(
                        "worker.kv_layout is split, but %1$d requests of %2$d tokens do not fit: memory is enough for %3$d"
                                + " tokens in all",
                        "worker.kv_layout 为 split，但 %1$d 个各 %2$d token 的请求放不下：内存总共只够 %3$d 个 token",
                        config.parallelSequences(),
                        context,
                        most),
                Text.of(
                        "Use --ctx %d or less, fewer worker.parallel_sequences, or worker.kv_layout: shared",
                        "请使用 --ctx %d 或更小的值，减小 worker.parallel_sequences，或设置 worker.kv_layout: shared",
                        most / config.parallelSequences()),
                null);
    }
}
