package dev.unbusy.http;

import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** What a client's bytes turned out to be. */
sealed interface Received {
    void release();

    /** A request with its body, which the receiver owns. */
    record Complete(HttpRequest request, RequestTarget target, RequestBody body, boolean keepAlive, long receivedNanos)
            implements Received {
        @Override
        public void release() {
            body.release();
        }
    }

    /**
     * A request that no handler sees; the connection ends with its answer.
     *
     * @param message for the client; plain ASCII, nothing of what it sent
     * @param requestId as the client sent it
     * @param headRequest an answer without body is due
     * @param endIsKnown the rest of the request can be told from the next one, so it can be read to its end
     */
    record Refused(int status, String message, @Nullable String requestId, boolean headRequest, boolean endIsKnown)
            implements Received {
        @Override
        public void release() {}
    }
}
