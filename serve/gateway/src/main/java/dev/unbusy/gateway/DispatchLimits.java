package dev.unbusy.gateway;

/**
 * Bounds of the {@link Dispatcher}.
 *
 * @param ahead requests that a backend gets beyond those that it computes at once
 * @param unknownCapacity how many a backend is taken to compute at once that does not say
 * @param maxWaitingBytes memory that the bodies of waiting requests may take
 */
record DispatchLimits(int ahead, int unknownCapacity, long maxWaitingBytes) {
    static DispatchLimits of(GatewayConfig config) {
        return new DispatchLimits(
                config.ahead(),
                config.unknownCapacity(),
                config.maxWaitingBytes().count());
    }
}
