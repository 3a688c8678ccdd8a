package dev.unbusy.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/**
 * Netty's request parser, stricter in one place: a message with both Content-Length and Transfer-Encoding is refused
 * instead of repaired, since two servers that repair it differently see two different requests (request smuggling, RFC
 * 9112, section 6.3). Tells the connection that bytes arrived before it knows what they are.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private final Connection connection;

    RequestDecoder(HttpLimits limits, Connection connection) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxInitialLineBytes())
                .setMaxHeaderSize(limits.maxHeaderBytes())
                .setMaxChunkSize(65_536)
                .setAllowDuplicateContentLengths(false)
                .setValidateHeaders(true));
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        connection.bytesArrived();
        super.channelRead(ctx, msg);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }
}
