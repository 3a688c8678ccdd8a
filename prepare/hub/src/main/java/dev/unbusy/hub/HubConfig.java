package dev.unbusy.hub;

import dev.unbusy.config.Setting;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Settings of everything that is fetched. An empty endpoint or directory is taken from the environment
 * ({@link Endpoints}, {@link CacheDirectory}), which is where the hubs' own tools look for it.
 */
public record HubConfig(
        @Setting(
                value = "",
                en = "Folder for native libraries and models. Empty: $XDG_CACHE_HOME/unbusy, else ~/.cache/unbusy.",
                zh = "存放本地库和模型的目录。留空则使用 $XDG_CACHE_HOME/unbusy，否则使用 ~/.cache/unbusy。")
        @Nullable
        Path cacheDirectory,

        @Setting(
                value = "",
                en = "Address of the Hugging Face hub or a mirror of it. Empty: $HF_ENDPOINT, else the public hub.",
                zh = "Hugging Face 或其镜像的地址。留空则使用 $HF_ENDPOINT，否则使用官方地址。")
        String huggingFaceEndpoint,

        @Setting(
                value = "",
                en =
                        "Address of the ModelScope hub. Empty: $MODELSCOPE_ENDPOINT or $MODELSCOPE_DOMAIN, else the public hub.",
                zh = "ModelScope（魔搭）的地址。留空则使用 $MODELSCOPE_ENDPOINT 或 $MODELSCOPE_DOMAIN，否则使用官方地址。")
        String modelScopeEndpoint,

        @Setting(
                value = "10",
                min = 1,
                max = 300,
                en = "Seconds to wait for a connection to a hub.",
                zh = "连接模型仓库的超时时间（秒）。")
        int connectTimeoutSeconds,

        @Setting(
                value = "60",
                min = 1,
                max = 3600,
                en = "Seconds without a single byte after which a download is taken up again on a new connection.",
                zh = "下载过程中超过该秒数没有收到任何字节时，换一条新连接继续下载。")
        int stallTimeoutSeconds,

        @Setting(
                value = "8",
                min = 1,
                max = 100,
                en = "Attempts in a row that bring no new byte before a download is given up.",
                zh = "连续多少次尝试都没有取得新字节后放弃下载。")
        int downloadTries,

        @Setting(
                value = "300",
                min = 1,
                max = 86400,
                en = "Longest wait in seconds that a hub may ask for (Retry-After) before the download is given up.",
                zh = "模型仓库要求等待（Retry-After）时可接受的最长秒数，超过则放弃下载。")
        int maxWaitSeconds) {

    public HubConfig {
        require("connect_timeout_seconds", connectTimeoutSeconds, 1, 300);
        require("stall_timeout_seconds", stallTimeoutSeconds, 1, 3600);
        require("download_tries", downloadTries, 1, 100);
        require("max_wait_seconds", maxWaitSeconds, 1, 86400);
    }

    /** What holds where the configuration file says nothing. */
    public static HubConfig defaults() {
        return new HubConfig(null, "", "", 10, 60, 8, 300);
    }

    private static void require(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "hub." + key + " is " + value + "; it must lie between " + min + " and " + max);
        }
    }
}
