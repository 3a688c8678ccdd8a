package dev.unbusy.chat;

import dev.unbusy.text.Text;
import org.jspecify.annotations.Nullable;

/** How hard DeepSeek's models are to reason; three steps, to which the API's eight words are mapped. */
enum ReasoningEffort {
    LOW,
    HIGH,
    MAX;

    /** Whether thinking is on. An explicit {@code thinking} decides, else the effort {@code none}, else it is on. */
    static boolean thinks(PromptInput input) {
        return switch (input.thinking()) {
            case ENABLED -> true;
            case DISABLED -> false;
            case DEFAULT -> !"none".equals(input.reasoningEffort());
        };
    }

    /** Source: DeepSeek's API documentation and its converter deepseek-recipe 0.2.0. Nothing said means high. */
    static ReasoningEffort of(@Nullable String effort) {
        return switch (effort) {
            case null -> HIGH;
            case "none", "medium", "high", "xhigh" -> HIGH;
            case "minimal", "low" -> LOW;
            case "ultra", "max" -> MAX;
            default ->
                throw new ChatException(
                        ChatException.EFFORT_UNKNOWN,
                        "reasoning_effort",
                        Text.of("reasoning_effort is \"%s\"", "reasoning_effort 的值为“%s”", effort),
                        new Text(
                                "Use none, minimal, low, medium, high, xhigh, ultra or max.",
                                "可用的值有 none、minimal、low、medium、high、xhigh、ultra、max。"),
                        null);
        };
    }
}
