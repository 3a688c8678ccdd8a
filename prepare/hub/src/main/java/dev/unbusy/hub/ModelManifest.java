package dev.unbusy.hub;

import dev.unbusy.catalog.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON beside an installed model's first file, {@code NAME.gguf.json}. */
final class ModelManifest {
    static final String SUFFIX = ".json";

    private ModelManifest() {}

    static Path of(Path modelFile) {
        return modelFile.resolveSibling(modelFile.getFileName() + SUFFIX);
    }

    static void write(InstalledModel model) throws IOException {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", model.id());
        json.put(
                "parts",
                model.parts().stream()
                        .map(part -> String.valueOf(part.getFileName()))
                        .toList());
        json.put("bytes", model.bytes());
        json.put("quantization", model.quantization());
        json.put("architecture", model.architecture());
        json.put("source", model.source());
        json.put("sha256", model.sha256());
        json.put("revision", model.revision());
        json.put("installed", model.installed().toString());
        AtomicFiles.write(of(model.file()), JsonObject.write(json));
    }

    /** @throws IOException if it cannot be read, or lacks what it must have; the message says which */
    static InstalledModel read(Path manifest) throws IOException {
        JsonObject json = JsonObject.parse(Files.readAllBytes(manifest));
        String id = json.string("id");
        Long bytes = json.whole("bytes");
        String source = json.string("source");
        List<Path> parts = new ArrayList<>();
        for (String name : json.strings("parts")) {
            if (name.contains("/") || name.contains("\\") || name.equals("..")) {
                throw new IOException("a part has a path for a name");
            }
            parts.add(manifest.resolveSibling(name));
        }
        if (id == null || bytes == null || source == null || parts.isEmpty()) {
            throw new IOException("id, bytes, source or parts are missing");
        }
        Path first = parts.getFirst();
        if (!of(first).equals(manifest)) {
            throw new IOException("it describes another file, " + first.getFileName());
        }
        return new InstalledModel(
                id,
                first,
                parts,
                bytes,
                json.string("quantization"),
                json.string("architecture"),
                source,
                Digests.asSha256(json.string("sha256")),
                json.string("revision"),
                installed(json.string("installed")));
    }

    private static Instant installed(@Nullable String text) throws IOException {
        try {
            return text == null ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IOException("its date cannot be read", e);
        }
    }
}
