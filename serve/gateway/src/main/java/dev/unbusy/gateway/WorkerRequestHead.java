package dev.unbusy.gateway;

import dev.unbusy.api.Continuation;
import dev.unbusy.api.Priority;
import dev.unbusy.api.StreamMarks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Request line and headers of a request to a worker, as bytes. Only what a worker needs is written; the client's own
 * headers, credentials among them, stay at the gateway. Nothing here can carry a line break: the request id and the
 * backend's key have been checked, everything else is ours.
 */
final class WorkerRequestHead {
    private WorkerRequestHead() {}

    /**
     * @param remainingMillis what is left of the client's deadline
     * @param bodyBytes of what follows
     * @param marksBytes at its end, for an answer that is to go on; else 0
     * @param marked whether the stream is to be marked
     */
    static ByteBuf of(
            RelayRequest request,
            Backend backend,
            long remainingMillis,
            int bodyBytes,
            int marksBytes,
            boolean marked,
            ByteBufAllocator allocator) {
        StringBuilder head = new StringBuilder(320)
                .append("POST ")
                .append(backend.uri().getRawPath())
                .append(request.workerPath())
                .append(" HTTP/1.1\r\nhost: ")
                .append(backend.uri().getAuthority())
                .append("\r\ncontent-type: application/json\r\ncontent-length: ")
                .append(bodyBytes)
                .append("\r\nx-request-id: ")
                .append(request.id())
                .append("\r\nx-unbusy-deadline-ms: ")
                .append(remainingMillis);
        String key = backend.access().key();
        if (key != null) {
            head.append("\r\nauthorization: Bearer ").append(key);
        }
        if (request.priority() != Priority.NORMAL) {
            head.append("\r\n")
                    .append(Priority.HEADER)
                    .append(": ")
                    .append(request.priority().word());
        }
        if (request.caller().key() != null) { // names may have any letters, a header may not
            head.append("\r\nx-unbusy-tenant: ").append(URLEncoder.encode(request.tenant(), StandardCharsets.UTF_8));
            head.append("\r\nx-unbusy-price: ").append(1 / request.caller().weight());
        }
        if (marked) {
            head.append("\r\n").append(StreamMarks.HEADER).append(": 1");
        }
        if (marksBytes > 0) {
            head.append("\r\n").append(Continuation.HEADER).append(": ").append(marksBytes);
        }
        head.append("\r\n\r\n");
        return ByteBufUtil.writeAscii(allocator, head);
    }
}
