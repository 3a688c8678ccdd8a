package dev.unbusy.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A client that sends any bytes and reads answers one by one, strictly. Reads give up after 20 seconds. */
final class RawClient implements AutoCloseable {
    final Socket socket;
    private final InputStream in;

    RawClient(HttpServer server) throws IOException {
        this(server, 0);
    }

    RawClient(HttpServer server, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 10_000);
        socket.setSoTimeout(20_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** @param headers names in lower case */
    record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "(no " + name + ")");
        }
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    RawClient get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n");
    }

    RawClient post(String path, String body) throws IOException {
        return send("POST " + path + " HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
    }

    Answer answer() throws IOException {
        return answer(true);
    }

    /** @param hasBody false for the answer to HEAD */
    Answer answer(boolean hasBody) throws IOException {
        String[] first = line().split(" ", 3);
        if (!first[0].equals("HTTP/1.1")) {
            throw new IOException("not an answer: " + String.join(" ", first));
        }
        int status = Integer.parseInt(first[1]);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        String body = "";
        if (hasBody && status >= 200 && status != 204 && status != 304) {
            if (headers.containsKey("content-length")) {
                body = new String(
                        in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", ""))),
                        StandardCharsets.UTF_8);
            } else if ("chunked".equals(headers.get("transfer-encoding"))) {
                body = chunks();
            } else {
                body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
        return new Answer(status, headers, body);
    }

    private String chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(), 16);
            body.write(in.readNBytes(size));
            if (!line().isEmpty()) {
                throw new IOException("a chunk without its end");
            }
            if (size == 0) {
                return body.toString(StandardCharsets.UTF_8);
            }
        }
    }

    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("end of stream after \"" + line + "\"");
            }
            if (b == '\n') {
                if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
                    throw new IOException("line without CR: " + line);
                }
                return line.substring(0, line.length() - 1);
            }
            line.append((char) b);
        }
    }

    int read() throws IOException {
        return in.read();
    }

    /** Closes as a client does that has had enough. */
    void hangUp() throws IOException {
        socket.close();
    }

    /** Closes with a reset instead of an end-of-file. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
