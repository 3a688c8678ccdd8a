package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.http.Exchange;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two platform threads on which requests are parsed, rendered and tokenized, and long answers written: a native call would
 * pin the carrier of a virtual thread, and neither an event loop nor the engine's thread must wait.
 */
final class TokenizerThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenizerThreads.class);
    private static final int THREADS = 2;

    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("tokenizer-", 0).factory());

    /** Work on a request's body; what it throws is answered. */
    interface Preparation {
        void of(byte[] body);
    }

    /** Takes the exchange's body. On its event loop. */
    void prepare(Exchange exchange, Preparation preparation) {
        byte[] body = exchange.bodyBytes();
        exchange.releaseBody();
        run(exchange, () -> preparation.of(body));
    }

    /** From any thread; without effect if the client has gone. */
    void run(Exchange exchange, Runnable work) {
        try {
            threads.execute(() -> {
                try {
                    if (exchange.isOpen()) {
                        work.run();
                    }
                } catch (ApiException e) {
                    Answers.error(exchange, e.error());
                } catch (RuntimeException | StackOverflowError e) {
                    LOG.error("request {} failed while it was prepared", exchange.id(), e);
                    if (exchange.isUnanswered()) {
                        Answers.error(exchange, ApiError.internal(exchange.id()));
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            Answers.error(exchange, ApiError.noWorker("this worker is stopping", 1));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("a tokenizer thread is still busy");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
