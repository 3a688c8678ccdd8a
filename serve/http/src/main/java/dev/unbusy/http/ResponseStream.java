package dev.unbusy.http;

import dev.unbusy.http.ResponseBytes.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one answer on their way to the socket: gathers what is written between two flushes into one chunk. Belongs
 * to the event loop.
 */
final class ResponseStream {
    /** Copying below this is cheaper than one more entry in the socket's queue. */
    private static final int COPY_BYTES = 8_192;

    private static final int BURST_BYTES = 65_536;
    private static final ByteBuf CRLF = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(2).writeByte('\r').writeByte('\n').asReadOnly());

    private final Connection connection;
    private final String requestId;
    private final boolean http10;
    private final boolean headRequest;

    private Framing framing = Framing.LENGTH;
    private @Nullable ByteBuf burst;
    private boolean unflushed;
    private boolean flushScheduled;
    private boolean flushByHand;
    private String[] always = {};

    ResponseStream(Connection connection, HttpRequest request, String requestId) {
        this.connection = connection;
        this.requestId = requestId;
        this.http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        this.headRequest = request.method().equals(HttpMethod.HEAD);
    }

    /** Headers of the answer, whoever gives it. */
    void always(String[] headers) {
        always = headers;
    }

    private String[] all(String[] headers) {
        if (always.length == 0) {
            return headers;
        }
        String[] all = Arrays.copyOf(headers, headers.length + always.length);
        System.arraycopy(always, 0, all, headers.length, always.length);
        return all;
    }

    void respond(int status, @Nullable String contentType, ByteBuf content, String[] headers) {
        ChannelHandlerContext ctx = connection.context();
        int length = content.readableBytes();
        framing = ResponseBytes.hasNoBody(status) ? Framing.NONE : Framing.LENGTH;
        boolean sendContent = framing == Framing.LENGTH && !headRequest && length > 0;
        boolean copy = sendContent && length <= COPY_BYTES;
        ByteBuf out = ctx.alloc().buffer(384 + (copy ? length : 0));
        ResponseBytes.head(out, status, contentType, framing, length, connectionHeader(), requestId, all(headers));
        if (copy) {
            out.writeBytes(content);
        }
        connection.send(out);
        if (sendContent && !copy) {
            connection.send(content);
        } else {
            content.release();
        }
        ctx.flush();
    }

    void start(int status, String contentType, String[] headers) {
        ChannelHandlerContext ctx = connection.context();
        framing = ResponseBytes.hasNoBody(status) ? Framing.NONE : http10 ? Framing.CLOSE : Framing.CHUNKED;
        if (framing == Framing.CLOSE) {
            connection.closeAfterAnswer();
        }
        ByteBuf out = ctx.alloc().buffer(384);
        ResponseBytes.head(out, status, contentType, framing, 0, connectionHeader(), requestId, all(headers));
        connection.send(out);
        unflushed = true;
    }

    /** @param piece a byte[] or a ByteBuf, which is taken over */
    void write(Object piece, int bytes) {
        boolean hasBody = !headRequest && (framing == Framing.CHUNKED || framing == Framing.CLOSE);
        if (bytes == 0 || !hasBody) {
            if (piece instanceof ByteBuf buffer) {
                buffer.release(); // an empty chunk would end the body
            }
            return;
        }
        unflushed = true;
        ByteBuf current = burst;
        if (current != null && current.readableBytes() + bytes > BURST_BYTES) {
            seal();
            current = null;
        }
        if (piece instanceof ByteBuf buffer && bytes > COPY_BYTES) {
            seal();
            writeUncopied(buffer);
            return;
        }
        if (current == null) {
            current = ResponseBytes.newChunk(connection.context().alloc(), bytes);
            burst = current;
        }
        if (piece instanceof ByteBuf buffer) {
            current.writeBytes(buffer);
            buffer.release();
        } else {
            current.writeBytes((byte[]) piece);
        }
    }

    void flushByHand() {
        flushByHand = true;
    }

    void flushSoon() {
        if (!flushByHand && !flushScheduled) {
            flushScheduled = true;
            connection.runOnLoop(() -> {
                flushScheduled = false;
                flush();
            });
        }
    }

    void flush() {
        if (unflushed) {
            unflushed = false;
            seal();
            connection.context().flush();
        }
    }

    void end() {
        if (framing == Framing.CHUNKED && !headRequest) {
            ChannelHandlerContext ctx = connection.context();
            ByteBuf last = burst;
            if (last == null) {
                last = ctx.alloc().buffer(8);
            } else {
                burst = null;
                ResponseBytes.sealChunk(last);
            }
            ResponseBytes.lastChunk(last);
            connection.send(last);
        } else {
            seal();
        }
        unflushed = false;
        connection.context().flush();
    }

    void discard() {
        ByteBuf current = burst;
        burst = null;
        unflushed = false;
        if (current != null) {
            current.release();
        }
    }

    /** Whether only the connection's end tells the body's end. */
    boolean endsWithClose() {
        return framing == Framing.CLOSE;
    }

    private void writeUncopied(ByteBuf data) {
        ChannelHandlerContext ctx = connection.context();
        if (framing == Framing.CHUNKED) {
            connection.send(ResponseBytes.chunkHead(ctx.alloc(), data.readableBytes()));
            connection.send(data);
            connection.send(CRLF.duplicate());
        } else {
            connection.send(data);
        }
    }

    private void seal() {
        ByteBuf current = burst;
        if (current != null) {
            burst = null;
            if (framing == Framing.CHUNKED) {
                ResponseBytes.sealChunk(current);
            }
            connection.send(current);
        }
    }

    private @Nullable String connectionHeader() {
        if (!connection.keepsAlive()) {
            return "close";
        }
        return http10 ? "keep-alive" : null;
    }
}
