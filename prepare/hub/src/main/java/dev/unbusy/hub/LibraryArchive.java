package dev.unbusy.hub;

import dev.unbusy.catalog.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the libraries of an npm archive into one flat folder. Only regular files directly under
 * {@code package/bins/<something>/} (or its {@code fallback/}) with the name of a library are taken, under their last
 * name, so that no entry can reach outside the folder; number and size are bounded.
 */
final class LibraryArchive {
    private static final int MOST_FILES = 200;
    private static final long MOST_BYTES = 3L << 30;
    private static final String BUILD = "_nlcBuildMetadata.json";

    private LibraryArchive() {}

    /** @return the names unpacked; existing files of the same name are replaced */
    static List<String> unpack(Path archive, Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        long bytes = 0;
        try (InputStream file = Files.newInputStream(archive);
                TarArchiveInputStream tar = new TarArchiveInputStream(new GzipCompressorInputStream(file), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = libraryName(entry);
                if (name == null) {
                    continue;
                }
                bytes += entry.getSize();
                if (names.size() == MOST_FILES || bytes > MOST_BYTES) {
                    throw new IOException("the archive holds more than libraries");
                }
                Path target = directory.resolve(name);
                Files.deleteIfExists(target);
                long written = Files.copy(tar, target);
                if (written != entry.getSize()) {
                    throw new IOException(name + " has " + written + " of " + entry.getSize() + " bytes");
                }
                names.add(name);
            }
        }
        return names;
    }

    private static @Nullable String libraryName(TarArchiveEntry entry) {
        String[] path = entry.getName().split("/");
        boolean placed = path[0].equals("package")
                && (path.length == 4 || (path.length == 5 && path[3].equals("fallback")))
                && path[1].equals("bins");
        if (path.length == 2 && path[0].equals("package") && path[1].equals("LICENSE") && entry.isFile()) {
            return "LICENSE";
        }
        if (!placed || !entry.isFile() || entry.isLink() || entry.isSymbolicLink()) {
            return null;
        }
        String name = path[path.length - 1];
        return name.equals(BUILD) || name.matches("lib[\\w.+-]+\\.(so|dylib)") ? name : null;
    }

    /** The llama.cpp release that the unpacked libraries say they are. */
    static String release(Path directory) throws IOException {
        JsonObject build = JsonObject.parse(Files.readAllBytes(directory.resolve(BUILD)));
        JsonObject options = build.object("buildOptions");
        JsonObject llama = options == null ? null : options.object("llamaCpp");
        return llama == null ? "unknown" : String.valueOf(llama.string("release"));
    }
}
