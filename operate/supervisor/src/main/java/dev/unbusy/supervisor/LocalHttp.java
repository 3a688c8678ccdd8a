package dev.unbusy.supervisor;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * One small HTTP request to a worker on this machine: a connection of its own, one deadline over everything, a bounded
 * answer. Not a client for the world: no redirects, no TLS, no chunked bodies (the answer ends with the connection).
 */
final class LocalHttp {
    private static final int LARGEST_ANSWER = 1 << 20;

    private LocalHttp() {}

    /**
     * The body of a 200 answer.
     *
     * @throws IOException if there is no such answer in time
     */
    static byte[] get(URI uri, String path, int limitMillis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), limitMillis);
            // HTTP/1.0: the server closes after the answer and does not chunk it.
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.0\r\nHost: " + uri.getAuthority() + "\r\n\r\n")
                            .getBytes(US_ASCII));
            return body(readAll(socket, deadline));
        }
    }

    private static byte[] readAll(Socket socket, long deadline) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (answer.size() <= LARGEST_ANSWER) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new IOException("no whole answer in time");
            }
            // Per read, so that an answer in drops cannot outlast the deadline.
            socket.setSoTimeout((int) left);
            int count = in.read(buffer);
            if (count < 0) {
                return answer.toByteArray();
            }
            answer.write(buffer, 0, count);
        }
        throw new IOException("the answer is larger than " + LARGEST_ANSWER + " bytes");
    }

    private static byte[] body(byte[] answer) throws IOException {
        String head = new String(answer, 0, Math.min(answer.length, 16_384), US_ASCII);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0 || !head.matches("(?s)HTTP/1\\.[01] 200.*")) {
            throw new IOException("not an answer with status 200: "
                    + head.lines()
                            .findFirst()
                            .orElse("nothing")
                            .transform(line -> line.substring(0, Math.min(80, line.length()))));
        }
        return Arrays.copyOfRange(answer, end + 4, answer.length);
    }
}
