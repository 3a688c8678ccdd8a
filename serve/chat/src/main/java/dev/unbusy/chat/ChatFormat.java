package dev.unbusy.chat;

/**
 * How one model wants its conversations: turns messages into the prompt. Made once per model, immutable, used by any
 * thread. What a family writes to call tools will be parsed by its format too.
 */
public sealed interface ChatFormat
        permits JinjaFormat, DeepSeekV32Format, DeepSeekV4Format, DeepSeekV41Format, RefusingFormat {

    /** The format of a model; never fails: a model without one gets a format that refuses every conversation. */
    static ChatFormat of(ModelTexts model) {
        return FormatChoice.choose(model);
    }

    /** What is used, for the log: {@code template}, {@code deepseek-v3.2}, … */
    String name();

    /**
     * @throws ChatException if the conversation is malformed, the template refuses it, or the model has no format
     */
    RenderedPrompt render(PromptInput input);
}
