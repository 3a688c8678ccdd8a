package dev.unbusy.llama;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What ggml picked for this machine.
 *
 * @param version the library's own version string; two different builds may carry the same
 * @param systemInfo CPU features in use, for instance {@code CPU : AVX512 = 1 | AMX_INT8 = 1 | …}
 * @param cpuVariant the libggml-cpu file picked, for instance {@code sapphirerapids}; null where the system does not
 *     tell which files are mapped
 */
public record Backends(
        String version, String systemInfo, @Nullable String cpuVariant, List<Device> devices) {
    private static final Pattern AMX = Pattern.compile("\\bAMX_INT8 = 1\\b");

    public Backends {
        devices = List.copyOf(devices);
    }

    /** Whether weights are laid out for the AMX matrix unit of the CPU. */
    public boolean usesAmx() {
        return AMX.matcher(systemInfo).find();
    }

    public long totalMemoryBytes() {
        return devices.stream().mapToLong(Device::totalBytes).sum();
    }
}
