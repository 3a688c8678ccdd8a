package dev.unbusy.metrics;

import java.util.List;

/**
 * Every metric that Unbusy exports: the one list that the code, the reference page and the dashboards share. Names follow
 * Prometheus: {@code unbusy_} + what + unit; counters get {@code _total} from the exporter.
 */
public enum Metric {
    WORKER_RESTARTS(
            Kind.COUNTER,
            "unbusy_worker_restarts",
            "Restarts of worker processes, by worker and reason",
            "工作进程的重启次数，按工作进程和原因统计",
            "worker",
            "reason"),
    WORKERS(Kind.GAUGE, "unbusy_workers", "Workers of this machine by state", "本机工作进程数，按状态统计", "state"),
    BUILD_INFO(Kind.GAUGE, "unbusy_build", "1, with the version as label", "恒为 1，版本见标签", "version", "role"),

    GATEWAY_REQUESTS(
            Kind.COUNTER,
            "unbusy_gateway_requests",
            "Requests answered, by route, status and how they ended",
            "已结束的请求数，按路由、状态码和结果统计",
            "route",
            "status",
            "outcome"),
    GATEWAY_REQUEST_SECONDS(
            Kind.SECONDS,
            "unbusy_gateway_request_seconds",
            "Time from a completion request's arrival to the end of its answer",
            "补全请求从到达到应答结束的时间",
            "route"),
    GATEWAY_FIRST_BYTE_SECONDS(
            Kind.SECONDS,
            "unbusy_gateway_first_byte_seconds",
            "Time from a completion request's arrival to the first of its answer",
            "补全请求从到达到首个应答数据的时间",
            "route"),
    GATEWAY_QUEUE_SECONDS(
            Kind.SECONDS,
            "unbusy_gateway_queue_seconds",
            "Time from a completion request's arrival to its first dispatch to a worker",
            "补全请求从到达到首次分派给工作进程的时间"),
    GATEWAY_WAITING(Kind.GAUGE, "unbusy_gateway_waiting", "Requests that wait for a worker", "正在等待工作进程的请求数"),
    GATEWAY_WAITING_WORK(
            Kind.GAUGE,
            "unbusy_gateway_waiting_work_seconds",
            "Estimated worker time of the requests that wait: what a scaler should look at",
            "排队请求预计需要的工作进程时间（秒）：扩缩容应依据的指标"),
    LEDGER_FAILING(
            Kind.GAUGE,
            "unbusy_ledger_failing",
            "1 while usage cannot be written to the database or its journal; it is kept and written later",
            "用量暂时无法写入数据库或日志时为 1；数据会保留并稍后写入"),
    LEDGER_IN_MEMORY(
            Kind.GAUGE,
            "unbusy_ledger_in_memory_records",
            "Usage records that wait in memory since no journal file could be made; a killed process loses them",
            "因无法创建日志文件而暂存于内存的用量记录数；进程被强制终止时会丢失"),
    LEDGER_LOST(
            Kind.GAUGE,
            "unbusy_ledger_lost_records",
            "Usage records lost since the start, for lack of room both on disk and in memory",
            "启动以来因磁盘和内存均无空间而丢失的用量记录数"),
    GATEWAY_PRICE_ERROR(
            Kind.SIZES,
            "unbusy_gateway_price_error_percent",
            "How far off the estimated tokens of a request were, in percent of the actual ones, by part: prompt, output",
            "请求 token 数的估计误差，占实际值的百分比，按部分：prompt（提示词）、output（输出）",
            "part"),
    GATEWAY_RUNNING(
            Kind.GAUGE,
            "unbusy_gateway_running",
            "Requests dispatched to a worker and not finished",
            "已分派给工作进程、尚未结束的请求数"),
    GATEWAY_OPEN_STREAMS(
            Kind.GAUGE,
            "unbusy_gateway_open_streams",
            "Completion requests whose client is connected and whose answer is not finished",
            "客户端仍连接且应答尚未结束的补全请求数"),
    GATEWAY_CONNECTIONS(
            Kind.GAUGE,
            "unbusy_gateway_connections",
            "Open connections of clients, idle ones included",
            "客户端连接数（含空闲连接）"),
    GATEWAY_BODY_BYTES(
            Kind.GAUGE,
            "unbusy_gateway_body_bytes",
            "Bytes of request bodies in memory: those being received, waiting, or without an answer yet (max_bodies)",
            "内存中请求体的字节数：正在接收、等待中或尚未开始应答的请求（上限为 max_bodies）"),
    GATEWAY_WORKER_CONNECTIONS(
            Kind.GAUGE,
            "unbusy_gateway_worker_connections",
            "Open connections to workers, idle ones included",
            "与工作进程的连接数（含空闲连接）"),
    GATEWAY_RELAYED_EVENTS(
            Kind.COUNTER,
            "unbusy_gateway_relayed_events",
            "Server-sent events relayed, without comments and end marks",
            "已转发的服务器发送事件数（不含注释和结束标记）"),
    GATEWAY_TOKENS(
            Kind.COUNTER,
            "unbusy_gateway_tokens",
            "Tokens that workers reported as usage, by kind: prompt, completion, cached (of the prompt)",
            "工作进程在 usage 中报告的 token 数，按种类：prompt、completion、cached（提示词中命中缓存的部分）",
            "kind"),
    GATEWAY_RETRIES(
            Kind.COUNTER,
            "unbusy_gateway_retries",
            "Attempts that failed before the answer had begun and were tried again, by reason",
            "在应答开始之前失败并重试的次数，按原因统计",
            "reason"),
    GATEWAY_CONTINUATIONS(
            Kind.COUNTER,
            "unbusy_gateway_continuations",
            "Streams whose worker was lost and that were to go on at another worker, by reason of the loss",
            "因工作进程丢失而转由其他工作进程继续的流数，按丢失原因统计",
            "reason"),
    GATEWAY_DISCONNECTS(
            Kind.COUNTER,
            "unbusy_gateway_disconnects",
            "Clients that left before the end of their answer, by stage and reason (slow_reader: they stopped reading)",
            "在应答结束之前断开的客户端数，按阶段和原因统计（slow_reader：停止读取）",
            "stage",
            "reason"),

