package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One file to be fetched.
 *
 * @param uri where to ask for it
 * @param target where it goes
 * @param bytes its size, or null if not known beforehand
 * @param sha256 its checksum, or null if not known beforehand
 * @param task what to show while it is fetched
 */
record FileFetch(
        URI uri,
        Path target,
        @Nullable Long bytes,
        @Nullable String sha256,
        Text task) {

    static final String PART = ".part";

    Path part() {
        return target.resolveSibling(target.getFileName() + PART);
    }

    Path state() {
        return target.resolveSibling(target.getFileName() + PART + ".json");
    }
}
