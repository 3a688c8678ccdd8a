package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A client that can do what no HTTP library lets one do: stop reading, leave in the middle, send nonsense. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    RawClient(Gateway gateway) throws IOException {
        this(gateway, 0);
    }

    /** @param receiveBufferBytes small for a client that is to be slow; 0 for the usual one */
    RawClient(Gateway gateway, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = socket.getInputStream();
    }

    RawClient chat(boolean stream) throws IOException {
        return post(Running.body(stream));
    }

    RawClient post(String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        return send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + bytes.length
                + "\r\n\r\n" + body);
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** One byte more. @return false where the other side does not want it any longer */
    boolean trickle() {
        try {
            socket.getOutputStream().write('x');
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Reads on until what has been read contains the text. */
    String readUntil(String text) throws IOException {
        while (!seen.toString(UTF_8).contains(text)) {
            byte[] piece = new byte[4096];
            int count = in.read(piece);
            if (count < 0) {
                throw new IOException("ended before \"" + text + "\": " + seen.toString(UTF_8));
            }
            seen.write(piece, 0, count);
        }
        return seen.toString(UTF_8);
    }

    /** Everything up to the end of the connection, a reset included. */
    byte[] readAll() throws IOException {
        byte[] piece = new byte[65_536];
        try {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                seen.write(piece, 0, count);
            }
        } catch (java.net.SocketException reset) {
            seen.writeBytes("(reset)".getBytes(UTF_8));
        }
        return seen.toByteArray();
    }

    /** Reads and forgets so many bytes. */
    void skip(long bytes) throws IOException {
        in.skipNBytes(bytes);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
