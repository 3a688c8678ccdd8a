package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
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

    static ApiError noSuchPath(String method, String path) {
        ApiError plain = ApiError.notFound(method, path);
        return new ApiError(
                plain.status(),
                plain.message() + " Served are POST /v1/chat/completions, POST /v1/completions, GET /v1/models (all of"
                        + " them also without /v1), /healthz, /readyz, /metrics and /admin/v1/status.",
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
