package dev.unbusy.gguf;

import org.jspecify.annotations.Nullable;

/** The type of a metadata value, in the order of the ids that the GGUF specification gives them. */
public enum GgufType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    /** Length (8 bytes), then that many bytes of UTF-8. */
    STRING(8),
    /** Element type (4 bytes), count (8 bytes), elements. */
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final GgufType[] BY_ID = values();

    private final int leastBytes;

    GgufType(int leastBytes) {
        this.leastBytes = leastBytes;
    }

    static @Nullable GgufType of(long id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[(int) id] : null;
    }

    /** Bytes that a value takes at the least; exactly that many for all but strings and arrays. */
    int leastBytes() {
        return leastBytes;
    }

    boolean isFixedSize() {
        return this != STRING && this != ARRAY;
    }

    boolean isWhole() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> false;
        };
    }
}
