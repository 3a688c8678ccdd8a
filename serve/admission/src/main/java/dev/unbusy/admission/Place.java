package dev.unbusy.admission;

import java.util.OptionalLong;

/**
 * Where a waiting job stands.
 *
 * @param position 1 for the next one
 * @param waitNanos expected time until it starts; empty while no worker runs, since then nobody knows
 */
public record Place(int position, OptionalLong waitNanos) {}
