package dev.unbusy.http;

import dev.unbusy.text.Text;
import java.net.BindException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a server could not listen, in words that help. */
final class ListenFailure {
    private ListenFailure() {}

    static HttpException of(HttpServerOptions options, Throwable failure) {
        String where = options.host() + ":" + options.port();
        String message = message(failure).toLowerCase(Locale.ROOT);
        if (message.contains("in use")) {
            return new HttpException(
                    "port-in-use",
                    Text.of("%s is in use by another program", "%s 已被其他程序占用", where),
                    Text.of(
                            "Stop that program, or choose another port with --port (0 takes a free one).",
                            "请停止该程序，或用 --port 指定其他端口（0 表示自动选择空闲端口）。"),
                    failure);
        }
        if (message.contains("permission denied")) {
            return new HttpException(
                    "port-forbidden",
                    Text.of("This user may not listen on %s", "当前用户无权监听 %s", where),
                    Text.of("Choose a port of 1024 or above with --port.", "请用 --port 指定 1024 及以上的端口。"),
                    failure);
        }
        return new HttpException(
                "address-unusable",
                Text.of("Cannot listen on %s: %s", "无法监听 %s：%s", where, message(failure)),
                Text.of(
                        "Use --host 127.0.0.1, or another loopback address of this machine.",
                        "请使用 --host 127.0.0.1，或本机的其他回环地址。"),
                failure);
    }

    private static String message(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            String message = at.getMessage();
            if (message != null && (at instanceof BindException || at.getCause() == null)) {
                return message;
            }
        }
        return String.valueOf(failure);
    }
}
