package dev.unbusy.gateway;

import dev.unbusy.admission.QuotaAnswer.Refused;
import dev.unbusy.api.ApiError;
import dev.unbusy.ledger.KeyRecord;
import java.util.List;

/** Every error that the gateway itself answers, in one place: status, code, field, and a text that names the fix. */
final class GatewayErrors {
    private static final String REQUEST = "invalid_request_error";
    private static final String LIMIT = "rate_limit_error";
    private static final String SERVER = "server_error";
    private static final int NO_RETRY = 0;

    private GatewayErrors() {}

    static ApiError modelMissing(List<String> served) {
        ApiError plain = ApiError.missing("model");
        return new ApiError(
                plain.status(),
                plain.message() + (served.isEmpty() ? "" : " Served here: " + String.join(", ", served) + "."),
                plain.type(),
                plain.param(),
                plain.code(),
                NO_RETRY);
    }

    static ApiError encodedBody(String encoding) {
        return new ApiError(
                415,
                "Request bodies in content-encoding \"" + encoding + "\" are not supported. Send plain JSON.",
                REQUEST,
                "content-encoding",
                "unsupported_content_encoding",
                NO_RETRY);
    }

    static ApiError full(Placement.Full full, int unknownSeconds) {
        int seconds = full.retryNanos() > 0 ? seconds(full.retryNanos()) : unknownSeconds;
        return new ApiError(
                429,
                "The bodies of the " + full.waiting() + " requests that wait take " + full.waitingBytes()
                        + " bytes, which is as much as they may (gateway.max_waiting_bytes). Try again in " + seconds
                        + " s.",
                LIMIT,
                null,
                "queue_full",
                seconds);
    }

    /** It would have waited in vain; told at once. */
    static ApiError tooLate(Placement.TooLate late, long deadlineMillis) {
        int seconds = seconds(late.retryNanos());
        return new ApiError(
                429,
                "An answer could begin in about " + seconds(late.expectedWaitNanos()) + " s, and this request waits "
                        + deadlineMillis + " ms (x-unbusy-deadline-ms). Send the same request again in " + seconds
                        + " s: a place is kept for it.",
                LIMIT,
                null,
                "queue_too_long",
                seconds);
    }

    /** Rounded up: who comes too early is sent away again. */
    static int seconds(long nanos) {
        return (int) Math.min(86_400, Math.max(1, Math.ceilDiv(nanos, 1_000_000_000L)));
    }

    static ApiError deadline(long deadlineMillis, boolean hadWorker, int retryAfterSeconds) {
        return new ApiError(
                429,
                (hadWorker ? "No answer began within " : "No worker became free within ") + deadlineMillis
                        + " ms, the time that this request was willing to wait (x-unbusy-deadline-ms). Try again in "
                        + retryAfterSeconds + " s, or wait longer.",
                LIMIT,
                null,
                "deadline_exceeded",
                retryAfterSeconds);
    }

    /** @param reasons per worker that would serve the model: why it does not */
    static ApiError noWorker(String model, List<String> reasons, int retryAfterSeconds) {
        return new ApiError(
                503,
                reasons.isEmpty()
                        ? "No worker for \"" + model + "\" is running or being started. As soon as one is registered,"
                                + " requests are taken again."
                        : "No worker for \"" + model + "\" is running, and none is being started ("
                                + String.join("; ", reasons) + "). The operator has to start one; see `unbusy status`.",
                SERVER,
                null,
                "no_worker",
                retryAfterSeconds);
    }

    static ApiError lostInAnswer(String worker, Loss loss) {
        return new ApiError(
                502,
                "The worker " + worker + " was lost in the middle of the answer (" + loss.word()
                        + "). What came before is all there is; send the request again.",
                SERVER,
                null,
                "worker_lost",
                NO_RETRY);
    }

    static ApiError notContinued(long waitedMillis) {
        return new ApiError(
                502,
                "The worker was lost in the middle of the answer, and none could go on with it within " + waitedMillis
                        + " ms. What came before is all there is; send the request again.",
                SERVER,
                null,
                "worker_lost",
                NO_RETRY);
    }

    static ApiError lostTooOften(int losses) {
        return new ApiError(
                502,
                losses + " workers were lost one after another while they worked on this request, so it is not tried"
                        + " again. The workers' logs have the cause under this request id.",
                SERVER,
                null,
                "worker_lost",
                NO_RETRY);
    }

    static ApiError eventTooLarge(int mostBytes) {
        return new ApiError(
                502,
                "The worker sent an event of more than " + mostBytes + " bytes, which is no part of an answer.",
                SERVER,
                null,
                "worker_answer_invalid",
                NO_RETRY);
    }

    static ApiError answerTooLarge(long mostBytes) {
        return new ApiError(
                502,
                "The worker's answer is larger than " + mostBytes + " bytes, more than can be held to be translated"
                        + " (gateway.max_held_answer). Ask for a stream.",
                SERVER,
                null,
                "worker_answer_invalid",
                NO_RETRY);
    }

