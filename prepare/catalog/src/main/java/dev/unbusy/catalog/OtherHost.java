package dev.unbusy.catalog;

import dev.unbusy.units.Bytes;
import java.util.List;
import oshi.SystemInfo;
import oshi.hardware.HardwareAbstractionLayer;

/** Asks OSHI where there is no {@code /proc}. In a class of its own, so that Linux never loads the library. */
final class OtherHost {
    private OtherHost() {}

    static HostFacts read(int logicalCpus) {
        HardwareAbstractionLayer hardware = new SystemInfo().getHardware();
        return new HostFacts(
                logicalCpus,
                hardware.getProcessor().getPhysicalProcessorCount(),
                null,
                new Bytes(hardware.getMemory().getTotal()),
                new Bytes(hardware.getMemory().getAvailable()),
                null,
                null,
                List.of());
    }
}
