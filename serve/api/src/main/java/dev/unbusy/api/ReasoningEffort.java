package dev.unbusy.api;

import org.jspecify.annotations.Nullable;

/** How much a model shall think, in the four steps that DeepSeek's API tells apart. */
public enum ReasoningEffort {
    /** No thinking. */
    NONE,
    LOW,
    HIGH,
    MAX;

    static final String WORDS = "one of none, minimal, low, medium, high, xhigh, max, ultra";

    /** Maps OpenAI's steps onto DeepSeek's, as DeepSeek documents it. Null for other words. */
    static @Nullable ReasoningEffort of(String word) {
        return switch (word) {
            case "none" -> NONE;
            case "minimal", "low" -> LOW;
            case "medium", "high", "xhigh" -> HIGH;
            case "max", "ultra" -> MAX;
            default -> null;
        };
    }

    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
