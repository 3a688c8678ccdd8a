package dev.unbusy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Heads and chunk frames as bytes (RFC 9112). Written by hand rather than with Netty's encoder: an event of a stream is
 * then one buffer and one entry in the socket's queue instead of three.
 */
final class ResponseBytes {
    /** Room in front of a chunk for its size line: eight hex digits and a line end. */
    static final int CHUNK_HEAD = 10;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int CRLF = ('\r' << 8) | '\n';

    private ResponseBytes() {}

    /** How the end of a body is told. */
    enum Framing {
        LENGTH,
        CHUNKED,
        /** By closing the connection: HTTP/1.0 clients know no chunks. */
        CLOSE,
        /** No body and no length: 1xx, 204 and 304. */
        NONE
    }

    static boolean hasNoBody(int status) {
        return status < 200 || status == 204 || status == 304;
    }

    /**
     * @param connectionHeader value of {@code connection}; null where the version's default is meant
     * @param headers names and values in turn
     */
    static void head(
            ByteBuf out,
            int status,
            @Nullable String contentType,
            Framing framing,
            long contentLength,
            @Nullable String connectionHeader,
            String requestId,
            String[] headers) {
        ascii(out, "HTTP/1.1 ");
        ascii(out, HttpResponseStatus.valueOf(status).toString());
        ascii(out, "\r\ndate: ");
        ascii(out, HttpDate.at(System.currentTimeMillis()));
        ascii(out, "\r\nx-request-id: ");
        ascii(out, requestId);
        if (contentType != null) {
            ascii(out, "\r\ncontent-type: ");
            value(out, contentType);
        }
        switch (framing) {
            case LENGTH -> {
                ascii(out, "\r\ncontent-length: ");
                ascii(out, Long.toString(contentLength));
            }
            case CHUNKED -> ascii(out, "\r\ntransfer-encoding: chunked");
            case CLOSE, NONE -> {}
        }
        if (connectionHeader != null) {
            ascii(out, "\r\nconnection: ");
            ascii(out, connectionHeader);
        }
        for (int i = 0; i < headers.length; i += 2) {
            out.writeShort(CRLF);
            ascii(out, headers[i]);
            out.writeShort((':' << 8) | ' ');
            value(out, headers[i + 1]);
        }
        out.writeShort(CRLF);
        out.writeShort(CRLF);
    }

    /** @throws IllegalArgumentException for a name without value or one that is no token: a mistake in our code */
    static void check(String[] headers) {
        if (headers.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "headers are pairs of name and value, found " + headers.length + " strings");
        }
        for (int i = 0; i < headers.length; i += 2) {
            String name = headers[i];
            for (int c = 0; c < name.length(); c++) {
                char at = name.charAt(c);
                if (!(at >= 'a' && at <= 'z') && !(at >= 'A' && at <= 'Z') && !(at >= '0' && at <= '9') && at != '-') {
                    throw new IllegalArgumentException("header name \"" + name + "\"");
                }
            }
            if (name.isEmpty()) {
                throw new IllegalArgumentException("header without a name");
            }
        }
    }

    /** A buffer into which a chunk's data can be written; its size line is put in front by {@link #sealChunk}. */
    static ByteBuf newChunk(ByteBufAllocator allocator, int dataBytes) {
        ByteBuf chunk = allocator.buffer(CHUNK_HEAD + Math.max(dataBytes, 502));
        chunk.setIndex(CHUNK_HEAD, CHUNK_HEAD);
        return chunk;
    }

    /** Makes the data in a buffer of {@link #newChunk} a chunk. */
    static void sealChunk(ByteBuf chunk) {
        int start = chunk.readerIndex();
        int size = chunk.readableBytes();
        chunk.setByte(--start, '\n');
        chunk.setByte(--start, '\r');
        do {
            chunk.setByte(--start, HEX[size & 15]);
            size >>>= 4;
        } while (size != 0);
        chunk.readerIndex(start);
        chunk.writeShort(CRLF);
    }

    /** The size line alone, for data that is not copied; {@code "\r\n"} follows the data. */
    static ByteBuf chunkHead(ByteBufAllocator allocator, int size) {
        ByteBuf head = allocator.buffer(CHUNK_HEAD);
        ascii(head, Integer.toHexString(size));
        head.writeShort(CRLF);
        return head;
    }

    static void lastChunk(ByteBuf out) {
        ascii(out, "0\r\n\r\n");
    }

    private static void ascii(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
    }

    /** Control characters would end the header and begin another; what is not ASCII has no meaning there. */
    private static void value(ByteBuf out, String text) {
        boolean clean = true;
        for (int i = 0; i < text.length() && clean; i++) {
            char c = text.charAt(i);
            clean = (c >= ' ' && c < 127) || c == '\t';
        }
        ascii(out, clean ? text : text.replaceAll("[^\\t -~]", "?"));
    }
}
