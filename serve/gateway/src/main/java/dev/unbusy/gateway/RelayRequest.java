package dev.unbusy.gateway;

import dev.unbusy.admission.PriceBook;
import dev.unbusy.api.Dialect;
import dev.unbusy.api.Priority;
import dev.unbusy.api.RequestOutline;
import dev.unbusy.routing.RequestFacts;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A completion request that has been looked at and may go to a worker.
 *
 * @param id its {@code x-request-id}
 * @param workerPath where a worker is asked
 * @param stream the client asked for events
 * @param body for the worker. As received, the client's exchange owns it, and counts it among the bodies that the server
 *     holds, until {@link ClientAnswer#releaseRequest}; translated, it lies on the heap, and the exchange counts the received
 *     one in its place
 * @param otherName where the body names the model otherwise than by the id of {@code facts}; null where it does not
 * @param deadlineMillis how long it waits for its first token
 * @param priority passed on to the worker
 * @param caller who sent it
 * @param held what it holds of the caller's quota
 * @param promptBytes JSON bytes of its prompt
 * @param maxTokens its bound on an answer, −1 where it gives none
 * @param answers how many it asks for
 */
record RelayRequest(
        String id,
        Route route,
        String workerPath,
        boolean stream,
        RequestFacts facts,
        ByteBuf body,
        RequestOutline.@Nullable Span otherName,
        long deadlineMillis,
        Priority priority,
        Caller caller,
        Quotas.Held held,
        long promptBytes,
        int maxTokens,
        int answers) {

    /** Whose price this is. */
    PriceBook.Subject subject() {
        return new PriceBook.Subject(facts.model(), route.label(), caller.habits());
    }

    /** Whose share it takes. */
    String tenant() {
        return caller.tenant();
    }

    /** What a client asked for, by its name in metrics. */
    enum Route {
        CHAT("chat", "/v1/chat/completions", null),
        COMPLETIONS("completions", "/v1/completions", null),
        EMBEDDINGS("embeddings", "/v1/embeddings", null),
        ANTHROPIC("anthropic", "", Dialect.ANTHROPIC),
        RESPONSES("responses", "", Dialect.RESPONSES),
        OLLAMA_CHAT("ollama-chat", "", Dialect.OLLAMA_CHAT),
        OLLAMA_GENERATE("ollama-generate", "", Dialect.OLLAMA_GENERATE);

        private final String label;
        private final String workerPath;
        private final @Nullable Dialect dialect;

        Route(String label, String workerPath, @Nullable Dialect dialect) {
            this.label = label;
            this.workerPath = workerPath;
            this.dialect = dialect;
        }

        String label() {
            return label;
        }

        /** Empty where the translated request says. */
        String workerPath() {
            return workerPath;
        }

        /** Null where workers speak it. */
        @Nullable
        Dialect dialect() {
            return dialect;
        }
    }
}
