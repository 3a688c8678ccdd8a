package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** Why a hub was not reached, in words for people. Pure. */
final class NetworkFailure {
    private NetworkFailure() {}

    static Text of(IOException failure) {
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
        return Text.of("does not answer like a hub (%s)", "应答不是模型仓库的格式（%s）", Transfers.reason(failure));
    }
}
