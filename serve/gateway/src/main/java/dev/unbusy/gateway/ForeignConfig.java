package dev.unbusy.gateway;

import dev.unbusy.config.Setting;
import java.util.List;

/** Servers that the gateway does not start itself, and how it watches them. */
public record ForeignConfig(
        @Setting(
                value = "",
                en =
                        "OpenAI-compatible servers to send requests to: http://HOST:PORT of llama-server, vLLM, SGLang, Ollama or"
                                + " an Unbusy worker.",
                zh = "要转发请求的 OpenAI 兼容服务：llama-server、vLLM、SGLang、Ollama 或 Unbusy 工作进程的 http://主机:端口。")
        List<String> urls,

        @Setting(
                value = "1000",
                min = 50,
                max = 600_000,
                en = "Milliseconds between two looks at each of them.",
                zh = "两次检查每个后端之间的毫秒数。")
        long lookMillis,

        @Setting(
                value = "3000",
                min = 50,
                max = 600_000,
                en = "Milliseconds in which it must answer a look.",
                zh = "后端须在多少毫秒内应答检查。")
        int answerMillis,

        @Setting(
                value = "60",
                min = 0,
                max = 86_400,
                en =
                        "Seconds for which requests wait for one that cannot be reached, since whoever runs it may be restarting"
                                + " it. After that they are refused if no other serves their model.",
                zh = "后端无法访问时，请求最多等待的秒数（其管理者可能正在重启它）。超过后，若没有其他后端提供该模型，则拒绝请求。")
        int unreachableSeconds,

        @Setting(
                value = "60",
                min = 1,
                max = 86_400,
                en =
                        "Seconds in which one that says that requests run must count tokens; one that does not is wedged and gets"
                                + " no more. Only where its metrics tell.",
                zh = "后端声称有请求在运行时，须在多少秒内有 token 计数增长；否则视为卡死，不再分派请求。仅在其指标可用时生效。")
        int wedgedSeconds) {

    public ForeignConfig {
        urls = List.copyOf(urls);
    }

    /** The same for other servers. */
    public ForeignConfig withUrls(List<String> others) {
        return new ForeignConfig(others, lookMillis, answerMillis, unreachableSeconds, wedgedSeconds);
    }
}
