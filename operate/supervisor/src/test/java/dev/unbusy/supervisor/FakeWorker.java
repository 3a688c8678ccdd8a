package dev.unbusy.supervisor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A program that behaves like a worker, well or badly: {@code FakeWorker MODE FILE}. It appends one line to FILE at each
 * start, so that a test can count them. Needs no class but the JDK's.
 */
final class FakeWorker {
    private static final PrintStream OUT = new PrintStream(System.out, true, UTF_8);

    private FakeWorker() {}

    // A test program without a framework: each mode is a few lines.
    @SuppressWarnings("CatchAndPrintStackTrace")
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[1]);
        Files.writeString(
                file,
                ProcessHandle.current().pid() + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
        int start = Files.readAllLines(file).size();
        endWithStandardInput();
        switch (arguments[0]) {
            case "serve" -> serve(true);
            case "wedged" -> serve(false);
            case "garbage" -> {
                OUT.println("\u0000\u0001 what is this");
                OUT.println("z".repeat(3_000_000));
                System.err.println("e".repeat(3_000_000));
                OUT.println("progress 500");
                serve(true);
            }
            case "crash" -> {
                System.err.println("first line");
                System.err.println("terrible failure");
                System.exit(3);
            }
            case "crash-once" -> {
                if (start == 1) {
                    System.exit(3);
                }
                serve(true);
            }
            case "refuse" -> {
                OUT.println(
                        "failed {\"code\":\"model-file-corrupt\",\"en\":\"m.gguf is damaged\",\"zh\":\"m.gguf 已损坏\","
                                + "\"remedyEn\":\"Fetch it again.\",\"remedyZh\":\"请重新下载。\"}");
                System.exit(1);
            }
            case "silent" -> new CountDownLatch(1).await();
            case "deaf" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        e.printStackTrace();
                    }
                }));
                serve(true);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void endWithStandardInput() {
        InputStream in = System.in;
        Thread lifeLine = new Thread(() -> {
            try {
                while (in.read() >= 0) {}
            } catch (IOException e) {
                System.err.println(e);
            }
            Runtime.getRuntime().halt(99);
        });
        lifeLine.setDaemon(true);
        lifeLine.start();
    }

    private static void serve(boolean stepping) throws IOException {
        long steps = 5;
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            OUT.println("progress 1000");
            OUT.println("ready http://127.0.0.1:" + server.getLocalPort());
            while (true) {
                try (Socket socket = server.accept()) {
                    byte[] head = new byte[2_000];
                    int read = socket.getInputStream().read(head);
                    if (read > 0) {
                        String body = "{\"id\":\"w\",\"state\":\"ready\",\"contextTokens\":4096,\"steps\":"
                                + (stepping ? ++steps : steps) + ",\"running\":1,\"waiting\":0}";
                        socket.getOutputStream()
                                .write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length()
                                                + "\r\nConnection: close\r\n\r\n" + body)
                                        .getBytes(US_ASCII));
                    }
                }
            }
        }
    }
}
