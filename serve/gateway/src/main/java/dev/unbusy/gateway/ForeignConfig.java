package dev.unbusy.gateway;

import dev.unbusy.config.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Servers that the gateway does not start itself, and how it watches them. */
public record ForeignConfig(
        @Setting(
                value = "",
                en =
                        "OpenAI-compatible servers to send requests to: http://HOST:PORT or https://HOST:PORT of llama-server, vLLM,"
                                + " SGLang, Ollama, an Unbusy worker or whatever stands before them; what stands before /v1 in their"
                                + " paths is kept.",
                zh = "要转发请求的 OpenAI 兼容服务：llama-server、vLLM、SGLang、Ollama、Unbusy 工作进程或其前置代理的 http://主机:端口"
                        + " 或 https://主机:端口；路径中 /v1 之前的部分会保留。")
        List<String> urls,

        @Setting(
                value = "",
                en =
                        "By URL, the file that holds the key which the server asks for (Authorization: Bearer). Read again when it"
                                + " changes.",
                zh = "按 URL 指定存放该服务所需密钥（Authorization: Bearer）的文件。文件变化后会重新读取。")
        Map<String, String> keyFiles,

        @Setting(
                value = "",
                en =
                        "PEM certificates of the authorities that are trusted for https servers; without it, those that the JDK"
                                + " knows.",
                zh = "https 服务所信任的证书颁发机构的 PEM 证书；未设置时使用 JDK 内置的机构。")
        @Nullable
        Path caFile,

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
        keyFiles = Map.copyOf(keyFiles);
    }

    /** The same for other servers. */
    public ForeignConfig withUrls(List<String> others) {
        return new ForeignConfig(others, keyFiles, caFile, lookMillis, answerMillis, unreachableSeconds, wedgedSeconds);
    }
}
