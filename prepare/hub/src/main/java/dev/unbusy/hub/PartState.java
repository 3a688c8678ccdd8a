package dev.unbusy.hub;

import dev.unbusy.catalog.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a half-fetched file {@code NAME.part} is half of, kept beside it as {@code NAME.part.json}. A part whose state
 * does not match what is to be fetched now is worth nothing.
 *
 * @param source address without query
 * @param etag strong ETag of the host that serves the bytes, or null
 * @param bytes full size, or null
 * @param sha256 checksum of the whole file, or null
 */
record PartState(
        String source,
        @Nullable String etag,
        @Nullable Long bytes,
        @Nullable String sha256) {

    static @Nullable PartState read(Path file) {
        try {
            JsonObject json = JsonObject.parse(Files.readAllBytes(file));
            String source = json.string("source");
            return source == null
                    ? null
                    : new PartState(
                            source, json.string("etag"), json.whole("bytes"), Digests.asSha256(json.string("sha256")));
        } catch (IOException e) {
            return null;
        }
    }

    void write(Path file) throws IOException {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("source", source);
        json.put("etag", etag);
        json.put("bytes", bytes);
        json.put("sha256", sha256);
        AtomicFiles.write(file, JsonObject.write(json));
    }

    /** True if a part in this state may be continued when the whole is to have that size and checksum. */
    boolean continues(String wantedSource, @Nullable Long wantedBytes, @Nullable String wantedSha256) {
        boolean contradicts = (bytes != null && wantedBytes != null && !bytes.equals(wantedBytes))
                || (sha256 != null && wantedSha256 != null && !sha256.equals(wantedSha256));
        boolean sameContent = sha256 != null && sha256.equals(wantedSha256);
        return !contradicts && (sameContent || source.equals(wantedSource));
    }
}
