package dev.unbusy.chat;

/**
 * How one model wants its conversations: turns messages into the prompt, and says how the model calls tools. Made once
 * per model, immutable, used by any thread.
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

    /**
     * How this model calls tools, for reading its output and for forcing calls. To be asked before a request's tools are
     * rendered.
     *
     * @throws ChatException with {@code param()} {@code tools} if tools cannot be offered to this model
     */
    ToolCallSyntax toolCalls();
}
