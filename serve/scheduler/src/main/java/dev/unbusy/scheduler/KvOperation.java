package dev.unbusy.scheduler;

/** A change of the KV cache that costs no computation, to be done in order before a step. */
public sealed interface KvOperation {
    /**
     * Gives {@code to} a share in the cells of {@code from} at the positions {@code [fromPosition, toPosition)}. It holds
     * all positions before and none from there on. Only in {@link KvLayout#SHARED}.
     */
    record Share(int from, int to, int fromPosition, int toPosition) implements KvOperation {}

    /** Fills the empty slot {@code to} with copies of the first {@code length} positions of {@code from}. */
    record Copy(int from, int to, int length) implements KvOperation {}

    /** Takes {@code slot} off its cells from a position on. */
    record Remove(int slot, int fromPosition) implements KvOperation {}

    /** Copies all that {@code slot} holds to a place outside of the cache. */
    record Park(int slot, int place) implements KvOperation {}

    /** Fills the empty slot with copies of the first {@code length} positions of what was parked; it stays parked. */
    record Unpark(int place, int slot, int length) implements KvOperation {}

    /** Forgets what was parked. */
    record Discard(int place) implements KvOperation {}
}
