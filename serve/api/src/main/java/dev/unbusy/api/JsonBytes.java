package dev.unbusy.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON text being written as UTF-8 into one growing array that is used again for the next value. Puts the commas; the
 * caller closes what it opens. A lone surrogate, which UTF-8 cannot express, becomes U+FFFD: text quoted from a request
 * must not make the answer fail, as it would with a general generator. For one thread at a time.
 */
final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] buffer;
    private int size;
    private boolean comma;

    JsonBytes(int capacity) {
        buffer = new byte[capacity];
    }

    /** Forgets what was written. */
    JsonBytes reset() {
        size = 0;
        comma = false;
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer, size);
    }

    int size() {
        return size;
    }

    JsonBytes open(char bracket) {
        separate();
        put(bracket);
        comma = false;
        return this;
    }

    JsonBytes close(char bracket) {
        put(bracket);
        comma = true;
        return this;
    }

    /** The key of the value that follows; ASCII without anything to escape. */
    JsonBytes key(String name) {
        separate();
        put('"');
        raw(name);
        put('"');
        put(':');
        comma = false;
        return this;
    }

    /** The key of the value that follows; any text. */
    JsonBytes name(String name) {
        string(name);
        put(':');
        comma = false;
        return this;
    }

    JsonBytes string(@Nullable String text) {
        if (text == null) {
            return literal("null");
        }
        separate();
        put('"');
        int length = text.length();
        reserve(length + 16);
        int i = 0;
        while (i < length) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
                put(c);
                i++;
            } else {
                i += escapeOrEncode(text, i);
            }
        }
        put('"');
        comma = true;
        return this;
    }

    JsonBytes number(long value) {
        if (value >= 0 && value <= 9) { // most numbers of a stream: the index of the choice
            separate();
            put((char) ('0' + value));
            comma = true;
            return this;
        }
        return literal(Long.toString(value));
    }

    /** Not a number and infinity, which JSON lacks, become null. */
    JsonBytes number(double value) {
        return Double.isFinite(value) ? literal(Double.toString(value)) : literal("null");
    }

    /** With as few digits as tell it from its neighbours of 32 bits. */
    JsonBytes single(float value) {
        return Float.isFinite(value) ? literal(Float.toString(value)) : literal("null");
    }

    JsonBytes bool(boolean value) {
        return literal(value ? "true" : "false");
    }

    JsonBytes nul() {
        return literal("null");
    }

    /** A plain value: null, Boolean, Number, String, List or Map with string keys. */
    JsonBytes value(@Nullable Object value) {
        switch (value) {
            case null -> nul();
            case Boolean b -> bool(b);
            case Double d -> number(d.doubleValue());
            case Float f -> number(f.doubleValue());
            case Number n -> literal(n.toString());
            case List<?> list -> {
                open('[');
                list.forEach(this::value);
                close(']');
            }
            case Map<?, ?> map -> {
                open('{');
                map.forEach((name, item) -> {
                    name(String.valueOf(name));
                    value(item);
                });
                close('}');
            }
            default -> string(value.toString());
        }
        return this;
    }

    /** Bytes as they are, without a comma: parts made ready before, and what is not JSON. */
    JsonBytes raw(byte[] bytes) {
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, size, bytes.length);
        size += bytes.length;
        return this;
    }

    /** The next value or key begins a list or object whose opening was written with {@link #raw}. */
    JsonBytes noComma() {
        comma = false;
        return this;
    }

    private JsonBytes literal(String ascii) {
        separate();
        raw(ascii);
        comma = true;
        return this;
    }

    private void raw(String ascii) {
        int length = ascii.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            buffer[size++] = (byte) ascii.charAt(i);
        }
    }

    private void separate() {
        if (comma) {
            put(',');
        }
    }

    /** Returns how many chars were read. */
    private int escapeOrEncode(String text, int at) {
        char c = text.charAt(at);
        switch (c) {
            case '"', '\\' -> escape(c);
            case '\n' -> escape('n');
            case '\r' -> escape('r');
            case '\t' -> escape('t');
            case '\b' -> escape('b');
            case '\f' -> escape('f');
            default -> {
                if (c < 0x20 || c == 0x7f) {
                    escape('u');
                    put('0');
                    put('0');
                    put((char) HEX[c >> 4]);
                    put((char) HEX[c & 15]);
                } else if (Character.isHighSurrogate(c)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1))) {
                    encode(Character.toCodePoint(c, text.charAt(at + 1)));
                    return 2;
                } else {
                    encode(Character.isSurrogate(c) ? 0xFFFD : c);
                }
            }
        }
        return 1;
    }

    private void escape(char c) {
        put('\\');
        put(c);
    }

    private void encode(int codePoint) {
        if (codePoint < 0x800) {
            put((char) (0xC0 | codePoint >> 6));
        } else {
            if (codePoint < 0x10000) {
                put((char) (0xE0 | codePoint >> 12));
            } else {
                put((char) (0xF0 | codePoint >> 18));
                put((char) (0x80 | (codePoint >> 12 & 0x3F)));
            }
            put((char) (0x80 | (codePoint >> 6 & 0x3F)));
        }
        put((char) (0x80 | (codePoint & 0x3F)));
    }

    private void put(char c) {
        reserve(1);
        buffer[size++] = (byte) c;
    }

    private void reserve(int bytes) {
        if (buffer.length - size < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(size + bytes, buffer.length * 2));
        }
    }
}
