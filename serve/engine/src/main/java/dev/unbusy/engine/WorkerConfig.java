package dev.unbusy.engine;

import dev.unbusy.config.Setting;
import dev.unbusy.llama.KvType;
import dev.unbusy.scheduler.Speculation;

/** Section {@code worker} of the configuration file: how one worker process computes and answers. */
public record WorkerConfig(
        @Setting(
                value = "8",
                min = 1,
                max = 128,
                en = "Requests that one worker computes at the same time; more wait.",
                zh = "单个工作进程同时计算的请求数，超出的请求排队等待。")
        int parallelSequences,

        @Setting(
                value = "0",
                min = 0,
                max = 16_777_216,
                en = "Longest request in tokens, prompt and answer together. 0: what the model was trained for, as far"
                        + " as memory allows.",
                zh = "单个请求的最大长度（提示词与回答合计，单位 token）。0 表示在内存允许的范围内取模型的训练长度。")
        int contextTokens,

        @Setting(
                value = "0",
                min = 0,
                max = 16_777_216,
                en = "KV cells of the shared layout, one per token. 0: chosen from the memory that is available.",
                zh = "共享布局下的 KV 单元数，每个 token 占一个。0 表示根据可用内存自动选择。")
        int kvCells,

        @Setting(
                value = "auto",
                en =
                        "How KV cells are divided. split: each request has a whole context of its own, which is faster; shared:"
                                + " all take from one pool, which needs less memory; auto: split where memory allows.",
                zh = "KV 单元的分配方式。split：每个请求独占一份完整上下文，速度更快；shared：所有请求共用一个池，" + "占用内存更少；auto：内存允许时使用 split。")
        KvLayoutChoice kvLayout,

        @Setting(
                value = "-1",
                min = -1,
                max = 16_777_216,
                en =
                        "Memory in MiB in which the split layout keeps prompts and answers for reuse, beside the KV cells. -1: an"
                                + " eighth of what is left.",
                zh = "split 布局在 KV 单元之外用于保留提示词与回答以供复用的内存（MiB）。-1 表示剩余内存的八分之一。")
        int prefixCacheMib,

        @Setting(
                value = "0",
                min = 0,
                max = 512,
                en = "Threads that compute. 0: the physical cores that this process may use.",
                zh = "计算线程数。0 表示使用本进程可用的物理核心数。")
        int threads,

        @Setting(value = "512", min = 32, max = 8_192, en = "Most tokens of one step.", zh = "单个步骤处理的最大 token 数。")
        int batchTokens,

        @Setting(
                value = "250",
                min = 10,
                max = 60_000,
                en =
                        "Longest wait in milliseconds between two tokens of an answer that a neighbour's prompt may cause.",
                zh = "因相邻请求的提示词处理而导致某个回答两个 token 之间等待的上限（毫秒）。")
        int maxStallMillis,

        @Setting(
                value = "auto",
                en =
                        "Whether tokens are guessed from what was said before and several checked in one step, which speeds up"
                                + " texts that repeat themselves. Answers are the same. auto: where measured times say that it"
                                + " pays; off: never; always: even where it does not pay.",
                zh = "是否根据已有文本猜测 token，并在一个步骤中验证多个，以加快重复性文本的生成；回答内容不变。" + "auto：实测划算时启用；off：不启用；always：即使不划算也启用。")
        Speculation speculation,

        @Setting(
                value = "f16",
                en = "Type of the KV cache: f16, or q8-0 for half the memory.",
                zh = "KV 缓存类型：f16，或占用一半内存的 q8-0。")
        KvType kvType,

        @Setting(
                value = "-1",
                min = -1,
                max = 1_000,
                en = "Layers computed on the GPU. -1: all.",
                zh = "放在 GPU 上计算的层数。-1 表示全部。")
        int gpuLayers,

        @Setting(
                value = "1024",
                min = 1,
                max = 1_000_000,
                en = "Most requests that wait in one worker; the next is told to try elsewhere.",
                zh = "单个工作进程中等待的最大请求数，超出的请求会被告知改投他处。")
        int maxWaiting,

        @Setting(
                value = "5",
                min = 1,
                max = 600,
                en = "Seconds between two comments that keep a silent stream open.",
                zh = "静默的流式响应中两次保活注释之间的秒数。")
        int keepAliveSeconds,

        @Setting(
                value = "120",
                min = 0,
                max = 3_600,
                en = "Seconds that running answers may take to finish when the worker is told to stop.",
                zh = "工作进程收到停止指令后，允许正在进行的回答完成的秒数。")
        int drainSeconds) {

    /** KV cells are multiples of this inside the library. */
    static final int CELL_MULTIPLE = 256;

    public WorkerConfig withContextTokens(int tokens) {
        return new WorkerConfig(
                parallelSequences,
                tokens,
                kvCells,
                kvLayout,
                prefixCacheMib,
                threads,
                batchTokens,
                maxStallMillis,
                speculation,
                kvType,
                gpuLayers,
                maxWaiting,
                keepAliveSeconds,
                drainSeconds);
    }
}
