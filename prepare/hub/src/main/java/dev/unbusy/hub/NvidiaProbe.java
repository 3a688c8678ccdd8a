package dev.unbusy.hub;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for an NVIDIA device, its driver, and a CUDA runtime that the libraries can use. Reads directories only.
 */
final class NvidiaProbe {
    private static final Logger LOG = LoggerFactory.getLogger(NvidiaProbe.class);
    private static final int[] RUNTIMES = {13, 12};

    private final Path root;
    private final Map<String, String> environment;

    /** @param root {@code /}, or a folder that stands for it in tests */
    NvidiaProbe(Path root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
    }

    /**
     * @param device true if a device node and the driver's library are there
     * @param cudaMajor newest usable CUDA runtime, or null
     * @param runtimeDirectories where its libraries lie
     */
    record Found(boolean device, @Nullable Integer cudaMajor, List<Path> runtimeDirectories) {}

    Found look() {
        List<Path> directories = libraryDirectories();
        boolean device = Files.exists(root.resolve("dev/nvidia0"))
                && !holding(directories, "libcuda.so.1").isEmpty();
        if (device) {
            for (int major : RUNTIMES) {
                List<Path> runtime = holding(directories, "libcudart.so." + major);
                List<Path> blas = holding(directories, "libcublas.so." + major);
                if (!runtime.isEmpty() && !blas.isEmpty()) {
                    Set<Path> both = new LinkedHashSet<>();
                    both.add(runtime.getFirst());
                    both.add(blas.getFirst());
                    return new Found(true, major, List.copyOf(both));
                }
            }
        }
        return new Found(device, null, List.of());
    }

    private static List<Path> holding(List<Path> directories, String library) {
        return directories.stream()
                .filter(directory -> Files.exists(directory.resolve(library)))
                .toList();
    }

    private List<Path> libraryDirectories() {
        List<Path> directories = new ArrayList<>();
        for (String entry : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":")) {
            if (entry.startsWith("/")) {
                directories.add(Path.of(entry));
            }
        }
        for (String entry : new String[] {
            "usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib", "lib/x86_64-linux-gnu", "lib64", "usr/local/lib"
        }) {
            directories.add(root.resolve(entry));
        }
        for (Path configuration : list(root.resolve("etc/ld.so.conf.d"), "*.conf")) {
            try {
                for (String line : Files.readAllLines(configuration)) {
                    if (line.startsWith("/")) {
                        directories.add(root.resolve(line.strip().substring(1)));
                    }
                }
            } catch (IOException unreadable) {
                // The libraries it points to stay unknown.
                LOG.debug("cannot read {}", configuration, unreadable);
            }
        }
        for (Path cuda : list(root.resolve("usr/local"), "cuda*")) {
            directories.add(cuda.resolve("lib64"));
            directories.add(cuda.resolve("targets/x86_64-linux/lib"));
        }
        return directories;
    }

    private static List<Path> list(Path directory, String pattern) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
            List<Path> paths = new ArrayList<>();
            entries.forEach(paths::add);
            paths.sort(null);
            return paths;
        } catch (IOException e) {
            return List.of();
        }
    }
}
