package dev.unbusy.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LinuxHostTest {
    @TempDir
    Path root;

    @BeforeEach
    void plainMachine() throws IOException {
        file("proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 100 kB\nMemAvailable:   12000000 kB\n");
        for (int cpu = 0; cpu < 8; cpu++) {
            file("sys/devices/system/cpu/cpu" + cpu + "/topology/physical_package_id", "0\n");
            file("sys/devices/system/cpu/cpu" + cpu + "/topology/core_id", cpu / 2 + "\n");
        }
    }

    @Test
    void read_ofAPlainMachine_countsCoresAndAvailableMemory() {
        HostFacts facts = read();
        assertThat(facts.physicalCores()).isEqualTo(4);
        assertThat(facts.memoryAvailable()).isEqualTo(new Bytes(12_000_000L * 1024));
        assertThat(facts.memoryLimit()).isNull();
        assertThat(facts.cpuQuota()).isNull();
        assertThat(facts.computeThreads()).isEqualTo(4);
    }

    @Test
    void read_underVersion2Limits_takesTheTightestUpTheTree() throws IOException {
        file("proc/self/cgroup", "0::/a/b\n");
        file("sys/fs/cgroup/a/b/memory.max", "max\n");
        file("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
        file("sys/fs/cgroup/a/memory.max", "4000000000\n");
        file("sys/fs/cgroup/a/memory.current", "1500000000\n");
        file("sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 500000000\n");
        file("sys/fs/cgroup/a/cpu.max", "250000 100000\n");
        HostFacts facts = read();
        assertThat(facts.memoryLimit()).isEqualTo(new Bytes(4_000_000_000L));
        assertThat(facts.memoryAvailable()).isEqualTo(new Bytes(3_000_000_000L));
        assertThat(facts.cpuQuota()).isEqualTo(2.5);
        assertThat(facts.computeThreads()).isEqualTo(2);
    }

    @Test
    void read_underVersion1Limits_takesThem() throws IOException {
        file("proc/self/cgroup", "5:cpu,cpuacct:/box\n4:memory:/box\n0::/\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2000000000\n");
        file("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "500000000\n");
        file("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "100000\n");
        file("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
        HostFacts facts = read();
        assertThat(facts.memoryLimit()).isEqualTo(new Bytes(2_000_000_000L));
        assertThat(facts.memoryAvailable()).isEqualTo(new Bytes(1_500_000_000L));
        assertThat(facts.cpuQuota()).isEqualTo(1.0);
    }

    @Test
    void read_inAContainer_whereTheGroupsPathIsTheHosts_takesTheMountItself() throws IOException {
        file("proc/self/cgroup", "0::/kubepods/pod1/c1\n");
        file("sys/fs/cgroup/memory.max", "3000000000\n");
        file("sys/fs/cgroup/memory.current", "0\n");
        assertThat(read().memoryLimit()).isEqualTo(new Bytes(3_000_000_000L));
    }

    @Test
    void read_ofAnEmptyRoot_isUnknownNotZero() {
        HostFacts facts = new LinuxHost(root.resolve("nothing")).read(2);
        assertThat(facts.memoryAvailable()).isNull();
        assertThat(facts.physicalCores()).isNull();
        assertThat(facts.computeThreads()).isEqualTo(2);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void read_ofThisMachine_findsMemory() {
        HostFacts facts = HostProbe.read();
        assertThat(facts.memoryTotal()).isNotNull();
        assertThat(facts.memoryAvailable()).isNotNull();
    }

    @Test
    void otherHost_findsMemoryThroughOshi() {
        assertThat(OtherHost.read(2).memoryAvailable()).isNotNull();
    }

    @Test
    void measure_givesAPlausibleBandwidth() {
        MemoryBandwidth bandwidth = Objects.requireNonNull(MemoryBandwidth.measure(1));

        // No machine that runs this reads under 0.2 GB/s or over 5 TB/s with one thread.
        assertThat(bandwidth.bytesPerSecond()).isBetween(2e8, 5e12);
    }

    @Test
    void parse_ofNvidiaSmi_readsMebibytesAndLeavesOutTheRest() {
        assertThat(HostProbe.parse("NVIDIA H100 80GB HBM3, 81559, 81000\nFailed, [N/A], [N/A]\n"))
                .containsExactly(new HostFacts.Gpu("NVIDIA H100 80GB HBM3", Bytes.mebi(81559), Bytes.mebi(81000)));
    }

    private HostFacts read() {
        return new LinuxHost(root).read(8);
    }

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
