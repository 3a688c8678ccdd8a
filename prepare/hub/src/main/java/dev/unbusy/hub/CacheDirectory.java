package dev.unbusy.hub;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folder under which everything fetched is kept: {@code natives/} (libraries), {@code models/} (the store),
 * {@code downloads/} (archives put there by hand for machines without a network) and {@code locks/}. It is
 * {@code $XDG_CACHE_HOME/unbusy}, else {@code ~/.cache/unbusy}, unless the configuration names another.
 */
public final class CacheDirectory {
    private final Path root;

    private CacheDirectory(Path root) {
        this.root = root;
    }

    /**
     * Opens the folder, creating what is missing.
     *
     * @param configured the configured folder, or null to follow the environment
     * @throws HubException {@code permission-denied} if it cannot be written to
     */
    public static CacheDirectory open(@Nullable Path configured, Map<String, String> environment) {
        CacheDirectory cache = new CacheDirectory((configured != null ? configured : byEnvironment(environment))
                .toAbsolutePath()
                .normalize());
        for (Path directory : new Path[] {cache.natives(), cache.models(), cache.downloads(), cache.locks()}) {
            cache.create(directory);
        }
        cache.probe();
        return cache;
    }

    private static Path byEnvironment(Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG rules: a relative path is invalid and is to be ignored.
        if (!xdg.isEmpty() && Path.of(xdg).isAbsolute()) {
            return Path.of(xdg, "unbusy");
        }
        String home = environment.getOrDefault("HOME", System.getProperty("user.home", "."));
        return Path.of(home, ".cache", "unbusy");
    }

    public Path root() {
        return root;
    }

    public Path natives() {
        return root.resolve("natives");
    }

    public Path models() {
        return root.resolve("models");
    }

    /** Archives fetched by hand; looked at before the network. */
    public Path downloads() {
        return root.resolve("downloads");
    }

    public Path locks() {
        return root.resolve("locks");
    }

    /**
     * Takes the lock of that name, waiting as long as another process or thread holds it.
     *
     * @param what what is being protected, for the line shown while waiting
     */
    public CacheLock lock(String name, Text what, Progress progress) {
        return CacheLock.take(locks().resolve(safe(name) + ".lock"), what, progress);
    }

    /** A name that is one plain file name on every file system. */
    static String safe(String name) {
        String plain = name.replace("/", "--").replaceAll("[^A-Za-z0-9._-]", "_");
        return plain.startsWith(".") ? "_" + plain : plain;
    }

    private void create(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    private void probe() {
        try {
            Files.delete(Files.createTempFile(locks(), "probe", null));
        } catch (IOException e) {
            throw unusable(locks(), e);
        }
    }

    private HubException unusable(Path directory, IOException cause) {
        return new HubException(
                "permission-denied",
                Text.of(
                        "The cache directory %s cannot be written to: %s.",
                        "无法写入缓存目录 %s：%s。", directory, FileFailure.of(cause)),
                Text.of(
                        "Set XDG_CACHE_HOME to a folder you may write to, or correct the owner: sudo chown -R \"$USER\" %s",
                        "请将 XDG_CACHE_HOME 设为可写的目录，或修正目录所有者：sudo chown -R \"$USER\" %s", root),
                cause);
    }
}
