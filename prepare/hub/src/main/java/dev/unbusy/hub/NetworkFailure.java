package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why a hub was not reached, in words for people. Pure. */
final class NetworkFailure {
    private static final double MILLIS_PER_SECOND = 1000;

    private NetworkFailure() {}

    /** For a hub that was asked whether it is one. */
    static Text of(IOException failure) {
        Text why = failure instanceof HubUnreached unreached ? unreached.why() : unreached(failure);
        return why != null
                ? why
                : Text.of("does not answer like a hub (%s)", "应答不是模型仓库的格式（%s）", Transfers.reason(failure));
    }

    static Text silent(Duration limit) {
        return Text.of("no answer within %s s", "%s 秒内无应答", limit.toMillis() / MILLIS_PER_SECOND);
    }

    /** Why nobody answered at all, or null where somebody did. */
    static @Nullable Text unreached(@Nullable Throwable failure) {
        // The JDK's client wraps: a name that cannot be resolved is the cause of a ConnectException without a message.
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return Text.of("its name cannot be resolved", "无法解析域名");
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case HttpTimeoutException timeout -> {
                    return Text.of("no answer in time", "未及时应答");
                }
                case SSLException tls -> {
                    return Text.of("no secure connection (%s)", "无法建立安全连接（%s）", Transfers.reason(tls));
                }
                case NoRouteToHostException none -> {
                    return Text.of("no route to it", "没有到该主机的路由");
                }
                case ConnectException refused -> {
                    return Text.of("the connection is refused", "连接被拒绝");
                }
                default -> {}
            }
        }
        return null;
    }
}
