package dev.unbusy.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a request together from its parts and refuses those that break HTTP or a limit. Belongs to the event loop. */
final class RequestAssembler {
    private final HttpLimits limits;
    private final BodyBudget budget;

    private @Nullable HttpRequest request;
    private @Nullable RequestTarget target;
    private @Nullable RequestBody body;

    RequestAssembler(HttpLimits limits, BodyBudget budget) {
        this.limits = limits;
        this.budget = budget;
    }

    /** A head is here whose body is not complete. */
    boolean isReceiving() {
        return request != null;
    }

    long receivedBytes() {
        RequestBody current = body;
        return current == null ? 0 : current.size();
    }

    boolean expectsContinue() {
        HttpRequest head = request;
        return head != null && HttpUtil.is100ContinueExpected(head);
    }

    /** Null where the request goes on. */
    @Nullable
    Received head(HttpRequest head) {
        DecoderResult result = head.decoderResult();
        if (result.isFailure()) {
            return malformed(head, result.cause());
        }
        HttpVersion version = head.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return refused(head, 505, "This server speaks HTTP/1.1 and HTTP/1.0.", false);
        }
        List<String> hosts = head.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || (hosts.isEmpty() && version.equals(HttpVersion.HTTP_1_1))) {
            return refused(head, 400, "An HTTP/1.1 request must have exactly one Host header.", false);
        }
        RequestTarget parsed = RequestTarget.parse(head.uri());
        if (parsed == null) {
            return refused(head, 400, "The request target is not a valid path.", false);
        }
        String expect = head.headers().get(HttpHeaderNames.EXPECT);
        if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
            return refused(head, 417, "The only supported expectation is 100-continue.", true);
        }
        if (HttpUtil.getContentLength(head, -1L) > limits.maxBody().count()) {
            return tooLarge(head);
        }
        request = head;
        target = parsed;
        body = new RequestBody(budget);
        return null;
    }

    /** Takes the content over. Null where more must follow. */
    @Nullable
    Received content(HttpContent content, long nowNanos) {
        HttpRequest head = request;
        RequestTarget path = target;
        RequestBody bytes = body;
        if (head == null || path == null || bytes == null) {
            content.release(); // the rest of a request that was refused
            return null;
        }
        DecoderResult result = content.decoderResult();
        if (result.isFailure()) {
            content.release();
            close();
            return malformed(head, result.cause());
        }
        if (bytes.size() + content.content().readableBytes() > limits.maxBody().count()) {
            content.release();
            close();
            return tooLarge(head);
        }
        if (!bytes.append(content.content())) {
            close();
            return refused(
                    head, 503, "The server holds too many request bodies at the moment. Try again shortly.", true);
        }
        if (!(content instanceof LastHttpContent)) {
            return null;
        }
        body = null;
        request = null;
        target = null;
        return new Received.Complete(head, path, bytes, HttpUtil.isKeepAlive(head), nowNanos);
    }

    Received.Refused tooSlow() {
        HttpRequest head = request;
        close();
        return new Received.Refused(
                408,
                "The body of the request did not arrive in time.",
                head == null ? null : head.headers().get("x-request-id"),
                false,
                false);
    }

    void close() {
        RequestBody current = body;
        body = null;
        request = null;
        target = null;
        if (current != null) {
            current.release();
        }
    }

    private Received.Refused tooLarge(HttpRequest head) {
        return refused(
                head, 413, "The request body is larger than " + limits.maxBody().count() + " bytes.", true);
    }

    private Received.Refused malformed(HttpRequest head, @Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return refused(
                    head, 414, "The request line is longer than " + limits.maxInitialLineBytes() + " bytes.", false);
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return refused(
                    head, 431, "The request headers are larger than " + limits.maxHeaderBytes() + " bytes.", false);
        }
        return refused(head, 400, "The request is not valid HTTP/1.1.", false);
    }

    private static Received.Refused refused(HttpRequest head, int status, String message, boolean endIsKnown) {
        return new Received.Refused(
                status,
                message,
                head.headers().get("x-request-id"),
                head.method().equals(HttpMethod.HEAD),
                endIsKnown);
    }
}
