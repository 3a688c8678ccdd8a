package dev.unbusy.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** References into a document, as JSON Schema's {@code $ref} writes them (RFC 6901 behind a {@code #}). */
final class JsonPointer {
    private JsonPointer() {}

    /** The value that a local reference names; null if there is none or the reference leads out of the document. */
    static @Nullable Object resolve(String reference, Map<String, @Nullable Object> root) {
        if (!reference.startsWith("#")) {
            return null;
        }
        Object value = root;
        String path = reference.substring(1);
        if (path.isEmpty()) {
            return value;
        }
        if (!path.startsWith("/")) {
            return null;
        }
        for (String part : path.substring(1).split("/", -1)) {
            String key = part.replace("~1", "/").replace("~0", "~");
            if (value instanceof Map<?, ?> map) {
                value = map.get(key);
            } else if (value instanceof List<?> list && key.matches("\\d{1,6}")) {
                int index = Integer.parseInt(key);
                value = index < list.size() ? list.get(index) : null;
            } else {
                return null;
            }
        }
        return value;
    }

    /** A member's name as one part of a pointer. */
    static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }
}
