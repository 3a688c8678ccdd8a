package dev.unbusy.gateway;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The data of server-sent events, whatever pieces they come in: lines of {@code data} joined by line breaks, without
 * comments, other fields, and {@code [DONE]} (WHATWG HTML, 9.2.6). Used on one event loop.
 */
final class EventData {
    private static final byte[] FIELD = {'d', 'a', 't', 'a', ':'};
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final int maxBytes;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private final ByteArrayOutputStream data = new ByteArrayOutputStream(512);
    private boolean hasData;
    private boolean tooLarge;

    /** @param maxBytes an event that is larger ends everything */
    EventData(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * @param piece the next bytes; its reader index does not move
     * @param event called with the data of each event that is complete now
     * @return false once an event was too large; nothing is read from then on
     */
    boolean read(ByteBuf piece, Consumer<byte[]> event) {
        int from = piece.readerIndex();
        int end = piece.writerIndex();
        while (from < end && !tooLarge) {
            int newline = piece.indexOf(from, end, (byte) '\n');
            int to = newline < 0 ? end : newline;
            if (line.size() + data.size() + (long) (to - from) > maxBytes) {
                tooLarge = true;
                break;
            }
            byte[] bytes = new byte[to - from];
            piece.getBytes(from, bytes);
            line.writeBytes(bytes);
            if (newline >= 0) {
                ended(event);
            }
            from = to + 1;
        }
        return !tooLarge;
    }

    /** Whether no beginning of an event waits for its end. */
    boolean isBetweenEvents() {
        return !hasData && line.size() == 0 && !tooLarge;
    }

    private void ended(Consumer<byte[]> event) {
        byte[] bytes = line.toByteArray();
        line.reset();
        int length = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        if (length == 0) {
            if (hasData) {
                byte[] complete = data.toByteArray();
                data.reset();
                hasData = false;
                if (!Arrays.equals(complete, DONE)) {
                    event.accept(complete);
                }
            }
            return;
        }
        if (length >= FIELD.length && Arrays.equals(bytes, 0, FIELD.length, FIELD, 0, FIELD.length)) {
            int value = length > FIELD.length && bytes[FIELD.length] == ' ' ? FIELD.length + 1 : FIELD.length;
            if (hasData) {
                data.write('\n');
            }
            data.write(bytes, value, length - value);
            hasData = true;
        }
    }
}
