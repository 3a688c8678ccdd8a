package dev.unbusy.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A worker's answer is foreign: whatever it is, the look ends in time with a status or an {@link IOException}. */
class LocalHttpTest {
    private interface Answer {
        void to(Socket socket) throws Exception;
    }

    @Test
    void aStatus_isRead() throws Exception {
        String body = "{\"id\":\"w\",\"state\":\"ready\",\"steps\":7,\"running\":0,\"waiting\":2,\"newer\":{}}";
        assertThat(StatusProbe.event(look(answering("HTTP/1.1 200 OK\r\nX: y\r\n\r\n" + body))))
                .isEqualTo(new WorkerEvent.Answered(7, true, 0));
    }

    @Test
    void anythingElse_isNoAnswer() {
        for (String wrong : new String[] {
            "",
            "hello",
            "HTTP/1.1 500 No\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\n\r\n[]",
            "HTTP/1.1 200 OK\r\n\r\n{\"steps\":-1}",
            "HTTP/1.1 200 OK\r\n\r\n{\"id\":\"w\",\"state\":\"sleepy\"}"
        }) {
            assertThatThrownBy(() -> look(answering(wrong))).as("%s", wrong).isInstanceOf(IOException.class);
        }
    }

    @Test
    void randomBytes_areNoAnswer() {
        long seed = 4242;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            byte[] answer =
                    round % 2 == 0 ? bytes : ("HTTP/1.1 200 OK\r\n\r\n{" + new String(bytes, UTF_8)).getBytes(UTF_8);
            assertThatThrownBy(() -> look(socket -> socket.getOutputStream().write(answer)))
                    .as("seed %d round %d", seed, round)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void anAnswerInDrops_endsAtTheDeadline() {
        long before = System.nanoTime();
        assertThatThrownBy(() -> look(socket -> {
                    while (!socket.isClosed()) {
                        socket.getOutputStream().write('x');
                        socket.getOutputStream().flush();
                        new CountDownLatch(1).await(20, java.util.concurrent.TimeUnit.MILLISECONDS);
                    }
                }))
                .isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(250), Duration.ofSeconds(20));
    }

    @Test
    void anEndlessAnswer_isCutOff() {
        assertThatThrownBy(() -> look(socket -> {
                    byte[] chunk = new byte[65_536];
                    while (true) {
                        socket.getOutputStream().write(chunk);
                    }
                }))
                .hasMessageContaining("larger than");
    }

    private static Answer answering(String text) {
        return socket -> socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    private static dev.unbusy.api.WorkerStatus look(Answer answer) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    if (socket.getInputStream().read(new byte[1_000]) > 0) {
                        answer.to(socket);
                    }
                } catch (Exception e) {
                    assertThat(e)
                            .as("the client closed")
                            .isInstanceOfAny(IOException.class, InterruptedException.class);
                }
            });
            try {
                return StatusProbe.look(URI.create("http://127.0.0.1:" + server.getLocalPort()), 300);
            } finally {
                thread.interrupt();
                thread.join();
            }
        }
    }
}
