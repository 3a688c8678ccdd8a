package dev.unbusy.chat;

/** Whether the model is to reason before it answers, as DeepSeek's request field {@code thinking} says it. */
public enum Thinking {
    /**
     * The request does not say: on, as DeepSeek's API documents, unless the reasoning effort is {@code none}. A model that
     * cannot reason answers as it always does.
     */
    DEFAULT,
    ENABLED,
    DISABLED
}
