package dev.unbusy.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.unbusy.ledger.JournalEntry.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one journal entry, and where they are made. Owned by one thread at a time.
 *
 * <p>A frame is {@code int length, int crc, byte[length] payload}, little-endian, filled up to a multiple of 8. The CRC32C
 * covers the segment's salt, the frame's offset and the payload: bytes that a client put into a name can never pass for a
 * frame, nor can a frame from another place.
 */
final class JournalFrame {
    static final int HEADER_BYTES = 8;
    static final int MAX_TEXT_BYTES = 254;
    private static final byte BEGUN = 1;
    private static final byte ENDED = 2;
    private static final int NO_TEXT = 255;
    private static final int NUMBERS_BYTES = 1 + 8 * 8 + 4;
    private static final int TEXTS = 8;
    static final int MAX_PAYLOAD_BYTES = NUMBERS_BYTES + TEXTS * (1 + MAX_TEXT_BYTES);
    static final int MIN_PAYLOAD_BYTES = NUMBERS_BYTES + TEXTS;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Salt and offset, then the payload: what the CRC is computed over, in one piece. */
    final byte[] bytes = new byte[HEADER_BYTES + MAX_PAYLOAD_BYTES];

    private final CRC32C crc = new CRC32C();
    private int at;

    /** @return the payload's length in bytes */
    int encode(Kind kind, long ticket, UsageRecord record) {
        at = HEADER_BYTES;
        bytes[at++] = switch (kind) {
            case BEGUN -> BEGUN;
            case ENDED -> ENDED;
        };
        putLong(ticket);
        putLong(record.startedAtMillis());
        putLong(record.promptTokens());
        putLong(record.completionTokens());
        putLong(record.cachedTokens());
        putLong(record.reasoningTokens());
        putLong(record.queueMillis());
        putLong(record.durationMillis());
        INT.set(bytes, at, record.continued());
        at += 4;
        putText(record.requestId());
        putText(record.keyId());
        putText(record.tenant());
        putText(record.model());
        putText(record.route());
        putText(record.worker());
        putText(record.outcome());
        putText(record.priority());
        return at - HEADER_BYTES;
    }

    /** Of what lies in {@link #bytes}, as a frame at this place. */
    int crc(int salt, int offset, int payloadBytes) {
        INT.set(bytes, 0, salt);
        INT.set(bytes, 4, offset);
        crc.reset();
        crc.update(bytes, 0, HEADER_BYTES + payloadBytes);
        return (int) crc.getValue();
    }

    /** @return null if the payload in {@link #bytes} is none: written by a version of this program that has more fields */
    @Nullable
    JournalEntry decode(int payloadBytes) {
        int end = HEADER_BYTES + payloadBytes;
        at = HEADER_BYTES;
        byte kind = bytes[at++];
        if (kind != BEGUN && kind != ENDED) {
            return null;
        }
        long ticket = getLong();
        long startedAt = getLong();
        long prompt = getLong();
        long completion = getLong();
        long cached = getLong();
        long reasoning = getLong();
        long queue = getLong();
        long duration = getLong();
        int continued = (int) INT.get(bytes, at);
        at += 4;
        @Nullable String[] texts = new @Nullable String[TEXTS];
        for (int i = 0; i < TEXTS; i++) {
            if (at >= end) {
                return null;
            }
            int length = bytes[at++] & 0xff;
            if (length == NO_TEXT) {
                continue;
            }
            if (length > end - at) {
                return null;
            }
            texts[i] = new String(bytes, at, length, UTF_8);
            at += length;
        }
        if (at != end) {
            return null;
        }
        return new JournalEntry(
                kind == BEGUN ? Kind.BEGUN : Kind.ENDED,
                ticket,
                new UsageRecord(
                        orEmpty(texts[0]),
                        startedAt,
                        texts[1],
                        orEmpty(texts[2]),
                        orEmpty(texts[3]),
                        orEmpty(texts[4]),
                        prompt,
                        completion,
                        cached,
                        reasoning,
                        queue,
                        duration,
                        texts[5],
                        orEmpty(texts[6]),
                        orEmpty(texts[7]),
                        continued));
    }

    /** With header and filling. */
    static int frameBytes(int payloadBytes) {
        return (HEADER_BYTES + payloadBytes + 7) & -8;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private void putLong(long value) {
        LONG.set(bytes, at, value);
        at += 8;
    }

    private long getLong() {
        long value = (long) LONG.get(bytes, at);
        at += 8;
        return value;
    }

    /** As UTF-8, cut off before the character that would not fit. */
    private void putText(@Nullable String text) {
        int lengthAt = at++;
        if (text == null) {
            bytes[lengthAt] = (byte) NO_TEXT;
            return;
        }
        int limit = at + MAX_TEXT_BYTES;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (at == limit) {
                    break;
                }
                bytes[at++] = (byte) c;
            } else {
                int codePoint = text.codePointAt(i);
                byte[] utf8 = Character.toString(codePoint).getBytes(UTF_8);
                if (utf8.length > limit - at) {
                    break;
                }
                System.arraycopy(utf8, 0, bytes, at, utf8.length);
                at += utf8.length;
                i += Character.charCount(codePoint) - 1;
            }
        }
        bytes[lengthAt] = (byte) (at - lengthAt - 1);
    }
}
