package dev.unbusy.api;

/** Why an answer ended, in the API's words. */
public enum FinishReason {
    /** The model ended it, or a stop text was reached. */
    STOP("stop"),
    /** {@code max_tokens} or the context was used up. */
    LENGTH("length"),
    CONTENT_FILTER("content_filter"),
    TOOL_CALLS("tool_calls"),
    /** The service could not go on. */
    INSUFFICIENT_SYSTEM_RESOURCE("insufficient_system_resource"),
    ABORTED("aborted");

    private final String word;

    FinishReason(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
