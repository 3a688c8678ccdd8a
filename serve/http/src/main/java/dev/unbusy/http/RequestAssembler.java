package dev.unbusy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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

/**
 * Puts a request together from its parts and refuses those that break HTTP or a limit. A body that came in one piece is
 * passed on as it is; further pieces are copied into one growing buffer, because keeping them would keep the read buffer
 * of each, and a client that sends single bytes would hold a thousand times what it sent. Belongs to the event loop.
 */
final class RequestAssembler {
    private final HttpLimits limits;

    private @Nullable HttpRequest request;
    private @Nullable RequestTarget target;
    private @Nullable ByteBuf body;
    private boolean copied;
    private long received;

    RequestAssembler(HttpLimits limits) {
        this.limits = limits;
    }

    /** A head is here whose body is not complete. */
    boolean isReceiving() {
        return request != null;
    }

    long receivedBytes() {
        return received;
    }

    boolean expectsContinue() {
        HttpRequest head = request;
        return head != null && HttpUtil.is100ContinueExpected(head);
    }

    /** Null where the request goes on. */
    @Nullable
    Received head(HttpRequest head) {
        received = 0;
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
        return null;
    }

    /** Takes the content over. Null where more must follow. */
    @Nullable
    Received content(HttpContent content, long nowNanos) {
        HttpRequest head = request;
        RequestTarget path = target;
        if (head == null || path == null) {
            content.release(); // the rest of a request that was refused
            return null;
        }
        DecoderResult result = content.decoderResult();
        if (result.isFailure()) {
            content.release();
            close();
            return malformed(head, result.cause());
        }
        received += content.content().readableBytes();
        if (received > limits.maxBody().count()) {
            content.release();
            close();
            return tooLarge(head);
        }
        append(content.content());
        if (!(content instanceof LastHttpContent)) {
            return null;
        }
        ByteBuf whole = body == null ? Unpooled.EMPTY_BUFFER : body;
        body = null;
        request = null;
        target = null;
        return new Received.Complete(head, path, whole, HttpUtil.isKeepAlive(head), nowNanos);
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
        ByteBuf current = body;
        body = null;
        request = null;
        target = null;
        if (current != null) {
            current.release();
        }
    }

    private void append(ByteBuf piece) {
        ByteBuf current = body;
        if (!piece.isReadable()) {
            piece.release();
        } else if (current == null) {
            body = piece;
            copied = false;
        } else {
            if (!copied) {
                // Doubles from here on; sized by what came, since a length that is only announced costs the client
                // nothing.
                ByteBuf grown = current.alloc().buffer(2 * (current.readableBytes() + piece.readableBytes()));
                grown.writeBytes(current);
                current.release();
                current = grown;
                body = grown;
                copied = true;
            }
            current.writeBytes(piece);
            piece.release();
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
