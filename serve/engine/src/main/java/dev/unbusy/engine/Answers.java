package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ModelCard;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.http.Exchange;
import dev.unbusy.text.Text;
import java.util.List;

/** The worker's short answers. */
final class Answers {
    private static final String JSON = "application/json";

    private Answers() {}

    static void json(Exchange exchange, byte[] body) {
        exchange.respond(200, JSON, body);
    }

    static void error(Exchange exchange, ApiError error, String... headers) {
        if (error.retryAfterSeconds() > 0) {
            exchange.respond(
                    error.status(), JSON, error.body(), "retry-after", Integer.toString(error.retryAfterSeconds()));
        } else {
            exchange.respond(error.status(), JSON, error.body(), headers);
        }
    }

    /** As many wait as may. */
    static ApiError full(WorkerConfig config) {
        Text waiting = Text.counted(config.maxWaiting(), "request", "requests", "个请求");
        return ApiError.overloaded("This worker has " + waiting.en() + " waiting. Try again shortly.", 1);
    }

    static byte[] models(WorkerStatus status, long createdSeconds) {
        return ModelCard.list(List.of(new ModelCard(
                status.model(), createdSeconds, "unbusy", status.contextTokens(), status.contextTokens())));
    }
}
