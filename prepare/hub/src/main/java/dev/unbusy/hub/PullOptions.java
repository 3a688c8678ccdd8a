package dev.unbusy.hub;

import dev.unbusy.units.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How a model is to be fetched.
 *
 * @param memory memory that weights and cache may take here, or null to choose the quantization by preference alone
 * @param again true to fetch it even though it is installed
 */
public record PullOptions(@Nullable Bytes memory, boolean again) {
    public static final PullOptions DEFAULT = new PullOptions(null, false);
}
