package dev.unbusy.gateway;

import dev.unbusy.api.Priority;
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

    /** @param remainingMillis what is left of the client's deadline */
    static ByteBuf of(RelayRequest request, Backend backend, long remainingMillis, ByteBufAllocator allocator) {
        StringBuilder head = new StringBuilder(320)
                .append("POST ")
                .append(request.route().workerPath())
                .append(" HTTP/1.1\r\nhost: ")
                .append(backend.uri().getAuthority())
                .append("\r\ncontent-type: application/json\r\ncontent-length: ")
                .append(request.body().readableBytes())
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
        head.append("\r\n\r\n");
        return ByteBufUtil.writeAscii(allocator, head);
    }
}
