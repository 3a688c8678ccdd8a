package dev.unbusy.scheduler;

/** A change of the KV cache that costs no computation, to be done in order before a step. */
public sealed interface KvOperation {
    /**
     * Gives {@code to} a share in the cells of {@code from} at the positions {@code [fromPosition, toPosition)}. It holds
     * all positions before and none from there on.
     */
    record Copy(int from, int to, int fromPosition, int toPosition) implements KvOperation {}

    /** Takes {@code slot} off its cells from a position on. */
    record Remove(int slot, int fromPosition) implements KvOperation {}
}
