import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Both ends of a gateway benchmark on one thread each, with the JDK alone: a stand-in for workers, and a load. Run as source:
 *
 * <pre>
 * java GatewayLoad.java upstream PORT GAP_MS          OpenAI-like server; a stream gets one event every GAP_MS
 * java GatewayLoad.java streams  PORT CONNECTIONS EVENTS SECONDS [HEADER]   streams, one after another per connection
 * java GatewayLoad.java requests PORT CONNECTIONS RATE SECONDS   [HEADER]   whole answers, RATE a second in all; 0: as fast as it goes
 * </pre>
 *
 * A load prints a line "SECONDS EVENTS REQUESTS ERRORS" every second, so that whoever reads it can take the CPU time of the
 * process in between, and at the end "latency P50 P99 P999 MAX" in microseconds, from when a request was due.
 */
public final class GatewayLoad {
    private static final String EVENT = "{\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
            + "\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},\"logprobs\":null,\"finish_reason\":null}]}";
    private static final String USAGE = ",\"usage\":{\"prompt_tokens\":300,\"completion_tokens\":50,\"total_tokens\":350}";

    private GatewayLoad() {}

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[1]);
        switch (arguments[0]) {
            case "upstream" -> new Upstream(port, Integer.parseInt(arguments[2])).run();
            case "streams", "requests" -> new Load(arguments[0].equals("streams"), port, arguments).run();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] chunk(String data) {
        return bytes(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n");
    }

    /** One connection's input until a whole request or answer is there. */
    private static final class Input {
        private byte[] bytes = new byte[4096];
        private int length;

        void add(ByteBuffer more) {
            if (length + more.remaining() > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more.remaining()));
            }
            int count = more.remaining();
            more.get(bytes, length, count);
            length += count;
        }

        /** Length of the first message, -1 where it is not whole. */
        int message() {
            int head = find("\r\n\r\n", 0);
            if (head < 0) {
                return -1;
            }
            String text = new String(bytes, 0, head, StandardCharsets.ISO_8859_1).toLowerCase();
            int at = text.indexOf("\r\ncontent-length:");
            int body = at < 0 ? 0 : Integer.parseInt(text.substring(at + 17, end(text, at + 2)).trim());
            return length >= head + 4 + body ? head + 4 + body : -1;
        }

        private static int end(String text, int from) {
            int end = text.indexOf('\r', from);
            return end < 0 ? text.length() : end;
        }

        int find(String what, int from) {
            byte[] wanted = what.getBytes(StandardCharsets.US_ASCII);
            for (int i = from; i + wanted.length <= length; i++) {
                if (bytes[i] == wanted[0] && Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                    return i;
                }
            }
            return -1;
        }

        String text(int to) {
            return new String(bytes, 0, to, StandardCharsets.ISO_8859_1);
        }

        void drop(int count) {
            System.arraycopy(bytes, count, bytes, 0, length - count);
            length -= count;
        }
    }

    private static final class Upstream {
        private final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
        private final ByteBuffer event = ByteBuffer.allocateDirect(1024);
        private final List<Served> streams = new ArrayList<>();
        private final int port;
        private final long gapNanos;

        private static final class Served {
            final Input input = new Input();
            final SocketChannel channel;
            int left;

            Served(SocketChannel channel) {
                this.channel = channel;
            }
        }

        Upstream(int port, int gapMillis) {
            this.port = port;
            this.gapNanos = gapMillis * 1_000_000L;
            event.put(chunk("data: " + EVENT + "\n\n")).flip();
        }

        void run() throws IOException {
            Selector selector = Selector.open();
            ServerSocketChannel server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16_384);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            long next = System.nanoTime() + gapNanos;
            while (true) {
                long wait = next - System.nanoTime();
                if (wait > 0) {
                    selector.select(Math.max(1, wait / 1_000_000));
                } else {
                    selector.selectNow();
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isAcceptable()) {
                        for (SocketChannel one = server.accept(); one != null; one = server.accept()) {
                            one.configureBlocking(false);
                            one.setOption(StandardSocketOptions.TCP_NODELAY, true);
                            one.register(selector, SelectionKey.OP_READ, new Served(one));
                        }
                    } else {
                        read(key);
                    }
                }
                selector.selectedKeys().clear();
                if (System.nanoTime() >= next) {
                    next += gapNanos;
                    tick();
                }
            }
        }

        private void read(SelectionKey key) throws IOException {
            Served served = (Served) key.attachment();
            in.clear();
            int count;
            try {
                count = served.channel.read(in);
            } catch (IOException e) {
                count = -1;
            }
            if (count < 0) {
                streams.remove(served);
                served.channel.close();
                return;
            }
            served.input.add(in.flip());
            for (int end = served.input.message(); end > 0; end = served.input.message()) {
                String request = served.input.text(end);
                served.input.drop(end);
                answer(served, request);
            }
        }

        private void answer(Served served, String request) throws IOException {
            if (request.startsWith("GET ")) {
                String json = "{\"object\":\"list\",\"data\":[{\"id\":\"bench\",\"object\":\"model\"}]}";
                send(served, bytes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + json.length() + "\r\n\r\n" + json));
            } else if (request.contains("\"stream\":true")) {
                int at = request.indexOf("\"max_tokens\":") + 13;
                int end = at;
                while (Character.isDigit(request.charAt(end))) {
                    end++;
                }
                served.left = Integer.parseInt(request.substring(at, end));
                send(served, bytes("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"));
                streams.add(served);
            } else {
                String json = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"bench\",\"choices\":[{\"index\":0,\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"" + "word ".repeat(100) + "\"},\"finish_reason\":\"stop\"}]" + USAGE + "}";
                send(served, bytes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + json.length() + "\r\n\r\n" + json));
            }
        }

        private void tick() throws IOException {
            for (int i = streams.size() - 1; i >= 0; i--) {
                Served served = streams.get(i);
                if (--served.left >= 0) {
                    event.rewind();
                    write(served, event);
                } else {
                    String last = EVENT.replace("\"finish_reason\":null}]", "\"finish_reason\":\"stop\"}]" + USAGE);
                    send(served, bytes(new String(chunk("data: " + last + "\n\n"), StandardCharsets.US_ASCII)
                            + new String(chunk("data: [DONE]\n\n"), StandardCharsets.US_ASCII) + "0\r\n\r\n"));
                    streams.set(i, streams.getLast());
                    streams.removeLast();
                }
            }
        }

        private void send(Served served, byte[] bytes) throws IOException {
            write(served, ByteBuffer.wrap(bytes));
        }

        private void write(Served served, ByteBuffer bytes) throws IOException {
            try {
                while (bytes.hasRemaining()) {
                    served.channel.write(bytes); // readers here are fast
                }
            } catch (IOException gone) {
                served.left = 0;
            }
        }
    }

    private static final class Load {
        private final boolean stream;
        private final int port;
        private final int connections;
        private final int rate;
        private final long seconds;
        private final ByteBuffer request;
        private final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
        private final ArrayDeque<Client> idle = new ArrayDeque<>();
        private final ArrayDeque<Long> due = new ArrayDeque<>();
        private final long[] micros = new long[4_000_000];
        private long events;
        private long requests;
        private long errors;
        private Selector selector;

        private static final class Client {
            final Input input = new Input();
            SocketChannel channel;
            long dueNanos;
            boolean answered = true;
            boolean last;
        }

        Load(boolean stream, int port, String[] arguments) {
            this.stream = stream;
            this.port = port;
            this.connections = Integer.parseInt(arguments[2]);
            this.rate = stream ? 0 : Integer.parseInt(arguments[3]);
            this.seconds = Long.parseLong(arguments[4]);
            String header = arguments.length > 5 ? arguments[5] + "\r\n" : "";
            String body = "{\"model\":\"bench\",\"stream\":" + stream + ",\"max_tokens\":" + (stream ? arguments[3] : "50")
                    + ",\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful assistant.\"},{\"role\":\"user\",\"content\":\""
                    + "some words of a question ".repeat(80) + "\"}]}";
            this.request = ByteBuffer.allocateDirect(16_384);
            request.put(bytes("POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n" + header
                    + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)).flip();
        }

        void run() throws IOException {
            selector = Selector.open();
            for (int i = 0; i < connections; i++) {
                Client client = new Client();
                connect(client);
                idle.add(client);
            }
            long start = System.nanoTime();
            long nextLine = start + 1_000_000_000L;
            long dueNanos = start;
            long line = 0;
            while (line < seconds) {
                long now = System.nanoTime();
                while (rate > 0 && now >= dueNanos) {
                    due.add(dueNanos);
                    dueNanos += 1_000_000_000L / rate;
                }
                while (!idle.isEmpty() && (rate == 0 || !due.isEmpty())) {
                    begin(idle.poll(), rate == 0 ? now : due.poll());
                }
                if (rate > 0) {
                    selector.selectNow();
                } else {
                    selector.select(50);
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    read((Client) key.attachment());
                }
                selector.selectedKeys().clear();
                if (System.nanoTime() >= nextLine) {
                    nextLine += 1_000_000_000L;
                    System.out.println(++line + " " + events + " " + requests + " " + errors);
                }
            }
            int count = (int) Math.min(requests, micros.length);
            Arrays.sort(micros, 0, count);
            System.out.println("latency " + at(count, 0.5) + " " + at(count, 0.99) + " " + at(count, 0.999) + " " + at(count, 1));
        }

        private long at(int count, double share) {
            return count == 0 ? -1 : micros[Math.min(count - 1, (int) (share * count))];
        }

        private void connect(Client client) throws IOException {
            client.channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            client.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.channel.configureBlocking(false);
            client.channel.register(selector, SelectionKey.OP_READ, client);
        }

        private void begin(Client client, long dueNanos) throws IOException {
            client.dueNanos = dueNanos;
            client.answered = false;
            request.rewind();
            while (request.hasRemaining()) {
                client.channel.write(request);
            }
        }

        private void read(Client client) throws IOException {
            in.clear();
            int count;
            try {
                count = client.channel.read(in);
            } catch (IOException e) {
                count = -1;
            }
            if (count < 0) {
                errors++;
                client.channel.close();
                client.input.drop(client.input.length);
                connect(client);
                idle.add(client);
                return;
            }
            client.input.add(in.flip());
            if (stream) {
                streamed(client);
            } else {
                for (int end = client.input.message(); end > 0 && !client.answered; end = client.input.message()) {
                    if (client.input.bytes[9] != '2') {
                        errors++;
                    }
                    client.input.drop(end);
                    done(client);
                }
            }
        }

        /** Keeps of what was counted only what a name cut in two may need. */
        private void streamed(Client client) {
            Input input = client.input;
            if (client.last) {
                if (input.find("0\r\n\r\n", 0) >= 0) {
                    input.drop(input.length);
                    client.last = false;
                    done(client);
                }
                return;
            }
            int from = 0;
            for (int at = input.find("data: ", 0); at >= 0; at = input.find("data: ", from)) {
                from = at + 6;
                events++;
            }
            int end = input.find("[DONE]", 0);
            if (end >= 0) {
                client.last = true;
                input.drop(end);
                streamed(client);
            } else {
                input.drop(Math.max(from, input.length - 5));
            }
        }

        private void done(Client client) {
            client.answered = true;
            if (requests < micros.length) {
                micros[(int) requests] = (System.nanoTime() - client.dueNanos) / 1_000;
            }
            requests++;
            idle.add(client);
        }
    }
}
