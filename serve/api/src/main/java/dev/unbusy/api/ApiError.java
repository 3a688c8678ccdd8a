package dev.unbusy.api;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The one error envelope: {@code {"error":{"message","type","param","code"}}}, all four always present, as OpenAI's
 * clients expect. Every rejection of the gateway and the worker is one of the factories below.
 *
 * @param message what is wrong, and what to do about it
 * @param type class of error that clients branch on
 * @param param JSON path of the field, for instance {@code messages[2].role}
 * @param code stable name of this rejection
 * @param retryAfterSeconds for the {@code Retry-After} header; 0 where none is sent
 */
public record ApiError(
        int status, String message, String type, @Nullable String param, String code, int retryAfterSeconds) {
    static final String INVALID_REQUEST = "invalid_request_error";
    static final String SERVER = "server_error";
    /** A code: clients know by it that their conversation has to become shorter. */
    static final String CONTEXT_EXCEEDED = "context_length_exceeded";

    private static final int SHOWN_MODELS = 20;
    private static final int SHOWN_CHARS = 120;

    private static ApiError invalid(String code, @Nullable String param, String format, Object... arguments) {
        return new ApiError(400, String.format(Locale.ROOT, format, arguments), INVALID_REQUEST, param, code, 0);
    }

    public ApiException exception() {
        return new ApiException(this);
    }

    /** The same error with the worker's or another layer's name for the field. */
    public ApiError withParam(String newParam) {
        return new ApiError(status, message, type, newParam, code, retryAfterSeconds);
    }

    // ---- the body --------------------------------------------------------------------------------------------------

    /** @param line and column counted from 1 */
    public static ApiError invalidJson(int line, int column, String detail) {
        return invalid(
                "invalid_json", null, "The body is not valid JSON at line %d, column %d: %s.", line, column, detail);
    }

    public static ApiError emptyBody() {
        return invalid("invalid_json", null, "The body is empty; send a JSON object.");
    }

    public static ApiError notAnObject(String found) {
        return invalid("invalid_json", null, "The body must be a JSON object, not %s.", found);
    }

    public static ApiError duplicateField(String path) {
        return invalid("duplicate_parameter", path, "'%s' is given twice; send it once.", quote(path));
    }

    public static ApiError bodyTooLarge(long limitBytes) {
        return new ApiError(
                413,
                "The request body is larger than " + limitBytes + " bytes.",
                INVALID_REQUEST,
                null,
                "request_too_large",
                0);
    }

    // ---- fields ----------------------------------------------------------------------------------------------------

    public static ApiError missing(String path) {
        return invalid("missing_required_parameter", path, "'%s' is required.", path);
    }

    /** @param wanted and found in words: {@code a number}, {@code a string} */
    public static ApiError wrongType(String path, String wanted, String found) {
        return invalid("invalid_type", path, "'%s' must be %s, not %s.", path, wanted, found);
    }

    /** @param range for instance {@code from 0 to 2} */
    public static ApiError outOfRange(String path, Object value, String range) {
        return invalid("invalid_value", path, "'%s' is %s, but must be %s.", path, quote(String.valueOf(value)), range);
    }

    /** @param problem the rest of a sentence that begins with the field's name */
    public static ApiError invalidValue(String path, String problem) {
        return invalid("invalid_value", path, "'%s' %s.", path, problem);
    }

    /** @param nearest known name that the client may have meant */
    public static ApiError unknownParameter(String path, @Nullable String nearest) {
        String shown = quote(path);
        return nearest == null
                ? invalid("unknown_parameter", shown, "Unknown parameter '%s'. Remove it.", shown)
                : invalid("unknown_parameter", shown, "Unknown parameter '%s'. Did you mean '%s'?", shown, nearest);
    }

    /** @param fix what to send instead */
    public static ApiError unsupported(String path, String fix) {
        return invalid("unsupported_parameter", path, "'%s' is not available in this version: %s.", path, fix);
    }

    // ---- the model -------------------------------------------------------------------------------------------------

    public static ApiError badHeader(String name, String rule) {
        return invalid("invalid_value", name, "The header %s %s.", name, rule);
    }

    public static ApiError unknownModel(String model, Collection<String> available) {
        List<String> shown = available.stream()
                .sorted()
                .limit(SHOWN_MODELS)
                .map(ApiError::quote)
                .toList();
        String choice = shown.isEmpty() ? "No model is loaded." : "Available: " + String.join(", ", shown) + ".";
        return new ApiError(
                404,
                "The model '" + quote(model) + "' does not exist here. " + choice,
                INVALID_REQUEST,
                "model",
                "model_not_found",
                0);
    }

    /** The prompt alone does not fit, or not with {@code max_tokens}. */
    public static ApiError contextExceeded(long promptTokens, long maxTokens, long limitTokens) {
        return invalid(
                CONTEXT_EXCEEDED,
                "messages",
                "This model's context is %d tokens, but %d were asked for: %d of prompt and %d of answer."
                        + " Shorten the prompt or lower max_tokens.",
                limitTokens,
                promptTokens + maxTokens,
                promptTokens,
                maxTokens);
    }

    /** A text to be embedded is longer than the context leaves. */
    public static ApiError inputTooLong(String path, long tokens, long limitTokens) {
        return invalid(
                "context_length_exceeded",
                path,
                "'%s' has %d tokens, but at most %d can be embedded. Send it in parts.",
                path,
                tokens,
                limitTokens);
    }

    /** The model gives no embeddings, or not these. */
    public static ApiError noEmbeddings(String why) {
        return invalid("unsupported_model", "model", "This model cannot embed texts: %s.", why);
    }

    /** An answer that was begun with one model file cannot go on with another: token ids mean other texts there. */
    public static ApiError otherModel(String begunWith, String here) {
        return new ApiError(
                409,
                "The answer was begun with model file " + quote(begunWith) + ", and this worker runs " + here
                        + ". Ask a worker of the same file, or send the request anew.",
                INVALID_REQUEST,
                Continuation.HEADER,
                "continuation_of_another_model",
                0);
    }

    // ---- the address -----------------------------------------------------------------------------------------------

    public static ApiError notFound(String method, String path) {
        return new ApiError(
                404,
                "There is no " + quote(method) + " " + quote(path) + " here.",
                INVALID_REQUEST,
                null,
                "not_found",
                0);
    }

    /** @param allowed for the message and the {@code Allow} header */
    public static ApiError methodNotAllowed(String method, String path, String allowed) {
        return new ApiError(
                405,
                quote(path) + " does not take " + quote(method) + "; use " + allowed + ".",
                INVALID_REQUEST,
                null,
                "method_not_allowed",
                0);
    }

    public static ApiError unauthorized(String message) {
        return new ApiError(401, message, "authentication_error", null, "invalid_api_key", 0);
    }

    public static ApiError forbidden(String message) {
        return new ApiError(403, message, "permission_error", null, "forbidden", 0);
    }

    // ---- the service -----------------------------------------------------------------------------------------------

    /** Too much is asked of the service as a whole; the wait is computed, not guessed. */
    public static ApiError overloaded(String message, int retryAfterSeconds) {
        return new ApiError(429, message, "rate_limit_error", null, "overloaded", Math.max(1, retryAfterSeconds));
    }

    /** A key's own limit is reached. */
    public static ApiError rateLimited(String message, int retryAfterSeconds) {
        return new ApiError(
                429, message, "rate_limit_error", null, "rate_limit_exceeded", Math.max(1, retryAfterSeconds));
    }

    /** @param beingDone what is done about it, and when to ask again */
    public static ApiError noWorker(String beingDone, int retryAfterSeconds) {
        return new ApiError(
                503, "No worker can answer now: " + beingDone, SERVER, null, "no_worker", retryAfterSeconds);
    }

    /** The worker was lost in the middle of the answer. */
    public static ApiError workerLost(String message) {
        return new ApiError(502, message, SERVER, null, "worker_lost", 0);
    }

    /** The deadline passed. */
    public static ApiError timeout(String message) {
        return new ApiError(504, message, SERVER, null, "timeout", 0);
    }

    public static ApiError internal(String requestId) {
        return new ApiError(
                500,
                "Internal error. The server's log has the cause under request id " + requestId + ".",
                SERVER,
                null,
                "internal_error",
                0);
    }

    /** For logs and metrics: nobody is left to read it. The status is NGINX's. */
    public static ApiError clientClosed() {
        return new ApiError(499, "The client closed the connection.", INVALID_REQUEST, null, "client_closed", 0);
    }

    /** What the HTTP layer refused by itself: 400, 408, 413, 414, 417, 431, 500, 503, 505. */
    public static ApiError http(int status, String message) {
        String code = switch (status) {
            case 408 -> "request_timeout";
            case 413 -> "request_too_large";
            case 414 -> "uri_too_long";
            case 417 -> "expectation_failed";
            case 431 -> "headers_too_large";
            case 503 -> "too_many_connections";
            case 505 -> "http_version_not_supported";
            default -> status >= 500 ? "internal_error" : "invalid_http";
        };
        return new ApiError(status, message, status >= 500 ? SERVER : INVALID_REQUEST, null, code, 0);
    }

    // ---- as bytes --------------------------------------------------------------------------------------------------

    /** The envelope. */
    public byte[] body() {
        return write(new JsonBytes(256)).toBytes();
    }

    /** The envelope as the last event of a stream that had begun. */
    public byte[] sseEvent() {
        JsonBytes json = new JsonBytes(256).raw(Sse.DATA);
        return write(json).raw(Sse.END).toBytes();
    }

    private JsonBytes write(JsonBytes json) {
        return json.open('{')
                .key("error")
                .open('{')
                .key("message")
                .string(message)
                .key("type")
                .string(type)
                .key("param")
                .string(param)
                .key("code")
                .string(code)
                .close('}')
                .close('}');
    }

    /** What a client sent, short enough for a sentence and without line ends. */
    public static String quote(String text) {
        String shown = text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
        return shown.chars().anyMatch(Character::isISOControl) ? shown.replaceAll("\\p{Cntrl}", "?") : shown;
    }
}
