package dev.unbusy.catalog;

import dev.unbusy.units.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this machine has, as far as it could be read; null is unknown.
 *
 * @param logicalCpus processors the operating system shows
 * @param physicalCores cores behind them
 * @param cpuQuota processors that the control group may use at once, or null without a quota
 * @param memoryTotal installed memory
 * @param memoryAvailable what a new process can get: the kernel's estimate, or what the control group has left
 * @param memoryLimit limit of the control group, or null without one
 * @param bandwidth how fast memory is read
 * @param gpus NVIDIA devices, as nvidia-smi lists them
 */
public record HostFacts(
        int logicalCpus,
        @Nullable Integer physicalCores,
        @Nullable Double cpuQuota,
        @Nullable Bytes memoryTotal,
        @Nullable Bytes memoryAvailable,
        @Nullable Bytes memoryLimit,
        @Nullable MemoryBandwidth bandwidth,
        List<Gpu> gpus) {

    public HostFacts {
        gpus = List.copyOf(gpus);
    }

    public record Gpu(String name, Bytes memoryTotal, Bytes memoryFree) {}

    public HostFacts with(MemoryBandwidth measured) {
        return new HostFacts(
                logicalCpus, physicalCores, cpuQuota, memoryTotal, memoryAvailable, memoryLimit, measured, gpus);
    }

    public HostFacts with(List<Gpu> found) {
        return new HostFacts(
                logicalCpus, physicalCores, cpuQuota, memoryTotal, memoryAvailable, memoryLimit, bandwidth, found);
    }

    /** Threads that computing is worth: physical cores, fewer under a quota; logical ones where the cores are unknown. */
    public int computeThreads() {
        int cores = physicalCores == null ? logicalCpus : Math.min(physicalCores, logicalCpus);
        return cpuQuota == null ? cores : Math.max(1, Math.min(cores, (int) Math.floor(cpuQuota)));
    }
}
