package dev.unbusy.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Cache directories as fresh machines have them, without a network: the packages lie in {@code downloads/}, where people
 * put them by hand on machines that have none. Hard links where the file system allows them, so that it costs nothing: a
 * test that damages a file copies it first.
 */
final class Caches {
    /** Where no hub is. */
    static final String NOWHERE = "http://127.0.0.1:1";

    private Caches() {}

    /** Nothing is installed; the packages of natives and starter model can be had. */
    static Path cold(Path parent) throws IOException {
        Path root = Files.createDirectories(parent.resolve("unbusy"));
        link(
                Path.of(RunningUnbusy.property("unbusy.test.archives")),
                Files.createDirectories(root.resolve("downloads")));
        return parent;
    }

    /** The native libraries are installed, no model is; the starter model's package can be had. */
    static Path withNatives(Path parent) throws IOException {
        cold(parent);
        Path natives = Path.of(RunningUnbusy.property("unbusy.test.natives"));
        link(natives, Files.createDirectories(parent.resolve("unbusy/natives").resolve(natives.getFileName())));
        return parent;
    }

    /** All files of a folder. */
    static void link(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Path link = to.resolve(file.getFileName());
                try {
                    Files.createLink(link, file.toRealPath());
                } catch (IOException | UnsupportedOperationException e) {
                    Files.copy(file, link); // another file system
                }
            }
        }
    }

    /** The environment of a program that uses this cache and these hubs. */
    static Map<String, String> environment(Path cache, String huggingFace, String modelScope) {
        return Map.of(
                "XDG_CACHE_HOME",
                cache.toString(),
                "HF_ENDPOINT",
                huggingFace,
                "MODELSCOPE_ENDPOINT",
                modelScope,
                "no_proxy",
                "127.0.0.1",
                "LC_ALL",
                "en_US.UTF-8");
    }

    static Path starterModel() {
        return Path.of(RunningUnbusy.property("unbusy.test.model"));
    }
}
