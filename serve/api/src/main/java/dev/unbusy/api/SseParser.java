package dev.unbusy.api;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events out of bytes that may be cut anywhere (WHATWG HTML, section 9.2.6): lines end in LF, CR or CRLF, a
 * blank line ends an event, several {@code data} lines are joined by LF, an event without data is none. What follows the
 * last blank line when the stream ends is dropped, as the standard says. For one thread at a time.
 */
public final class SseParser {
    /** Receives what was found. */
    public interface Listener {
        /** @param type the {@code event} field; null where there was none */
        void event(@Nullable String type, String data);

        /** A line that begins with a colon; servers send them to keep a connection open. */
        default void comment(String text) {}
    }

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final int maxEventBytes;
    private final Listener listener;

    private byte[] line = new byte[1024];
    private int lineBytes;
    private boolean lineOpen;
    private boolean skipLineFeed;
    private boolean firstLine = true;

    private @Nullable StringBuilder data;
    private @Nullable String type;
    private int eventBytes;

    /** @param maxEventBytes of the lines of one event together */
    public SseParser(int maxEventBytes, Listener listener) {
        this.maxEventBytes = maxEventBytes;
        this.listener = listener;
    }

    public void feed(byte[] bytes) {
        feed(bytes, 0, bytes.length);
    }

    /** @throws ApiException where an event is larger than allowed; the parser is of no further use then */
    public void feed(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int start = offset;
        for (int i = offset; i < end; i++) {
            byte b = bytes[i];
            if (skipLineFeed) {
                skipLineFeed = false;
                if (b == '\n') {
                    start = i + 1;
                    continue;
                }
            }
            if (b == '\n' || b == '\r') {
                endOfLine(bytes, start, i);
                start = i + 1;
                skipLineFeed = b == '\r';
            }
        }
        if (start < end) {
            keep(bytes, start, end);
        }
    }

    private void keep(byte[] bytes, int from, int to) {
        int more = to - from;
        if (more > maxEventBytes - eventBytes - lineBytes) {
            throw new ApiError(
                            502,
                            "An event of the stream is larger than " + maxEventBytes + " bytes.",
                            ApiError.SERVER,
                            null,
                            "event_too_large",
                            0)
                    .exception();
        }
        if (line.length - lineBytes < more) {
            line = Arrays.copyOf(line, Math.max(lineBytes + more, 2 * line.length));
        }
        System.arraycopy(bytes, from, line, lineBytes, more);
        lineBytes += more;
        lineOpen = true;
    }

    private void endOfLine(byte[] bytes, int from, int to) {
        if (lineOpen || to - from > maxEventBytes - eventBytes) {
            keep(bytes, from, to);
            int all = lineBytes;
            lineBytes = 0;
            lineOpen = false;
            line(line, 0, all);
        } else {
            line(bytes, from, to);
        }
    }

    private void line(byte[] bytes, int start, int to) {
        int from = start;
        if (firstLine) {
            firstLine = false;
            if (to - from >= 3 && Arrays.equals(bytes, from, from + 3, BOM, 0, 3)) {
                from += 3;
            }
        }
        if (from == to) {
            endOfEvent();
            return;
        }
        eventBytes += to - from;
        int colon = from;
        while (colon < to && bytes[colon] != ':') {
            colon++;
        }
        int value = colon == to ? to : colon + 1;
        if (value < to && bytes[value] == ' ') {
            value++;
        }
        if (colon == from) {
            listener.comment(text(bytes, value, to));
        } else if (is("data", bytes, from, colon)) {
            StringBuilder joined = data;
            if (joined == null) {
                data = new StringBuilder(text(bytes, value, to));
            } else {
                joined.append('\n').append(text(bytes, value, to));
            }
        } else if (is("event", bytes, from, colon)) {
            type = text(bytes, value, to);
        }
        // "id" and "retry" are for browsers that reconnect; other fields are to be ignored.
    }

    private void endOfEvent() {
        StringBuilder joined = data;
        String name = type;
        data = null;
        type = null;
        eventBytes = 0;
        if (joined != null) {
            listener.event(name == null || name.isEmpty() ? null : name, joined.toString());
        }
    }

    private static boolean is(String field, byte[] bytes, int from, int to) {
        if (to - from != field.length()) {
            return false;
        }
        for (int i = 0; i < field.length(); i++) {
            if (bytes[from + i] != field.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
