package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.ChatCompletionWriter;
import dev.unbusy.api.ChatRequest;
import dev.unbusy.api.CompletionRequest;
import dev.unbusy.api.CompletionWriter;
import dev.unbusy.api.ResponseIds;
import dev.unbusy.http.Exchange;
import dev.unbusy.text.Text;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the two completion routes. Parsing, templates and tokenizing run on two platform threads of its own: a native
 * call would pin the carrier of a virtual thread, and an event loop must not wait.
 */
final class Completions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Completions.class);
    private static final int TOKENIZER_THREADS = 2;

    private final Engine engine;
    private final LoadedModel model;
    private final WorkerConfig config;
    private final PromptMaker prompts;
    private final String fingerprint;
    private final ExecutorService tokenizers = Executors.newFixedThreadPool(
            TOKENIZER_THREADS,
            Thread.ofPlatform().daemon().name("tokenizer-", 0).factory());
    private final ScheduledThreadPoolExecutor keepAlive = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("keep-alive").factory());

    Completions(Engine engine, LoadedModel model, WorkerConfig config) {
        this.engine = engine;
        this.model = model;
        this.config = config;
        prompts = new PromptMaker(model);
        fingerprint = model.fingerprint();
        // Else an answer that is over stays in memory until its next comment would have been due.
        keepAlive.setRemoveOnCancelPolicy(true);
    }

    /** On the exchange's event loop. */
    void chat(Exchange exchange) {
        prepare(exchange, body -> {
            ChatRequest request = ChatRequest.parse(body);
            List<GenerationRequest> generations = prompts.chat(request);
            ChatAnswer form = new ChatAnswer(
                    new ChatCompletionWriter(
                            ResponseIds.chat(), nowSeconds(), request.model(), fingerprint, request.streamUsage()),
                    model.vocab(),
                    request.logprobs());
            answer(exchange, generations, generations.size(), form, request.stream());
        });
    }

    /** On the exchange's event loop. */
    void completion(Exchange exchange) {
        prepare(exchange, body -> {
            CompletionRequest request = CompletionRequest.parse(body);
            List<GenerationRequest> generations = prompts.completion(request);
            CompletionAnswer form = new CompletionAnswer(
                    new CompletionWriter(
                            ResponseIds.completion(),
                            nowSeconds(),
                            request.model(),
                            fingerprint,
                            request.streamUsage()),
                    model.vocab(),
                    request.logprobs() >= 0,
                    request.echo()
                            ? prompts.echoes(generations, request.sampling().n())
                            : List.of());
            answer(exchange, generations, request.sampling().n(), form, request.stream());
        });
    }

    /** Work on a request's body that may fail. */
    private interface Preparation {
        void of(byte[] body);
    }

    private void prepare(Exchange exchange, Preparation preparation) {
        byte[] body = exchange.bodyBytes();
        exchange.releaseBody();
        try {
            tokenizers.execute(() -> {
                try {
                    if (exchange.isOpen()) {
                        preparation.of(body);
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

    private void answer(
            Exchange exchange,
            List<GenerationRequest> generations,
            int choicesPerPrompt,
            AnswerForm form,
            boolean stream) {
        Answer answer = new Answer(exchange, form, generations.size(), choicesPerPrompt, stream);
        Engine.Handle handle = engine.submit(generations, answer.listeners());
        if (handle == null) {
            Answers.error(
                    exchange,
                    ApiError.overloaded(
                            "This worker has "
                                    + Text.counted(config.maxWaiting(), "request", "requests", "个请求")
                                            .en()
                                    + " waiting. Try again shortly.",
                            1));
            return;
        }
        answer.started(handle, keepAlive, config.keepAliveSeconds());
    }

    private static long nowSeconds() {
        return System.currentTimeMillis() / 1000;
    }

    @Override
    public void close() {
        tokenizers.shutdownNow();
        keepAlive.shutdownNow();
        try {
            if (!tokenizers.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("a tokenizer thread is still busy");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
