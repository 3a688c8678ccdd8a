package dev.unbusy.gguf;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of one file, read and consistent in itself: counts are bounded, names unique, tensors inside the file.
 *
 * @param version of the format, 2 or 3
 * @param metadata by key, in the order of the file
 * @param dataOffset byte at which tensor data starts
 * @param impliedBytes size that the file must have at the least
 * @param fileBytes size that it has
 * @param vocabulary null if the file has none
 */
record GgufHeader(
        Path file,
        int version,
        Map<String, GgufValue> metadata,
        List<GgufTensor> tensors,
        long dataOffset,
        long impliedBytes,
        long fileBytes,
        @Nullable Vocabulary vocabulary) {

    @Nullable
    Long whole(String key) {
        return metadata.get(key) instanceof GgufValue.Whole whole ? (Long) whole.value() : null;
    }

    @Nullable
    String string(String key) {
        return metadata.get(key) instanceof GgufValue.Str str ? str.value() : null;
    }
}
