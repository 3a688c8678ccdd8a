package dev.unbusy.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Two servers on this machine that behave like Hugging Face, ModelScope and their storage host: the hub lists files and
 * redirects to storage (another port, so another origin), storage serves ranges. Faults are queued and strike in order.
 * Public for the end-to-end tests, which start the whole program against it.
 */
public final class FakeHub implements AutoCloseable {
    /** What goes wrong with one answer of the storage host. */
    public sealed interface Fault {
        /** Closes the connection after so many bytes of the body. */
        record Cut(int afterBytes) implements Fault {}

        record Status(int status, @Nullable String retryAfter) implements Fault {}

        /** Sends so many bytes, then nothing more while the test runs. */
        record Stall(int afterBytes) implements Fault {}

        /** Sends so many bytes, says so, and goes on when told to. */
        record Wait(int afterBytes, CountDownLatch reached, CountDownLatch go) implements Fault {
            public Wait(int afterBytes) {
                this(afterBytes, new CountDownLatch(1), new CountDownLatch(1));
            }
        }

        /** Ignores {@code Range}. */
        record NoRanges() implements Fault {}

        /** Answers a range request with a range that starts elsewhere. */
        record WrongRange() implements Fault {}
    }

    public record Request(String host, String path, Map<String, String> headers) {}

    public final List<Request> requests = new CopyOnWriteArrayList<>();
    final Deque<Fault> faults = new ArrayDeque<>();
    /** Files by {@code org/name} and path. */
    final Map<String, Map<String, byte[]>> repositories = new ConcurrentHashMap<>();
    /** Checksums that the hub claims, where they differ from the true ones. */
    final Map<String, String> claimedSha256 = new ConcurrentHashMap<>();

    /** Of the very arrays that were put, which tests may make large. */
    private final Map<byte[], String> hashes = Collections.synchronizedMap(new IdentityHashMap<>());

    volatile String etag = "\"v1\"";
    public volatile @Nullable String neededToken;
    /** What the hub answers instead of anything else; 0 for nothing. The storage host is not concerned. */
    public volatile int hubStatus;

    volatile String hubBody = "{\"error\":\"as the test says\"}";
    /** The hub takes requests and answers none. */
    public volatile boolean silent;

    volatile String commit = "c0ffee";

