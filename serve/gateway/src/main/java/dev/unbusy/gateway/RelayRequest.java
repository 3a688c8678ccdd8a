package dev.unbusy.gateway;

import dev.unbusy.api.Priority;
import dev.unbusy.routing.RequestFacts;
import io.netty.buffer.ByteBuf;

/**
 * A completion request that has been looked at and may go to a worker.
 *
 * @param id its {@code x-request-id}
 * @param stream the client asked for events
 * @param body as received; the client's exchange owns it, and counts it among the bodies that the server holds, until
 *     {@link ClientAnswer#releaseRequest}
 * @param deadlineMillis how long it waits for its first token
 * @param priority passed on to the worker
 */
record RelayRequest(
        String id,
        Route route,
        boolean stream,
        RequestFacts facts,
        ByteBuf body,
        long deadlineMillis,
        Priority priority) {

    /** The completion endpoints; their paths on the worker and their names in metrics. */
    enum Route {
        CHAT("chat", "/v1/chat/completions"),
        COMPLETIONS("completions", "/v1/completions");

        private final String label;
        private final String workerPath;

        Route(String label, String workerPath) {
            this.label = label;
            this.workerPath = workerPath;
        }

        String label() {
            return label;
        }

        String workerPath() {
            return workerPath;
        }
    }
}
