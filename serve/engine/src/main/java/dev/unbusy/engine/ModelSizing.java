package dev.unbusy.engine;

import dev.unbusy.gguf.GgufFile;
import dev.unbusy.llama.KvType;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens of context and how many KV cells a worker gets. Pure: memory comes in as an argument.
 *
 * @param contextTokens longest request
 * @param kvCells cells for all requests together, a multiple of 256
 */
record ModelSizing(int contextTokens, int kvCells) {
    /** Weights and cells must leave some memory for computing and for the rest of the machine. */
    private static final double MEMORY_SHARE = 0.9;

    /** Cells that nobody asked for may take this much; more would cost start-up time and page cache. */
    private static final Bytes UNASKED_CELLS = Bytes.gibi(1);

    private static final Bytes COMPUTE_BUFFERS = Bytes.mebi(256);

    /**
     * @param available memory a new process can get, or null if unknown: then the model's wishes count
     * @throws EngineException {@code model-larger-than-memory}, with the nearest thing that fits
     */
    static ModelSizing of(GgufFile model, WorkerConfig config, @Nullable Bytes available) {
        long cellBytes = cellBytes(model, config.kvType());
        int trained = Math.max(CELLS, model.contextTokens());
        int context = config.contextTokens() > 0 ? Math.min(config.contextTokens(), trained) : trained;
        long cells = config.kvCells() > 0 ? config.kvCells() : (long) config.parallelSequences() * context;
        if (available != null) {
            long left = (long) (available.count() * MEMORY_SHARE) - model.weightBytes() - COMPUTE_BUFFERS.count();
            long most = cellBytes == 0 ? cells : left / cellBytes;
            if (left <= 0 || most < CELLS) {
                throw tooLarge(model, available, left, cellBytes);
            }
            if (config.contextTokens() > 0 && most < context) {
                throw contextTooLarge(context, most, available);
            }
            context = (int) Math.min(context, most);
            cells = Math.min(cells, most);
        }
        if (config.kvCells() == 0 && cellBytes > 0) {
            cells = Math.min(cells, Math.max(context, UNASKED_CELLS.count() / cellBytes));
        }
        int rounded =
                (int) Math.min(Integer.MAX_VALUE / 2, Math.ceilDiv(Math.max(cells, context), (long) CELLS) * CELLS);
        return new ModelSizing(context, rounded);
    }

    private static final int CELLS = WorkerConfig.CELL_MULTIPLE;

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
}