    private final HttpServer hub = server("hub");
    private final HttpServer storage = server("storage");
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);

    public FakeHub() {
        hub.createContext("/", exchange -> answer("hub", exchange, this::hub));
        storage.createContext("/", exchange -> answer("storage", exchange, this::storage));
        hub.setExecutor(threads);
        storage.setExecutor(threads);
        hub.start();
        storage.start();
    }

    private static HttpServer server(String name) {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException("no port for " + name, e);
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    public void put(String repository, String path, byte[] content) {
        repositories
                .computeIfAbsent(repository, key -> new ConcurrentHashMap<>())
                .put(path, content);
    }

    /** The storage host's next answer to come without a fault has this one. */
    public void then(Fault fault) {
        synchronized (faults) {
            faults.add(fault);
        }
    }

    public List<Request> storageRequests() {
        return requests.stream()
                .filter(request -> request.host().equals("storage"))
                .toList();
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private void answer(String host, HttpExchange exchange, Handler handler) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        requests.add(new Request(host, exchange.getRequestURI().toString(), headers));
        try (exchange) {
            handler.handle(exchange);
        }
    }

    private void hub(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (silent) {
            await(closing);
            return;
        }
        if (hubStatus != 0) {
            send(exchange, hubStatus, hubBody);
            return;
        }
        String token = neededToken;
        String sent = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (token != null && !sent.equals("Bearer " + token)) {
            exchange.getResponseHeaders().set("X-Error-Code", "GatedRepo");
            send(exchange, 401, "{\"error\":\"gated\"}");
        } else if (path.startsWith("/api/models/")) {
            huggingFaceListing(exchange, path.substring("/api/models/".length()));
        } else if (path.startsWith("/api/v1/models/")) {
            modelScope(exchange, path.substring("/api/v1/models/".length()));
        } else {
            String[] parts = path.substring(1).split("/resolve/", 2);
            String file = parts.length < 2 ? "" : parts[1].substring(parts[1].indexOf('/') + 1);
            redirect(exchange, parts[0], file);
        }
    }

    private void huggingFaceListing(HttpExchange exchange, String rest) throws IOException {
        String id = rest.replaceFirst("/revision/.*", "");
        Map<String, byte[]> files = repositories.get(id);
        if (files == null) {
            exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
            send(exchange, 401, "{\"error\":\"Invalid username or password.\"}");
            return;
        }
        StringBuilder json = new StringBuilder("{\"id\":\"" + id + "\",\"sha\":\"" + commit + "\",\"siblings\":[");
        files.forEach((path, content) -> json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                .append("{\"rfilename\":\"%s\",\"size\":%d,\"lfs\":{\"sha256\":\"%s\",\"size\":%d,\"pointerSize\":135}}"
                        .formatted(path, content.length, sha256(path, content), content.length)));
        send(exchange, 200, json + "]}");
    }

    private void modelScope(HttpExchange exchange, String rest) throws IOException {
        String id = rest.replaceFirst("/repo(/files)?$", "");
        Map<String, byte[]> files = repositories.get(id);
        if (files == null) {
            send(exchange, 404, "{\"Code\":10010205001,\"Message\":\"record not found\",\"Success\":false}");
        } else if (rest.endsWith("/repo/files")) {
            StringBuilder json = new StringBuilder("{\"Code\":200,\"Data\":{\"Files\":[");
            files.forEach((path, content) -> json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append("{\"Path\":\"%s\",\"Size\":%d,\"Sha256\":\"%s\",\"Type\":\"blob\"}"
                            .formatted(path, content.length, sha256(path, content))));
            send(exchange, 200, json + "]},\"Success\":true}");
        } else {
            String query = exchange.getRequestURI().getRawQuery();
            redirect(exchange, id, URLDecoder.decode(query.replaceFirst(".*FilePath=", ""), StandardCharsets.UTF_8));
        }
    }

    private void redirect(HttpExchange exchange, String id, String file) throws IOException {
        byte[] content = repositories.getOrDefault(id, Map.of()).get(file);
        if (content == null) {
            exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
            send(exchange, 404, "Entry not found");
            return;
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-Repo-Commit", commit);
        headers.set("X-Linked-Size", String.valueOf(content.length));
        headers.set("X-Linked-ETag", "\"" + sha256(file, content) + "\"");
        headers.set(
                "Location",
                "http://127.0.0.1:" + storage.getAddress().getPort() + "/" + id + "/" + file
                        + "?Signature=secret-signature");
        send(exchange, 302, "");
    }

    private void storage(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/", 3);
        byte[] content =
                repositories.getOrDefault(path[0] + "/" + path[1], Map.of()).get(path[2]);
        Fault fault;
        synchronized (faults) {
            fault = faults.poll();
        }
        if (content == null || fault instanceof Fault.Status) {
            int status = fault instanceof Fault.Status refused ? refused.status() : 404;
            if (fault instanceof Fault.Status refused && refused.retryAfter() != null) {
                exchange.getResponseHeaders().set("Retry-After", refused.retryAfter());
            }
            send(exchange, status, "no");
            return;
        }
        int from = from(exchange, fault);
        if (from >= content.length && from > 0) {
            send(exchange, 416, "");
            return;
        }
        exchange.getResponseHeaders().set("ETag", etag);
        if (from > 0) {
            int shown = fault instanceof Fault.WrongRange ? from - 1 : from;
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + shown + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        body(exchange, content, from, fault);
    }

    private int from(HttpExchange exchange, @Nullable Fault fault) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        boolean same = condition == null || condition.equals(etag);
        return range == null || !same || fault instanceof Fault.NoRanges
                ? 0
                : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    }

    private void body(HttpExchange exchange, byte[] content, int from, @Nullable Fault fault) throws IOException {
        OutputStream out = exchange.getResponseBody();
        int end = switch (fault) {
            case Fault.Cut cut -> Math.min(content.length, from + cut.afterBytes());
            case Fault.Stall stall -> Math.min(content.length, from + stall.afterBytes());
            case Fault.Wait wait -> Math.min(content.length, from + wait.afterBytes());
            case null, default -> content.length;
        };
        out.write(content, from, end - from);
        out.flush();
        if (fault instanceof Fault.Stall) {
            await(closing);
        }
        if (fault instanceof Fault.Wait wait) {
            wait.reached().countDown();
            await(wait.go());
            out.write(content, end, content.length - end);
            return;
        }
        if (end < content.length) {
            // Closing the exchange before the announced length breaks the connection.
            throw new IOException("cut on purpose");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String sha256(String path, byte[] content) {
        String claimed = claimedSha256.get(path);
        return claimed != null
                ? claimed
                : hashes.computeIfAbsent(
                        content,
                        key -> HexFormat.of().formatHex(Digests.sha256().digest(content)));
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closing.countDown();
        hub.stop(0);
        storage.stop(0);
        threads.shutdownNow();
    }
}
