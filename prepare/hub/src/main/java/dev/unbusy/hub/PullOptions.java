package dev.unbusy.hub;

import dev.unbusy.units.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How a model is to be fetched.
 *
 * @param weightMemory what the weights may take, for choosing a quantization that nobody named; null for what this
 *     machine has free, less room for context and runtime
 * @param again true to fetch it even though it is installed
 */
public record PullOptions(@Nullable Bytes weightMemory, boolean again) {
    public static final PullOptions DEFAULT = new PullOptions(null, false);
}
