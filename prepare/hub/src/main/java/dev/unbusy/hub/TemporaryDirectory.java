package dev.unbusy.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder that is gone when it is closed. Made beside where its content is to go, so that a rename suffices. */
final class TemporaryDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryDirectory.class);
    static final String PREFIX = ".tmp-";
    /** No fetch takes that long: whoever made it is gone. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path path;

    private TemporaryDirectory(Path path) {
        this.path = path;
    }

    static TemporaryDirectory in(Path parent) throws IOException {
        sweep(parent, Instant.now().minus(ABANDONED));
        return new TemporaryDirectory(Files.createTempDirectory(parent, PREFIX));
    }

    /** Deletes what runs have left that were killed. */
    static void sweep(Path parent, Instant before) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path directory : left) {
                if (Files.getLastModifiedTime(directory).toInstant().isBefore(before)) {
                    delete(directory);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("another process has swept {}", parent);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        delete(path);
    }

    /** Deletes a folder with all that is in it; what cannot be deleted is logged and stays. */
    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("cannot delete {}: {}", directory, e.toString());
        }
    }
}