    WORKER_STEP_SECONDS(Kind.SECONDS, "unbusy_worker_step_seconds", "Duration of one engine step", "引擎单个步骤的耗时"),
    WORKER_STEP_TOKENS(
            Kind.SIZES, "unbusy_worker_step_tokens", "Tokens computed in one engine step", "引擎单个步骤计算的 token 数"),
    WORKER_FIRST_TOKEN_SECONDS(
            Kind.SECONDS,
            "unbusy_worker_first_token_seconds",
            "Time from a request's arrival in the engine to its first token (TTFT)",
            "请求到达引擎至生成首个 token 的时间（TTFT）"),
    WORKER_BETWEEN_TOKENS_SECONDS(
            Kind.SECONDS,
            "unbusy_worker_between_tokens_seconds",
            "Time between two tokens of one answer (ITL); the upper end shows stalls caused by neighbours",
            "同一回答两个 token 之间的时间（ITL），高位反映相邻请求造成的停顿"),
    WORKER_TOKENS(
            Kind.COUNTER,
            "unbusy_worker_tokens",
            "Tokens by kind: prompt, cached (of the prompt), completion",
            "按种类统计的 token 数：prompt、cached（提示词中命中缓存的部分）、completion",
            "kind"),
    WORKER_CANCELLED(
            Kind.COUNTER, "unbusy_worker_cancelled", "Requests taken back, by reason", "被取消的请求数，按原因统计", "reason"),
    WORKER_RUNNING(Kind.GAUGE, "unbusy_worker_running", "Answers being computed", "正在计算的回答数"),
    WORKER_WAITING(Kind.GAUGE, "unbusy_worker_waiting", "Answers that wait inside the worker", "在工作进程内等待的回答数"),
    WORKER_KV_CELLS(Kind.GAUGE, "unbusy_worker_kv_cells", "KV cells in all", "KV 单元总数"),
    WORKER_KV_CELLS_FREE(
            Kind.GAUGE,
            "unbusy_worker_kv_cells_free",
            "KV cells that are free or hold only reusable prefixes",
            "空闲或仅存放可复用前缀的 KV 单元数"),
    WORKER_KV_CELLS_EMPTY(Kind.GAUGE, "unbusy_worker_kv_cells_empty", "KV cells that hold nothing", "未存放任何内容的 KV 单元数"),
    WORKER_STEPS(
            Kind.GAUGE,
            "unbusy_worker_steps",
            "Engine steps ended since start; standing still while answers run or wait means wedged",
            "自启动以来结束的引擎步骤数；有回答在运行或等待而该值不变，表示卡死"),
    WORKER_STEP_RUNNING_SECONDS(
            Kind.GAUGE,
            "unbusy_worker_step_running_seconds",
            "How long the engine step under way has taken so far, 0 where none is",
            "当前引擎步骤已运行的时间；没有步骤在运行时为 0"),
    WORKER_STEP_EXPECTED_SECONDS(
            Kind.GAUGE,
            "unbusy_worker_step_expected_seconds",
            "What the engine step under way should stay within, by what earlier ones cost",
            "根据以往步骤的耗时，当前引擎步骤预计不超过的时间"),
    WORKER_DECODE_RATE(
            Kind.GAUGE,
            "unbusy_worker_decode_tokens_per_second",
            "Tokens generated per second, over the last ten seconds of steps without prompts",
            "每秒生成的 token 数，取最近十秒不含提示词的步骤"),
    WORKER_PREFILL_RATE(
            Kind.GAUGE,
            "unbusy_worker_prefill_tokens_per_second",
            "Prompt tokens computed per second, over the last ten seconds of steps with prompts",
            "每秒计算的提示词 token 数，取最近十秒含提示词的步骤"),
    WORKER_WORST_STALL_SECONDS(
            Kind.GAUGE,
            "unbusy_worker_worst_stall_seconds",
            "Longest that neighbours kept an answer from its next token, in the last one to two minutes (max_stall_millis)",
            "最近一到两分钟内，回答因相邻请求而等待下一个 token 的最长时间（上限为 max_stall_millis）"),
    WORKER_P99_STALL_SECONDS(
            Kind.GAUGE,
            "unbusy_worker_p99_stall_seconds",
            "What 99 % of all tokens were kept waiting less than by neighbours, in the last one to two minutes",
            "最近一到两分钟内，99 % 的 token 因相邻请求而等待的时间不超过此值"),
    WORKER_PREEMPTIONS(
            Kind.GAUGE,
            "unbusy_worker_preemptions",
            "Answers that gave their KV cells to others and went on later, since start",
            "自启动以来，让出 KV 单元、稍后继续的回答次数"),
    WORKER_GUESSES(
            Kind.COUNTER,
            "unbusy_worker_guesses",
            "Guessed tokens that were checked (speculation), by outcome: accepted, rejected",
            "已验证的猜测 token 数（推测解码），按结果：accepted、rejected",
            "outcome"),
    WORKER_WASTED_SECONDS(
            Kind.COUNTER,
            "unbusy_worker_wasted_seconds",
            "Time computed for clients that were already gone",
            "为已断开的客户端所花费的计算时间");

    /** What a metric's value does over time. */
    public enum Kind {
        /** Only grows. */
        COUNTER,
        /** Goes up and down; read when scraped. */
        GAUGE,
        /** Distribution of seconds. */
        SECONDS,
        /** Distribution of counts (tokens, bytes). */
        SIZES
    }

    private final Kind kind;
    private final String id;
    private final String en;
    private final String zh;
    // List.of is immutable; the checker sees only the interface.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> labels;

    Metric(Kind kind, String id, String en, String zh, String... labels) {
        this.kind = kind;
        this.id = id;
        this.en = en;
        this.zh = zh;
        this.labels = List.of(labels);
    }

    public Kind kind() {
        return kind;
    }

    /** Name in the exposition without the exporter's suffixes. */
    public String id() {
        return id;
    }

    public String english() {
        return en;
    }

    public String chinese() {
        return zh;
    }

    /** Label names in the order in which {@link Metrics} takes their values. */
    public List<String> labels() {
        return labels;
    }
}
