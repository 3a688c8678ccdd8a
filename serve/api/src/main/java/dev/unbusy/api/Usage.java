package dev.unbusy.api;

/**
 * Tokens of one request, counted where they were computed. {@code prompt_tokens} = hit + miss.
 *
 * @param cachedTokens those of the prompt that the prefix cache held ({@code prompt_cache_hit_tokens})
 * @param completionTokens thinking included
 * @param reasoningTokens those of the completion that were thinking
 */
public record Usage(long promptTokens, long cachedTokens, long completionTokens, long reasoningTokens) {

    public Usage {
        if (promptTokens < 0 || cachedTokens < 0 || cachedTokens > promptTokens) {
            throw new IllegalArgumentException("prompt tokens " + promptTokens + ", of them cached " + cachedTokens);
        }
        if (completionTokens < 0 || reasoningTokens < 0 || reasoningTokens > completionTokens) {
            throw new IllegalArgumentException(
                    "completion tokens " + completionTokens + ", of them reasoning " + reasoningTokens);
        }
    }

    public long missedTokens() {
        return promptTokens - cachedTokens;
    }

    public long totalTokens() {
        return promptTokens + completionTokens;
    }

    void write(JsonBytes json) {
        json.open('{')
                .key("prompt_tokens")
                .number(promptTokens)
                .key("completion_tokens")
                .number(completionTokens)
                .key("total_tokens")
                .number(totalTokens())
                .key("prompt_cache_hit_tokens")
                .number(cachedTokens)
                .key("prompt_cache_miss_tokens")
                .number(missedTokens())
                .key("prompt_tokens_details")
                .open('{')
                .key("cached_tokens")
                .number(cachedTokens)
                .close('}')
                .key("completion_tokens_details")
                .open('{')
                .key("reasoning_tokens")
                .number(reasoningTokens)
                .close('}')
                .close('}');
    }
}
