package dev.unbusy.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** C strings to Java strings. Bytes that are not UTF-8 become U+FFFD: model files are foreign input. */
final class Strings {
    private Strings() {}

    /** A zero-terminated string; the empty string for NULL. */
    static String read(MemorySegment pointer) {
        String text = readOrNull(pointer);
        return text == null ? "" : text;
    }

    static @Nullable String readOrNull(MemorySegment pointer) {
        if (pointer.address() == 0) {
            return null;
        }
        MemorySegment text = pointer.reinterpret(Long.MAX_VALUE);
        long length = 0;
        while (text.get(ValueLayout.JAVA_BYTE, length) != 0) {
            length++;
        }
        byte[] bytes = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A function that writes a string into a buffer and returns its full length, or a negative number for "no such". */
    interface Writer {
        int write(MemorySegment buffer, long capacity);
    }

    /** Calls once more with a larger buffer if the first was too small. */
    static @Nullable String written(Writer writer) {
        try (Arena arena = Arena.ofConfined()) {
            long capacity = 256;
            MemorySegment buffer = arena.allocate(capacity);
            int length = writer.write(buffer, capacity);
            if (length >= capacity) {
                capacity = length + 1L;
                buffer = arena.allocate(capacity);
                length = writer.write(buffer, capacity);
            }
            if (length < 0) {
                return null;
            }
            byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
