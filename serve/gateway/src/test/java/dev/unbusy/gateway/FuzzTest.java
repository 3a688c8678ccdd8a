package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Foreign bytes on either side: the gateway answers, and goes on working. The seed is in every failure's message. */
@ExtendWith(LeakRecorder.NoLeaks.class)
class FuzzTest {
    private static final int ROUNDS = 300;

    @SuppressWarnings("StringConcatToTextBlock") // the line ends are what matters here
    private static final String ANSWER = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            + "transfer-encoding: chunked\r\n\r\n10\r\ndata: {\"n\":1}\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";

    private final long seed = Long.getLong("unbusy.fuzz.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private FakeWorker worker;
    private Running running;

    @BeforeEach
    void start() throws Exception {
        worker = new FakeWorker("w0");
        running = new Running(Running.with(java.util.Map.of("maxLosses", 0))).with(worker, Backend.State.READY);
    }

    @AfterEach
    void stop() throws Exception {
        running.close();
        worker.close();
    }

    @Test
    void whateverAWorkerSends_theClientGetsAnAnswerOrAnEnd() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = mutate(ANSWER.getBytes(ISO_8859_1));
            Random pieces = new Random(seed + i); // the script runs on another thread
            worker.then(call -> {
                int at = 0;
                try {
                    while (at < bytes.length) {
                        int end = Math.min(bytes.length, at + 1 + pieces.nextInt(60));
                        call.raw(java.util.Arrays.copyOfRange(bytes, at, end));
                        at = end;
                    }
                } catch (IOException gatewayHungUp) {
                    // it may, as soon as it has seen enough
                }
                call.end();
            });
            boolean stream = random.nextBoolean();
            try {
                HttpResponse<String> response = running.send(running.chat(stream, "x-unbusy-deadline-ms", "3000"));
                assertThat(response.statusCode())
                        .as("seed %d round %d", seed, i)
                        .isBetween(200, 599);
            } catch (IOException cutOff) {
                assertThat(cutOff)
                        .as("seed %d round %d", seed, i)
                        .isNotInstanceOf(java.net.http.HttpTimeoutException.class);
            }
        }
        assertStillWorks();
    }

    @Test
    void whateverAClientSends_theOthersAreServed() throws Exception {
        String body = Running.body(true);
        byte[] request = ("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-unbusy-deadline-ms: 3000\r\n"
                        + "content-length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1);
        for (int i = 0; i < ROUNDS; i++) {
            try (RawClient client = new RawClient(running.gateway)) {
                client.send(mutate(request));
            } catch (IOException refused) {
                // the gateway may hang up on it at any byte
            }
        }
        assertStillWorks();
    }

    private void assertStillWorks() throws Exception {
        running.assertIdle();
        assertThat(running.send(running.chat(false)).body())
                .as("seed %d", seed)
                .isEqualTo(FakeWorker.completion("hello"));
        assertThat(running.get("/healthz").statusCode()).isEqualTo(200);
    }

    /** Flips, drops, doubles and inserts bytes; now and then nothing but noise. */
    private byte[] mutate(byte[] original) {
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(2_000)];
            random.nextBytes(noise);
            return noise;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rate = List.of(10, 50, 200).get(random.nextInt(3));
        for (byte b : original) {
            switch (random.nextInt(rate)) {
                case 0 -> out.write(random.nextInt(256));
                case 1 -> {}
                case 2 -> {
                    out.write(b);
                    out.write(b);
                }
                case 3 -> {
                    out.write(b);
                    out.write("\r\n:, 0f{}\"".charAt(random.nextInt(10)));
                }
                default -> out.write(b);
            }
        }
        byte[] mutated = out.toByteArray();
        return random.nextInt(4) == 0 ? java.util.Arrays.copyOf(mutated, random.nextInt(mutated.length + 1)) : mutated;
    }
}