    static ApiError notAStream(int status) {
        return new ApiError(
                502,
                "The worker answered a request for a stream with something else (status " + status + ").",
                SERVER,
                null,
                "worker_answer_invalid",
                NO_RETRY);
    }

    static ApiError shuttingDown(int retryAfterSeconds) {
        return new ApiError(
                503,
                "This gateway is shutting down. Send the request to another one, or again in " + retryAfterSeconds
                        + " s.",
                SERVER,
                null,
                "shutting_down",
                retryAfterSeconds);
    }

    /** A limit of the key, its tenant or the model. */
    static ApiError limited(Refused refused, long waitNanos) {
        int seconds = seconds(waitNanos);
        String whose = switch (refused.scope().kind()) {
            case KEY -> "The key " + refused.scope().id();
            case TENANT -> "The tenant " + refused.scope().id();
            case MODEL -> "The model " + refused.scope().id();
        };
        String what = switch (refused.limit()) {
            case REQUESTS -> " may begin " + refused.allowed() + " requests a minute, and has none left now.";
            case TOKENS ->
                " may use " + refused.allowed() + " tokens a minute; about " + refused.asked()
                        + " are needed for this request, and " + Math.max(0, refused.available()) + " are left now.";
            case CONCURRENCY ->
                " may have " + refused.allowed() + " requests under way at the same time, and has as many.";
        };
        return new ApiError(
                429, whose + what + " Try again in " + seconds + " s.", LIMIT, null, "rate_limit_exceeded", seconds);
    }

    /** With the words, type and code that DeepSeek answers where nothing is left to pay with. */
    static ApiError budgetSpent(KeyRecord key, long used, long needed) {
        return new ApiError(
                402,
                "Insufficient Balance: the key " + key.id() + " has a budget of " + key.budgetTokens()
                        + " tokens a month (UTC); " + used + " are used, and about " + needed
                        + " are needed for this request. Ask whoever runs this service for more.",
                "unknown_error",
                null,
                "invalid_request_error",
                NO_RETRY);
    }

    static ApiError modelNotAllowed(KeyRecord key, String model) {
        return new ApiError(
                403,
                "The key " + key.id() + " may not use the model \"" + ApiError.quote(model) + "\", but "
                        + String.join(
                                ", ", key.models().stream().sorted().limit(20).toList())
                        + ". Ask for one of these, or for another key.",
                "permission_error",
                "model",
                "model_not_allowed",
                NO_RETRY);
    }

    static ApiError guard(RequestGuard.Refusal refusal) {
        return switch (refusal) {
            case FOREIGN_HOST ->
                new ApiError(
                        403,
                        "This gateway is reached under a host name that it does not know (Host header). Use localhost or"
                                + " 127.0.0.1, or add the name to allowed_hosts in its configuration.",
                        REQUEST,
                        "host",
                        "host_not_allowed",
                        NO_RETRY);
            case CROSS_SITE ->
                new ApiError(
                        403,
                        "Requests from web pages of other sites are refused (Origin header). Call the gateway from your own"
                                + " server, or serve the page from the gateway's host and port.",
                        REQUEST,
                        "origin",
                        "origin_not_allowed",
                        NO_RETRY);
        };
    }

    static ApiError requestNotKnown(String requestId, int requests, int minutes) {
        return new ApiError(
                404,
                "No request \"" + ApiError.quote(requestId) + "\" is known here. The last " + requests
                        + " are kept (gateway.why_requests), each for " + minutes
                        + " minutes (gateway.why_minutes). The id is the answer's x-request-id.",
                REQUEST,
                null,
                "request_not_found",
                NO_RETRY);
    }

    static ApiError notRestarted() {
        return new ApiError(
                409,
                "The workers are being started again already, or are servers that this gateway has not started. See"
                        + " `unbusy status`.",
                REQUEST,
                null,
                "not_restarted",
                NO_RETRY);
    }

    static ApiError noSuchPath(String method, String path) {
        ApiError plain = ApiError.notFound(method, path);
        return new ApiError(
                plain.status(),
                plain.message()
                        + " Served are POST /v1/chat/completions, /v1/completions, /v1/responses, /v1/embeddings and GET"
                        + " /v1/models (all of them also without /v1), POST /anthropic/v1/messages, POST /api/chat,"
                        + " /api/generate, /api/show, GET /api/tags (Ollama), /user/balance, /healthz, /readyz, /metrics and"
                        + " /admin/v1/….",
                plain.type(),
                null,
                plain.code(),
                NO_RETRY);
    }

    /** The envelope for what the HTTP layer refuses by itself. */
    static byte[] ofHttpLayer(int status, String message) {
        return ApiError.http(status, message).body();
    }

    /** Names and values of the headers that belong to an error. */
    static String[] headers(ApiError error) {
        return error.retryAfterSeconds() <= 0
                ? new String[0]
                : new String[] {"retry-after", Integer.toString(error.retryAfterSeconds())};
    }
}
