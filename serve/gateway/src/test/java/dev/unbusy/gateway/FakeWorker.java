package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A worker that does what a test tells it, over real sockets: one script per request, in order of arrival, then the usual
 * one. What it did is counted, so that a test can assert that its fault happened.
 */
final class FakeWorker implements AutoCloseable {
    static final String MODEL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";

    /** Answers one request. Returning leaves the connection open for the next one. */
    interface Script {
        void answer(Call call) throws Exception;
    }

    private final String id;
    private final Queueing scripts = new Queueing();
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private ServerSocket listener;
    private final int port;

    private static final class Queueing {
        private final ConcurrentLinkedQueue<Script> next = new ConcurrentLinkedQueue<>();
        private volatile Script usual = call -> call.json(200, completion("hello"));

        Script take() {
            Script script = next.poll();
            return script == null ? usual : script;
        }
    }

    FakeWorker(String id) throws IOException {
        this.id = id;
        this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        this.port = listener.getLocalPort();
        accept(listener);
    }

    static String completion(String text) {
        return "{\"id\":\"c\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                + "\"}}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":3}}}";
    }

    static String delta(String text) {
        return "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text
                + "\"},\"finish_reason\":null}]}";
    }

    Backend backend(Backend.State state) {
        return new Backend(
                id,
                URI.create("http://127.0.0.1:" + port),
                List.of(new ServedModel(MODEL, List.of("starter"), 4096)),
                state,
                state == Backend.State.READY ? "" : "as the test says");
    }

    FakeWorker usually(Script script) {
        scripts.usual = script;
        return this;
    }

    FakeWorker then(Script script) {
        scripts.next.add(script);
        return this;
    }

    /** The next request that has arrived completely. */
    Call call() throws InterruptedException {
        Call call = calls.poll(20, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("no request reached worker " + id + "; failures: " + failures);
        }
        return call;
    }

    int calls() {
        return calls.size();
    }

    int accepted() {
        return accepted.get();
    }

    int openConnections() {
        return sockets.size();
    }

    /** Connections that the scripts or {@link #kill} have cut. */
    int cuts() {
        return cuts.get();
    }

    /** As after SIGKILL: the port refuses, every connection is reset. */
    void kill() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            reset(socket);
        }
    }

    /** Listens again on the same port. */
    void restart() throws IOException {
        ServerSocket again = new ServerSocket();
        again.setReuseAddress(true);
        again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 128);
        listener = again;
        accept(again);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void reset(Socket socket) throws IOException {
        cuts.incrementAndGet();
        socket.setSoLinger(true, 0);
        socket.close();
        sockets.remove(socket);
    }

    private void accept(ServerSocket from) {
        Thread.ofVirtual().name("worker-" + id).start(() -> {
            while (true) {
                Socket socket;
                try {
                    socket = from.accept();
                } catch (IOException e) {
                    return; // killed or closed
                }
                accepted.incrementAndGet();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        });
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!socket.isClosed()) {
                String head = readHead(in);
                if (head == null) {
                    return;
                }
                byte[] body = in.readNBytes(contentLength(head));
                Call call = new Call(socket, in, head, new String(body, UTF_8));
                calls.add(call);
                scripts.take().answer(call);
            }
        } catch (Exception e) {
            failures.add(e); // a closed connection is what many tests are about
        } finally {
            sockets.remove(socket);
        }
    }

    private static @Nullable String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return null;
            }
            head.append((char) c);
        }
        return head.toString();
    }

    private static int contentLength(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(15).trim());
            }
        }
        return 0;
    }

    /** One request and the means to answer it. */
    final class Call {
        private final Socket socket;
        private final InputStream in;
        final String head;
        final String body;
        private final CountDownLatch hungUp = new CountDownLatch(1);
        private final Semaphore gate = new Semaphore(0);

        Call(Socket socket, InputStream in, String head, String body) {
            this.socket = socket;
            this.in = in;
            this.head = head;
            this.body = body;
        }

        void json(int status, String json) throws IOException {
            byte[] bytes = json.getBytes(UTF_8);
            raw("HTTP/1.1 " + status + " X\r\ncontent-type: application/json\r\ncontent-length: " + bytes.length
                    + "\r\n\r\n");
            raw(bytes);
        }

        void startEvents() throws IOException {
            raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
        }

        void event(String data) throws IOException {
            chunk("data: " + data + "\n\n");
        }

        void chunk(String text) throws IOException {
            byte[] bytes = text.getBytes(UTF_8);
            raw(Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n");
        }

        void endEvents() throws IOException {
            event("[DONE]");
            raw("0\r\n\r\n");
        }

        void raw(String text) throws IOException {
            raw(text.getBytes(UTF_8));
        }

        void raw(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        /** Resets the connection. */
        void cut() throws IOException {
            reset(socket);
        }

        /** Ends the connection in an orderly way. */
        void end() throws IOException {
            cuts.incrementAndGet();
            socket.close();
        }

        /** Waits until the test has called {@link #go} once more. */
        void hold() throws InterruptedException {
            gate.acquire();
        }

        void go() {
            gate.release();
        }

        /** Returns once the gateway has closed the connection; for a script. */
        void awaitHangUp() throws IOException {
            try {
                if (in.read() >= 0) {
                    throw new IOException("bytes after the request");
                }
            } catch (EOFException | java.net.SocketException e) {
                // reset: a hang-up too
            }
            hungUp.countDown();
        }

        /** Waits for a script in {@link #awaitHangUp}; for a test. */
        void hungUp() throws InterruptedException {
            assertThat(hungUp.await(20, TimeUnit.SECONDS))
                    .as("the gateway closed the connection")
                    .isTrue();
        }

        String header(String name) {
            for (String line : head.split("\r\n")) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                    return line.substring(name.length() + 1).trim();
                }
            }
            return "";
        }

        String path() {
            return head.split(" ")[1];
        }
    }
}
