package dev.unbusy.catalog;

import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code /proc} and {@code /sys} of a Linux machine: no library, no process, under a millisecond or two. Knows the
 * control groups of version 1 and 2; a limit counts wherever it stands between the process's group and the root.
 */
final class LinuxHost {
    /** Version 1 writes "no limit" as the largest page-aligned number. */
    private static final long NO_LIMIT = 1L << 60;

    private final Path root;

    /** @param root {@code /}, or a folder that stands for it in tests */
    LinuxHost(Path root) {
        this.root = root;
    }

    HostFacts read(int logicalCpus) {
        Map<String, Long> memory = table("proc/meminfo");
        Bytes total = kibi(memory.get("MemTotal"));
        Bytes available = kibi(memory.get("MemAvailable"));
        Bytes limit = null;
        Double quota = null;
        for (Group group : groups()) {
            Long groupLimit = group.memoryLimit();
            if (groupLimit != null && (limit == null || groupLimit < limit.count())) {
                limit = new Bytes(groupLimit);
            }
            Long left = group.memoryLeft();
            if (left != null && (available == null || left < available.count())) {
                available = new Bytes(left);
            }
            Double groupQuota = group.cpuQuota();
            if (groupQuota != null && (quota == null || groupQuota < quota)) {
                quota = groupQuota;
            }
        }
        return new HostFacts(logicalCpus, physicalCores(), quota, total, available, limit, null, List.of());
    }

    private @Nullable Integer physicalCores() {
        Set<String> cores = new HashSet<>();
        try (DirectoryStream<Path> cpus =
                Files.newDirectoryStream(root.resolve("sys/devices/system/cpu"), "cpu[0-9]*")) {
            for (Path cpu : cpus) {
                String socket = line(cpu.resolve("topology/physical_package_id"));
                String core = line(cpu.resolve("topology/core_id"));
                if (socket != null && core != null) {
                    cores.add(socket + ":" + core);
                }
            }
        } catch (IOException e) {
            return null;
        }
        return cores.isEmpty() ? null : cores.size();
    }

    /** The control groups that hold this process, innermost first, of both versions. */
    private List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length != 3) {
                continue;
            }
            if (fields[1].isEmpty()) {
                addUpwards(groups, root.resolve("sys/fs/cgroup"), fields[2], true);
                continue;
            }
            for (String controller : fields[1].split(",")) {
                if (controller.equals("memory") || controller.equals("cpu")) {
                    Path base = root.resolve("sys/fs/cgroup").resolve(controller);
                    addUpwards(
                            groups,
                            Files.isDirectory(base)
                                    ? base
                                    : root.resolve("sys/fs/cgroup").resolve(fields[1]),
                            fields[2],
                            false);
                }
            }
        }
        return groups;
    }

    private static void addUpwards(List<Group> groups, Path base, String path, boolean unified) {
        Path inner = Path.of("/").resolve(path).normalize();
        for (Path at = inner; at != null; at = at.getParent()) {
            // Inside a container the path may be the host's and not exist here; the base then is the container's own
            // group.
            Path directory = base.resolve(Path.of("/").relativize(at));
            if (Files.isDirectory(directory)) {
                groups.add(new Group(directory, unified));
            }
        }
    }

    private record Group(Path directory, boolean unified) {
        @Nullable
        Long memoryLimit() {
            Long limit = number(line(directory.resolve(unified ? "memory.max" : "memory.limit_in_bytes")));
            return limit == null || limit >= NO_LIMIT ? null : limit;
        }

        /** Limit less what cannot be given back; cached files that nobody used lately can be. */
        @Nullable
        Long memoryLeft() {
            Long limit = memoryLimit();
            Long used = number(line(directory.resolve(unified ? "memory.current" : "memory.usage_in_bytes")));
            if (limit == null || used == null) {
                return limit;
            }
            Long cached =
                    words(directory.resolve("memory.stat")).get(unified ? "inactive_file" : "total_inactive_file");
            return Math.max(0, limit - Math.max(0, used - (cached == null ? 0 : cached)));
        }

        @Nullable
        Double cpuQuota() {
            Long quota;
            Long period;
            if (unified) {
                String value = line(directory.resolve("cpu.max"));
                String[] fields = value == null ? new String[0] : value.split(" ");
                quota = fields.length == 2 ? number(fields[0]) : null;
                period = fields.length == 2 ? number(fields[1]) : null;
            } else {
                quota = number(line(directory.resolve("cpu.cfs_quota_us")));
                period = number(line(directory.resolve("cpu.cfs_period_us")));
            }
            return quota == null || period == null || quota <= 0 || period <= 0 ? null : (double) quota / period;
        }
    }

    private Map<String, Long> table(String path) {
        Map<String, Long> table = new HashMap<>();
        for (String line : lines(root.resolve(path))) {
            String[] fields = line.split("[:\\s]+");
            Long value = fields.length >= 2 ? number(fields[1]) : null;
            if (value != null) {
                table.put(fields[0], value);
            }
        }
        return table;
    }

    private static Map<String, Long> words(Path file) {
        Map<String, Long> table = new HashMap<>();
        for (String line : lines(file)) {
            String[] fields = line.split(" ");
            Long value = fields.length == 2 ? number(fields[1]) : null;
            if (value != null) {
                table.put(fields[0], value);
            }
        }
        return table;
    }

    private static @Nullable Bytes kibi(@Nullable Long kibibytes) {
        return kibibytes == null ? null : new Bytes(kibibytes * 1024);
    }

    private static @Nullable Long number(@Nullable String text) {
        try {
            return text == null ? null : (Long) Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable String line(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? null : lines.getFirst().strip();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            // Not there on this kernel: the fact stays unknown.
            return List.of();
        }
    }
}
