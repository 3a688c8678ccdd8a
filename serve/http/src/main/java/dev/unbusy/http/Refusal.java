package dev.unbusy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The answer to a request that no handler sees. The connection ends with it. */
final class Refusal {
    private static final String[] NO_HEADERS = {};
    private static final String[] SOON = {"retry-after", "1"};

    private Refusal() {}

    static ByteBuf bytes(ByteBufAllocator allocator, ErrorBody errorBody, Received.Refused refused, String requestId) {
        byte[] body = errorBody.of(refused.status(), refused.message());
        ByteBuf out = allocator.buffer(384 + body.length);
        ResponseBytes.head(
                out,
                refused.status(),
                "application/json",
                ResponseBytes.Framing.LENGTH,
                body.length,
                "close",
                requestId,
                refused.status() == 503 ? SOON : NO_HEADERS);
        return refused.headRequest() ? out : out.writeBytes(body);
    }
}
