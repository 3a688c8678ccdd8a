package dev.unbusy.supervisor;

import dev.unbusy.config.Setting;

/** How the supervisor watches its workers. */
public record SupervisorConfig(
        @Setting(
                value = "1",
                min = 1,
                max = 256,
                en =
                        "Worker processes, each with a copy of the model's context; the weights are shared through the page cache.",
                zh = "工作进程数量。每个进程有独立的上下文，模型权重通过页缓存共享。")
        int workers,

        @Setting(
                value = "500",
                min = 20,
                max = 60_000,
                en = "Milliseconds between two looks at a worker's state.",
                zh = "两次查看工作进程状态的间隔（毫秒）。")
        int statusIntervalMillis,

        @Setting(
                value = "10",
                min = 1,
                max = 3600,
                en =
                        "Seconds without an answer to these looks after which a living worker counts as frozen and is replaced.",
                zh = "进程仍在但超过该秒数未应答状态查询时，视为冻结并替换。")
        int frozenAfterSeconds,

        @Setting(
                value = "60",
                min = 1,
                max = 86_400,
                en =
                        "Seconds without a finished step, while requests run or wait, after which a worker counts as wedged and is"
                                + " replaced; never before ten times what it expects of the step under way, nor, with its"
                                + " first step, before load_silence_seconds. Raise it where weights are read back from a slow"
                                + " disk.",
                zh = "有请求在运行或等待，但超过该秒数没有完成任何一步时，视为卡死并替换；不会早于当前步骤预计耗时的十倍，首个步骤也不会早于"
                        + " load_silence_seconds。若权重需从慢速磁盘重新读取，请调大。")
        int wedgedAfterSeconds,

        @Setting(
                value = "300",
                min = 1,
                max = 86_400,
                en = "Seconds without progress while a worker loads its model after which it counts as frozen.",
                zh = "加载模型时超过该秒数没有任何进展，视为冻结。")
        int loadSilenceSeconds,

        @Setting(
                value = "200",
                min = 1,
                max = 3_600_000,
                en = "Milliseconds before the first restart; each further one in a row waits twice as long.",
                zh = "首次重启前等待的毫秒数；连续重启时每次加倍。")
        int restartDelayMillis,

        @Setting(
                value = "30000",
                min = 1,
                max = 3_600_000,
                en = "Longest wait in milliseconds before a restart.",
                zh = "重启前最长等待的毫秒数。")
        int restartDelayMaxMillis,

        @Setting(
                value = "60",
                min = 1,
                max = 86_400,
                en = "Seconds of service after which earlier restarts are forgotten.",
                zh = "连续正常服务超过该秒数后，不再计入之前的重启次数。")
        int stableAfterSeconds,

        @Setting(
                value = "3",
                min = 1,
                max = 1000,
                en = "How many times in a row a worker may fail to load for the same reason before it is given up.",
                zh = "因同一原因连续加载失败多少次后放弃该工作进程。")
        int loadFailures,

        @Setting(
                value = "120",
                min = 0,
                max = 86_400,
                en = "Seconds that running answers are given to finish when the service stops.",
                zh = "服务停止时，留给正在生成的回答的最长秒数。")
        int drainSeconds) {}
