package dev.unbusy.gateway;

import dev.unbusy.config.Setting;
import dev.unbusy.routing.RoutingPolicy;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.List;
import java.util.Map;

/** The gateway's settings. */
public record GatewayConfig(
        @Setting(
                value = "127.0.0.1",
                en = "Address to listen on. Only loopback addresses are allowed while there are no API keys.",
                zh = "监听地址。在还没有 API 密钥之前，只允许回环地址。")
        String host,

        @Setting(
                value = "8080",
                en = "Port to listen on; 0 takes any free one.",
                zh = "监听端口；0 表示任选一个空闲端口。",
                min = 0,
                max = 65535)
        int port,

        @Setting(
                value = "0",
                en = "Event loop threads; 0 is one per processor.",
                zh = "事件循环线程数；0 表示每个处理器一个。",
                min = 0,
                max = 1024)
        int eventLoops,

        @Setting(
                value = "",
                en = "Further host names under which clients reach this gateway, for instance that of a reverse proxy."
                        + " Requests with any other Host header are refused (protection against DNS rebinding).",
                zh = "客户端访问本网关时使用的其他主机名，例如反向代理的主机名。Host 头为其他值的请求会被拒绝（防止 DNS 重绑定攻击）。")
        List<String> allowedHosts,

        @Setting(
                value = "",
                en = "Origins of web pages that may call this gateway from a browser (CORS), for instance"
                        + " https://chat.example.com. None by default.",
                zh = "允许从浏览器跨域（CORS）调用本网关的网页来源，例如 https://chat.example.com。默认不允许。")
        List<String> corsOrigins,

        @Setting(
                value = "",
                en = "Further model names: name asked for = name of the served model.",
                zh = "额外的模型名称：请求中的名称 = 实际提供服务的模型名称。")
        Map<String, String> modelAliases,

        @Setting(
                value = "",
                en = "Requests a minute that a model takes of all callers together: name of the served model = number.",
                zh = "各模型每分钟接受的请求总数：所提供模型的名称 = 数量。")
        Map<String, String> modelRequestsPerMinute,

        @Setting(
                value = "",
                en =
                        "Tokens a minute, of prompts and answers, that all callers together may use of a model: name = number.",
                zh = "各模型每分钟可供所有调用方使用的 token 总数（提示词与应答合计）：模型名称 = 数量。")
        Map<String, String> modelTokensPerMinute,

        @Setting(
                value = "",
                en =
                        "Requests for a model that may be under way at the same time, waiting ones included: name = number.",
                zh = "各模型可同时处理（含排队中）的请求数：模型名称 = 数量。")
        Map<String, String> modelConcurrency,

        @Setting(
                value = "false",
                en =
                        "Whether /metrics asks for no key where other paths do. Metrics name models and workers, never keys"
                                + " or tenants.",
                zh = "在其他路径需要密钥时，/metrics 是否仍无需密钥。指标中包含模型与工作进程名称，不包含密钥或租户。")
        boolean publicMetrics,

        @Setting(
                value = RoutingPolicy.DEFAULT,
                en = "Routing policy: unbusy (least work, corrected by what workers have of a prompt already), prefix,"
                        + " least-work, least-conn or round-robin.",
                zh = "路由策略：unbusy（按剩余工作量，并考虑工作进程已缓存的提示词前缀）、prefix、least-work、least-conn 或 round-robin。")
        String policy,

        @Setting(
                value = "600000",
                en = "How long a request waits for its first token, in milliseconds, unless its header"
                        + " x-unbusy-deadline-ms says otherwise.",
                zh = "请求等待首个 token 的最长时间（毫秒），除非请求头 x-unbusy-deadline-ms 另有指定。",
                min = 1,
                max = 86_400_000)
        long deadlineMillis,

        @Setting(
                value = "2000",
                en =
                        "After this many milliseconds without an answer the response is begun with status 200 and kept alive:"
                                + " comments in streams, blank lines otherwise. Errors after it arrive inside the response.",
                zh = "超过此毫秒数仍无应答时，先以状态码 200 开始响应并保持连接：流式响应发送注释，非流式响应发送空行。此后的错误会出现在响应内容中。",
                min = 1,
                max = 86_400_000)
        long keepAliveAfterMillis,

        @Setting(
                value = "10000",
                en = "Milliseconds between two signs of life while nothing else is sent.",
                zh = "没有其他数据可发送时，两次保活信号之间的毫秒数。",
                min = 1,
                max = 600_000)
        long keepAliveIntervalMillis,

        @Setting(
                value = "1",
                en =
                        "Requests that a worker gets beyond those it computes at once, so that it has work the moment one ends."
                                + " Everything else waits at the gateway, where it can still go to whichever worker is free first.",
                zh = "在工作进程可同时计算的请求之外，额外提前分派的请求数，使其在某个请求结束时立即有事可做。其余请求在网关排队，可分派给最先空闲的工作进程。",
                min = 0,
                max = 1_000)
        int ahead,

        @Setting(
                value = "32",
                en = "Requests that a backend is taken to compute at once where it does not say.",
                zh = "后端未说明时，假定其可同时计算的请求数。",
                min = 1,
                max = 100_000)
        int unknownCapacity,

        @Setting(
                value = "256MiB",
                en = "How much memory the bodies of waiting requests may take; the next one is answered with 429.",
                zh = "等待中的请求体最多可占用的内存；超出的请求返回 429。")
        Bytes maxWaitingBytes,

        @Setting(
                value = "5",
                en = "Seconds in Retry-After where no wait can be computed: no worker runs, or the gateway shuts down.",
                zh = "无法计算等待时间时（没有工作进程在运行，或网关正在关闭），Retry-After 中给出的秒数。",
                min = 1,
                max = 86_400)
        int retryAfterSeconds,

        @Setting(
                value = "3",
                en = "How many workers one request may lose, before its answer or in it; the next loss is answered with"
                        + " 502. It keeps a request that crashes workers from crashing them for ever.",
                zh = "单个请求最多允许经历多少次工作进程丢失（应答开始之前与应答途中合计）；再次丢失则返回 502。这样，会导致崩溃的请求不会让工作进程无休止地崩溃。",
                min = 0,
                max = 1000)
        int maxLosses,

        @Setting(
                value = "3000",
                en = "Milliseconds to wait for a connection to a worker.",
                zh = "等待与工作进程建立连接的毫秒数。",
                min = 1,
                max = 600_000)
        int connectTimeoutMillis,

        @Setting(
                value = "30000",
                en = "Milliseconds after which an unused connection to a worker is closed.",
                zh = "与工作进程的空闲连接在多少毫秒后关闭。",
                min = 1,
                max = 86_400_000)
        long idleConnectionMillis,

        @Setting(
                value = "256",
                en = "Unused connections kept per worker and event loop.",
                zh = "每个事件循环为每个工作进程保留的空闲连接数。",
                min = 0,
                max = 100_000)
        int idleConnectionsPerWorker,

        @Setting(
                value = "600000",
                en = "Milliseconds that a begun answer may stand still before its worker counts as lost.",
                zh = "已开始的应答停顿超过此毫秒数，即认为工作进程已丢失。",
                min = 1,
                max = 86_400_000)
        long workerSilenceMillis,

        @Setting(
                value = "2MiB",
                en =
                        "Largest answer without stream that is held until it is complete, so that it can be asked again from"
                                + " another worker if its worker is lost. A larger one is passed on as it comes.",
                zh = "非流式应答在完整之前最多缓存的大小，以便工作进程丢失时可改由其他工作进程重新生成。更大的应答会边收边转发。")
        Bytes maxHeldAnswer,

        @Setting(
                value = "256",
                en =
                        "Tokens that an answer is expected to take before anything has been learned of the model's answers.",
                zh = "在尚未了解该模型的应答长度之前，预计一次应答的 token 数。",
                min = 1,
                max = 1_000_000)
        long usualOutputTokens,

        @Setting(
                value = "10000",
                en = "Requests whose story `unbusy why` can tell; the oldest go first.",
                zh = "`unbusy why` 可查询的请求数；超出后先丢弃最早的。",
                min = 0,
                max = 10_000_000)
        int whyRequests,

        @Setting(
                value = "60",
                en = "Minutes after its arrival for which `unbusy why` can tell the story of a request that has ended.",
                zh = "已结束的请求自到达起可用 `unbusy why` 查询的分钟数。",
                min = 1,
                max = 10_080)
        int whyMinutes) {

    public GatewayConfig {
        allowedHosts = List.copyOf(allowedHosts);
        corsOrigins = List.copyOf(corsOrigins);
        for (String origin : corsOrigins) {
            if (!origin.matches("https?://[^/?#@\\s]+")) {
                throw new GatewayException(
                        "setting-out-of-range",
                        Text.of("cors_origins has \"%s\".", "cors_origins 中含有“%s”。", origin),
                        Text.of(
                                "Write each origin as browsers send it: https://HOST or https://HOST:PORT, without a path"
                                        + " and without *.",
                                "请按浏览器发送的形式填写：https://主机 或 https://主机:端口，不含路径，也不能用 *。"),
                        null);
            }
        }
        modelAliases = Map.copyOf(modelAliases);
        modelRequestsPerMinute = Map.copyOf(modelRequestsPerMinute);
        modelTokensPerMinute = Map.copyOf(modelTokensPerMinute);
        modelConcurrency = Map.copyOf(modelConcurrency);
        positive("max_held_answer", maxHeldAnswer);
    }

    private static void positive(String key, Bytes value) {
        if (value.count() < 1) {
            throw new GatewayException(
                    "setting-out-of-range",
                    Text.of("%s is %s.", "%s 的值为 %s。", key, value),
                    Text.of("Set it to at least 1 byte.", "请至少设置为 1 字节。"),
                    null);
        }
    }
}
