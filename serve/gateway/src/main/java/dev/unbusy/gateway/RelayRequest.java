package dev.unbusy.gateway;

import dev.unbusy.admission.PriceBook;
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
 * @param tenant whose share it takes
 * @param promptBytes JSON bytes of its prompt
 * @param maxTokens its bound on an answer, −1 where it gives none
 * @param answers how many it asks for
 */
record RelayRequest(
        String id,
        Route route,
        boolean stream,
        RequestFacts facts,
        ByteBuf body,
        long deadlineMillis,
        Priority priority,
        String tenant,
        long promptBytes,
        int maxTokens,
        int answers) {

    /** Whose price this is. */
    PriceBook.Subject subject() {
        return new PriceBook.Subject(facts.model(), route.label(), tenant);
    }

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
