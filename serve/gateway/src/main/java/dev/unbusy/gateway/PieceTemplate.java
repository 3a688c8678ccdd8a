package dev.unbusy.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a stream's event without parsing it, where it differs in nothing but its text from one that was parsed:
 * what stands before and behind the text is byte for byte the same, and the text has neither quotes nor escapes, so it must be
 * the same string of the same object. Nearly all events of a stream are like that. Used on one event loop.
 */
final class PieceTemplate {
    private static final String EVENT = "data: {";
    private static final String END = "}\n\n";

    private ByteBuf before = Unpooled.EMPTY_BUFFER;
    private ByteBuf behind = Unpooled.EMPTY_BUFFER;

    /**
     * An event was parsed whose only text is this.
     *
     * @param events what came, perhaps more than that event; its reader index does not move
     * @param name of the field that has the text
     */
    void learn(ByteBuf events, String name, String piece) {
        String bytes = events.toString(StandardCharsets.ISO_8859_1);
        String text = new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        int at = onlyPlace(bytes, name, text);
        boolean oneEvent = bytes.startsWith(EVENT) && bytes.indexOf(END) == bytes.length() - END.length();
        if (at < 0 || !oneEvent) {
            return;
        }
        before = Unpooled.copiedBuffer(bytes.substring(0, at), StandardCharsets.ISO_8859_1);
        behind = Unpooled.copiedBuffer(bytes.substring(at + text.length()), StandardCharsets.ISO_8859_1);
    }

    /** Where the text of the only field of that name and text begins; −1 where there is none or more than one. */
    private static int onlyPlace(String json, String name, String text) {
        String value = '"' + text + '"';
        String key = '"' + name + '"';
        int found = -1;
        for (int at = json.indexOf(value); at >= 0; at = json.indexOf(value, at + 1)) {
            int colon = blanksBefore(json, at);
            if (colon > 0 && json.charAt(colon - 1) == ':') {
                int keyEnd = blanksBefore(json, colon - 1);
                if (json.startsWith(key, keyEnd - key.length())) {
                    if (found >= 0) {
                        return -1;
                    }
                    found = at + 1;
                }
            }
        }
        return found;
    }

    private static int blanksBefore(String json, int at) {
        int start = at;
        while (start > 0 && json.charAt(start - 1) == ' ') {
            start--;
        }
        return start;
    }

    /** The text of an event like the one that was learned from; null where it is another. Does not move the reader index. */
    @Nullable
    String read(ByteBuf events) {
        int start = events.readerIndex() + before.readableBytes();
        int length = events.readableBytes() - before.readableBytes() - behind.readableBytes();
        if (length <= 0
                || !before.isReadable()
                || !ByteBufUtil.equals(before, 0, events, events.readerIndex(), before.readableBytes())
                || !ByteBufUtil.equals(behind, 0, events, start + length, behind.readableBytes())) {
            return null;
        }
        boolean ascii = true;
        for (int i = start; i < start + length; i++) {
            byte b = events.getByte(i);
            if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
                return null;
            }
            ascii &= b >= 0;
        }
        if (ascii) {
            return events.toString(start, length, StandardCharsets.ISO_8859_1);
        }
        return ByteBufUtil.isText(events, start, length, StandardCharsets.UTF_8)
                ? events.toString(start, length, StandardCharsets.UTF_8)
                : null;
    }
}
