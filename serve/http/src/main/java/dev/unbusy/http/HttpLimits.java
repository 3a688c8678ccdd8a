package dev.unbusy.http;

import dev.unbusy.config.Setting;
import dev.unbusy.units.Bytes;

/** What one client may take of a server: sizes, times and counts per connection. */
public record HttpLimits(
        @Setting(value = "32MiB", en = "Largest request body; larger ones get 413.", zh = "请求体的最大字节数，超过则返回 413。")
        Bytes maxBody,

        @Setting(
                value = "512MiB",
                en = "Request bodies that the server holds at the same time; further ones get 503.",
                zh = "服务器同时持有的请求体总字节数上限，超过则返回 503。")
        Bytes maxBodies,

        @Setting(
                value = "32768",
                min = 1024,
                max = 1048576,
                en = "Largest sum of request headers in bytes; larger ones get 431.",
                zh = "请求头总字节数上限，超过则返回 431。")
        int maxHeaderBytes,

        @Setting(
                value = "8192",
                min = 256,
                max = 1048576,
                en = "Longest request line in bytes; longer ones get 414.",
                zh = "请求行的最大字节数，超过则返回 414。")
        int maxInitialLineBytes,

        @Setting(
                value = "15000",
                min = 1,
                max = 3600000,
                en = "Milliseconds within which the head of a request must be complete; slower ones get 408.",
                zh = "请求头必须在多少毫秒内收完，超时返回 408。")
        int headMillis,

        @Setting(
                value = "30000",
                min = 1,
                max = 3600000,
                en =
                        "Milliseconds for the body of a request. One that takes longer must bring min_body_bytes_per_second"
                                + " in every such span; slower ones get 408.",
                zh = "接收请求体的毫秒数。若需更久，则每一段这样的时间内都须达到 min_body_bytes_per_second，否则返回 408。")
        int bodyMillis,

        @Setting(
                value = "4096",
                min = 1,
                max = 1073741824,
                en =
                        "Bytes per second, on average over each span of body_millis, that a client must send of a long body.",
                zh = "对较大的请求体，客户端在每一段 body_millis 内须达到的最低平均上传速率（字节/秒）。")
        int minBodyBytesPerSecond,

        @Setting(
                value = "75000",
                min = 1,
                max = 3600000,
                en = "Milliseconds that a connection without a request stays open.",
                zh = "空闲连接保持打开的毫秒数。")
        int keepAliveMillis,

        @Setting(
                value = "60000",
                min = 1,
                max = 3600000,
                en =
                        "Milliseconds without the client reading anything of a pending answer, after which it counts as gone.",
                zh = "客户端在多少毫秒内完全不读取待发数据，就视为已断开。")
        int sendMillis,

        @Setting(
                value = "4MiB",
                en = "Bytes of one stream that wait for a slow reader; beyond it the reader counts as gone.",
                zh = "单个流为慢速客户端保留的待发字节数，超过则视为已断开。")
        Bytes maxPendingStream,

        @Setting(
                value = "20000",
                min = 1,
                max = 10000000,
                en = "Open connections; further ones get 503.",
                zh = "同时打开的连接数上限，超过则返回 503。")
        int maxConnections,

        @Setting(
                value = "16",
                min = 1,
                max = 1024,
                en =
                        "Requests that one connection may send ahead of its answers; then it is not read until one is answered.",
                zh = "单个连接在收到回答前可以连续发送的请求数，达到后暂停读取。")
        int maxPipelined) {

    /** The values of the {@link Setting} annotations. */
    public static final HttpLimits DEFAULT = new HttpLimits(
            Bytes.mebi(32),
            Bytes.mebi(512),
            32_768,
            8_192,
            15_000,
            30_000,
            4_096,
            75_000,
            60_000,
            Bytes.mebi(4),
            20_000,
            16);

    public HttpLimits {
        if (maxBody.count() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("max_body " + maxBody + " must be below 2 GiB");
        }
        if (maxBodies.compareTo(maxBody) < 0) {
            throw new IllegalArgumentException("max_bodies " + maxBodies + " must be at least max_body " + maxBody);
        }
        if (maxPendingStream.count() < 65_536) {
            throw new IllegalArgumentException("max_pending_stream " + maxPendingStream + " must be at least 64 KiB");
        }
        positive("max_header_bytes", maxHeaderBytes);
        positive("max_initial_line_bytes", maxInitialLineBytes);
        positive("head_millis", headMillis);
        positive("body_millis", bodyMillis);
        positive("min_body_bytes_per_second", minBodyBytesPerSecond);
        positive("keep_alive_millis", keepAliveMillis);
        positive("send_millis", sendMillis);
        positive("max_connections", maxConnections);
        positive("max_pipelined", maxPipelined);
    }

    private static void positive(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " " + value + " must be at least 1");
        }
    }
}
