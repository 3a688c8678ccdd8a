package dev.unbusy.api;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Errors of workers read into an {@link ApiError}, which every dialect can write. Knows OpenAI's, vLLM's and plain texts. */
public final class DialectErrors {
    private static final int MAX_MESSAGE = 2_000;

    private DialectErrors() {}

    /** A worker's refusal: what its body says, or that it says nothing. Never throws. */
    public static ApiError ofWorker(int status, byte[] body) {
        Object value;
        try {
            value = DialectJson.object(body);
        } catch (ApiException notJson) {
            value = null;
        }
        Object error = value instanceof Map<?, ?> map ? map.get("error") : null;
        return read(error == null ? value : error, status);
    }

    /** @param value of an event's member {@code error} */
    static ApiError ofEvent(Object value) {
        Map<?, ?> error = value instanceof Map<?, ?> map ? map : Map.of();
        String type = text(error, "type");
        int status = error.get("code") instanceof Long code && code >= 400 && code < 600
                ? code.intValue()
                : switch (type == null ? "" : type) {
                    case ApiError.INVALID_REQUEST -> 400;
                    case "authentication_error" -> 401;
                    case "permission_error" -> 403;
                    case "rate_limit_error" -> 429;
                    default -> 502;
                };
        return read(value, status);
    }

    /** The worker's bytes are no answer. */
    static ApiError broken(String problem) {
        return new ApiError(
                502, "The worker's answer " + problem + ".", ApiError.SERVER, null, "invalid_worker_answer", 0);
    }

    static ApiError broken(IOException notJson) {
        return broken("is not valid JSON");
    }

    private static ApiError read(@Nullable Object value, int status) {
        Map<?, ?> error = value instanceof Map<?, ?> map ? map : Map.of();
        String message = value instanceof String text ? text : text(error, "message");
        if (message == null || message.isBlank()) {
            message = "The worker answered with status " + status + " and no reason.";
        }
        String type = text(error, "type");
        String code = text(error, "code");
        return new ApiError(
                status,
                message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…",
                type != null ? type : status < 500 ? ApiError.INVALID_REQUEST : ApiError.SERVER,
                text(error, "param"),
                code != null ? code : contextExceeded(type, message) ? ApiError.CONTEXT_EXCEEDED : "worker_error",
                0);
    }

    /** As llama.cpp says it by type, vLLM and SGLang by message only. */
    private static boolean contextExceeded(@Nullable String type, String message) {
        return "exceed_context_size_error".equals(type) || message.contains("maximum context length");
    }

    private static @Nullable String text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? text : null;
    }
}
