package dev.unbusy.api;

/** Errors as Anthropic's API writes them: {@code {"type":"error","error":{"type","message"}}}. */
final class AnthropicErrors {
    private AnthropicErrors() {}

    static JsonBytes write(JsonBytes json, ApiError error) {
        return json.open('{')
                .key("type")
                .string("error")
                .key("error")
                .open('{')
                .key("type")
                .string(type(error.status()))
                .key("message")
                .string(message(error))
                .close('}')
                .close('}');
    }

    /** Claude Code makes its conversation shorter where the message has these words, as Anthropic's own has. */
    private static String message(ApiError error) {
        return (ApiError.CONTEXT_EXCEEDED.equals(error.code()) ? "prompt is too long: " : "") + error.message();
    }

    /** Their clients branch on it; 529 is their own status for what others answer with 503. */
    static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 408, 504 -> "timeout_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
