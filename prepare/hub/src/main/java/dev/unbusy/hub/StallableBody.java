package dev.unbusy.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, taken chunk by chunk with a limit on silence: the JDK's client limits only the time until the
 * headers. At most two chunks are buffered. One thread reads; close it to end the transfer.
 */
final class StallableBody implements HttpResponse.BodySubscriber<StallableBody>, AutoCloseable {
    private sealed interface Event {
        record Chunk(List<ByteBuffer> buffers) implements Event {}

        record Failed(Throwable cause) implements Event {}

        record Ended() implements Event {}
    }

    private final Duration silence;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    // Set on the client's thread before the body is handed out, read by the reader and on close.
    private volatile Flow.@Nullable Subscription subscription;
    private boolean ended;

    StallableBody(Duration silence) {
        this.silence = silence;
    }

    /**
     * The next bytes, or null at the end.
     *
     * @throws HttpTimeoutException if none came for the length of silence allowed
     * @throws IOException if the connection broke, or ended before the announced length
     */
    @Nullable
    List<ByteBuffer> next() throws IOException, InterruptedException {
        if (ended) {
            return null;
        }
        Event event = events.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
        switch (event) {
            case null -> throw new HttpTimeoutException("no byte for " + silence.toMillis() + " ms");
            case Event.Chunk chunk -> {
                Flow.Subscription current = subscription;
                if (current != null) {
                    current.request(1);
                }
                return chunk.buffers();
            }
            case Event.Failed failed -> {
                ended = true;
                throw new IOException(String.valueOf(failed.cause().getMessage()), failed.cause());
            }
            case Event.Ended end -> {
                ended = true;
                return null;
            }
        }
    }

    /**
     * All that is left.
     *
     * @throws IOException also if it is longer than the limit
     */
    byte[] readAll(int limit) throws IOException, InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (List<ByteBuffer> chunk = next(); chunk != null; chunk = next()) {
            for (ByteBuffer buffer : chunk) {
                if (out.size() + buffer.remaining() > limit) {
                    throw new IOException("the answer is longer than " + limit + " bytes");
                }
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                out.writeBytes(bytes);
            }
        }
        return out.toByteArray();
    }

    @Override
    public CompletionStage<StallableBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(2);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        events.add(new Event.Chunk(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        events.add(new Event.Failed(cause));
    }

    @Override
    public void onComplete() {
        events.add(new Event.Ended());
    }

    @Override
    public void close() {
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }
}
