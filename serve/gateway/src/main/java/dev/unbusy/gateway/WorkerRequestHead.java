package dev.unbusy.gateway;

import dev.unbusy.api.Continuation;
import dev.unbusy.api.Priority;
import dev.unbusy.api.StreamMarks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/**
 * Request line and headers of a request to a worker, as bytes. Only what a worker needs is written; the client's own
 * headers, credentials among them, stay at the gateway. Nothing here can carry a line break: the request id has
 * been checked, everything else is ours.
 */
final class WorkerRequestHead {
    private WorkerRequestHead() {}

    /**
     * @param remainingMillis what is left of the client's deadline
     * @param marksBytes behind the client's body, for an answer that is to go on; else 0
     */
    static ByteBuf of(
            RelayRequest request, Backend backend, long remainingMillis, int marksBytes, ByteBufAllocator allocator) {
        StringBuilder head = new StringBuilder(320)
                .append("POST ")
                .append(request.workerPath())
                .append(" HTTP/1.1\r\nhost: ")
                .append(backend.uri().getAuthority())
                .append("\r\ncontent-type: application/json\r\ncontent-length: ")
                .append(request.body().readableBytes() + marksBytes)
                .append("\r\nx-request-id: ")
                .append(request.id())
                .append("\r\nx-unbusy-deadline-ms: ")
                .append(remainingMillis);
        if (request.priority() != Priority.NORMAL) {
            head.append("\r\n")
                    .append(Priority.HEADER)
                    .append(": ")
                    .append(request.priority().word());
        }
        if (request.stream()) {
            head.append("\r\n").append(StreamMarks.HEADER).append(": 1");
        }
        if (marksBytes > 0) {
            head.append("\r\n").append(Continuation.HEADER).append(": ").append(marksBytes);
        }
        head.append("\r\n\r\n");
        return ByteBufUtil.writeAscii(allocator, head);
    }
}
