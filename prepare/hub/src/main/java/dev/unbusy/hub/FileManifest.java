package dev.unbusy.hub;

import dev.unbusy.catalog.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a folder must hold: size, time and SHA-256 of each file, written when the content was verified. Checking it costs
 * one look at each file; only files whose time changed are read again.
 */
final class FileManifest {
    static final String NAME = "manifest.json";

    /** @param modifiedNanos time of last change, nanoseconds since 1970 */
    private record Entry(long bytes, long modifiedNanos, String sha256) {}

    private final Path directory;
    private final Map<String, Entry> entries;

    private FileManifest(Path directory, Map<String, Entry> entries) {
        this.directory = directory;
        this.entries = entries;
    }

    /** Hashes the files as they are and writes the manifest. */
    static FileManifest create(Path directory, List<String> names) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        for (String name : names) {
            Path file = directory.resolve(name);
            entries.put(name, new Entry(Files.size(file), modified(file), Digests.sha256Hex(file)));
        }
        FileManifest manifest = new FileManifest(directory, entries);
        manifest.write();
        return manifest;
    }

    /** The manifest of that folder, or null if it has none that can be read. */
    static @Nullable FileManifest read(Path directory) {
        try {
            JsonObject json = JsonObject.parse(Files.readAllBytes(directory.resolve(NAME)));
            Map<String, Entry> entries = new TreeMap<>();
            for (JsonObject file : json.objects("files")) {
                String name = file.string("name");
                Long bytes = file.whole("bytes");
                Long modified = file.whole("modifiedNanos");
                String sha256 = Digests.asSha256(file.string("sha256"));
                if (name == null || bytes == null || modified == null || sha256 == null || name.contains("/")) {
                    return null;
                }
                entries.put(name, new Entry(bytes, modified, sha256));
            }
            return entries.isEmpty() ? null : new FileManifest(directory, entries);
        } catch (IOException e) {
            return null;
        }
    }

    /** What is wrong with the folder, in English for the log, or null if it is as it should be. */
    @Nullable
    String damage() {
        String foreign = foreignLibrary();
        if (foreign != null) {
            return foreign;
        }
        boolean touched = false;
        for (Map.Entry<String, Entry> listed : entries.entrySet()) {
            Path file = directory.resolve(listed.getKey());
            Entry wanted = listed.getValue();
            try {
                if (Files.size(file) != wanted.bytes()) {
                    return file + " has " + Files.size(file) + " bytes, not " + wanted.bytes();
                }
                if (modified(file) != wanted.modifiedNanos()) {
                    if (!Digests.sha256Hex(file).equals(wanted.sha256())) {
                        return file + " has another checksum";
                    }
                    touched = true;
                    listed.setValue(new Entry(wanted.bytes(), modified(file), wanted.sha256()));
                }
            } catch (IOException e) {
                return file + " cannot be read (" + e.getClass().getSimpleName() + ")";
            }
        }
        if (touched) {
            // A copied folder: remember the new times, so that the next start is quick again.
            try {
                write();
            } catch (IOException e) {
                return null;
            }
        }
        return null;
    }

    /** ggml opens every library in the folder that is named like a backend, so none may lie there that was not fetched. */
    private @Nullable String foreignLibrary() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> (name.endsWith(".so") || name.endsWith(".dylib")) && !entries.containsKey(name))
                    .findFirst()
                    .map(name -> directory.resolve(name) + " does not belong there")
                    .orElse(null);
        } catch (IOException | UncheckedIOException e) {
            return directory + " cannot be read (" + e.getClass().getSimpleName() + ")";
        }
    }

    Map<String, String> sha256() {
        Map<String, String> sums = new TreeMap<>();
        entries.forEach((name, entry) -> sums.put(name, entry.sha256()));
        return sums;
    }

    private void write() throws IOException {
        List<Map<String, Object>> files = new ArrayList<>();
        entries.forEach((name, entry) -> {
            Map<String, Object> file = new LinkedHashMap<>();
            file.put("name", name);
            file.put("bytes", entry.bytes());
            file.put("modifiedNanos", entry.modifiedNanos());
            file.put("sha256", entry.sha256());
            files.add(file);
        });
        AtomicFiles.write(directory.resolve(NAME), JsonObject.write(Map.of("files", files)));
    }

    private static long modified(Path file) throws IOException {
        return Files.getLastModifiedTime(file).to(java.util.concurrent.TimeUnit.NANOSECONDS);
    }
}
