package dev.unbusy.api;

/** Where a stream tells its token counts; the two APIs differ. */
public enum StreamUsage {
    /** No {@code stream_options}: on the chunk with the last finish reason, as DeepSeek does. */
    ON_LAST_CHUNK,
    /** {@code include_usage: true}: one more chunk without choices, and {@code usage: null} on the others, as OpenAI does. */
    EXTRA_CHUNK,
    /** {@code include_usage: false}. */
    NONE
}
