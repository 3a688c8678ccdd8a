package dev.unbusy.chat;

/** Where the text that a model generates after a prompt begins; {@link OutputSplitter} starts from it. */
public enum OutputStart {
    /** Content of a model that does not reason: every character is content. */
    PLAIN,
    /** A model that may open its reasoning with {@code <think>} itself; anything else at the start is content. */
    DETECT,
    /** The prompt opened the reasoning. */
    REASONING,
    /** The prompt opened the reasoning and holds its beginning, which the model goes on with. */
    REASONING_CONTINUED,
    /** The prompt closed the reasoning, or a reasoning model was told not to reason. */
    CONTENT,
    /** The prompt holds the beginning of the content, which the model goes on with. */
    CONTENT_CONTINUED;

    /** Whether the first character generated is reasoning. */
    public boolean insideReasoning() {
        return this == REASONING || this == REASONING_CONTINUED;
    }
}
