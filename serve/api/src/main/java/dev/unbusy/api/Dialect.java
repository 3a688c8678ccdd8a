package dev.unbusy.api;

/**
 * A foreign API whose requests are translated for a worker that speaks OpenAI's, and whose answers are translated back.
 * DeepSeek's and OpenAI's own chat and completions need none: their bytes pass unchanged.
 *
 * <p>Everything here is pure: no I/O, no thread, no clock, no random number; what depends on those is an argument. Fields
 * that a service does not know are ignored, as Ollama and DeepSeek's Anthropic and Responses endpoints do; what would be
 * lost from the conversation, or is promised and cannot be kept, is refused by its name.
 */
public enum Dialect {
    /** {@code POST /anthropic/v1/messages} and {@code /v1/messages}. */
    ANTHROPIC,
    /** {@code POST /v1/responses}. */
    RESPONSES,
    /** {@code POST /api/chat}. */
    OLLAMA_CHAT,
    /** {@code POST /api/generate}. */
    OLLAMA_GENERATE;

    /** @throws ApiException naming the field in this dialect's terms, what was found and what is wanted */
    public DialectRequest read(byte[] body) {
        JsonFields fields = JsonFields.of("", DialectJson.object(body));
        return switch (this) {
            case ANTHROPIC -> AnthropicRequest.of(fields);
            case RESPONSES -> ResponsesRequest.of(fields);
            case OLLAMA_CHAT -> OllamaChatRequest.of(fields);
            case OLLAMA_GENERATE -> OllamaGenerateRequest.of(fields);
        };
    }

    /** The body of a refusal, sent with the error's own status as {@code application/json}. */
    public byte[] errorBody(ApiError error) {
        return switch (this) {
            case ANTHROPIC -> AnthropicErrors.write(new JsonBytes(256), error).toBytes();
            case RESPONSES -> error.body();
            case OLLAMA_CHAT, OLLAMA_GENERATE ->
                OllamaAnswer.error(new JsonBytes(256), error).toBytes();
        };
    }
}
