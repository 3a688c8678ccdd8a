package dev.unbusy.api;

import java.util.Set;

/** What a request may ask for beyond the continuation of text. */
public enum Feature {
    /** {@code tools}, {@code tool_choice}, {@code parallel_tool_calls}. */
    TOOLS,
    /** {@code response_format} other than text. */
    STRUCTURED_OUTPUT,
    /** {@code suffix} of a completion. */
    FILL_IN_MIDDLE;

    /** What the engine carries out. Everything else is refused by name: this is the one place that decides. */
    public static final Set<Feature> OFFERED = Set.of();
}
