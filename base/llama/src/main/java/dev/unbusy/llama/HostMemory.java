package dev.unbusy.llama;

import java.lang.management.ManagementFactory;

/** How much memory models and KV caches can have at most. */
final class HostMemory {
    private HostMemory() {}

    /**
     * Memory of the host, or of its container where that is less, plus that of the GPUs. An upper bound: what is above it
     * can never fit, what is below may still not.
     */
    static long limitBytes(Backends backends) {
        long host = Long.MAX_VALUE;
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            host = system.getTotalMemorySize();
        }
        long sum = 0;
        for (Device device : backends.devices()) {
            sum += device.kind() == Device.Kind.CPU ? Math.min(host, device.totalBytes()) : device.totalBytes();
        }
        return sum;
    }
}
