package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.ChatCompletionWriter;
import dev.unbusy.api.ChatRequest;
import dev.unbusy.api.CompletionRequest;
import dev.unbusy.api.CompletionWriter;
import dev.unbusy.api.Continuation;
import dev.unbusy.api.ResponseIds;
import dev.unbusy.api.StreamMarks;
import dev.unbusy.http.Exchange;
import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
    private final String modelIdentity;
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
        modelIdentity = model.identity();
        // Else an answer that is over stays in memory until its next comment would have been due.
        keepAlive.setRemoveOnCancelPolicy(true);
    }

    /** On the exchange's event loop. */
    void chat(Exchange exchange) {
        prepare(exchange, (body, resumed) -> {
            ChatRequest request = ChatRequest.parse(body);
            Start start = start(
                    resumed,
                    request.stream(),
                    ResponseIds.chat(),
                    prompts.chat(request, Claims.of(exchange::header, request.user())));
            ChatAnswer form = new ChatAnswer(
                    new ChatCompletionWriter(
                            start.head.id(),
                            start.head.createdSeconds(),
                            request.model(),
                            start.head.fingerprint(),
                            request.streamUsage()),
                    model.vocab(),
                    request.logprobs());
            answer(exchange, start, start.requests.size(), form, request.stream());
        });
    }

    /** On the exchange's event loop. */
    void completion(Exchange exchange) {
        prepare(exchange, (body, resumed) -> {
            CompletionRequest request = CompletionRequest.parse(body);
            Start start = start(
                    resumed,
                    request.stream(),
                    ResponseIds.completion(),
                    prompts.completion(request, Claims.of(exchange::header, request.user())));
            CompletionAnswer form = new CompletionAnswer(
                    new CompletionWriter(
                            start.head.id(),
                            start.head.createdSeconds(),
                            request.model(),
                            start.head.fingerprint(),
                            request.streamUsage()),
                    model.vocab(),
                    request.logprobs() >= 0,
                    request.echo()
                            ? prompts.echoes(start.requests, request.sampling().n())
                            : List.of());
            answer(exchange, start, request.sampling().n(), form, request.stream());
        });
    }

    /** Work on a request's body that may fail. */
    private interface Preparation {
        void of(byte[] body, @Nullable Continuation resumed);
    }

    /**
     * What an answer begins with.
     *
     * @param resumed another worker began it
     */
    private record Start(Continuation.Head head, List<GenerationRequest> requests, boolean resumed) {}

    private Start start(
            @Nullable Continuation resumed, boolean stream, String newId, List<GenerationRequest> requests) {
        if (resumed == null) {
            return new Start(new Continuation.Head(newId, nowSeconds(), fingerprint, modelIdentity), requests, false);
        }
        if (!stream) {
            throw Continuation.wrong("goes with a request for a stream ('stream': true) only");
        }
        if (!resumed.head().model().equals(modelIdentity)) {
            throw ApiError.otherModel(resumed.head().model(), modelIdentity).exception();
        }
        return new Start(resumed.head(), Written.of(resumed, requests), true);
    }

    private void prepare(Exchange exchange, Preparation preparation) {
        byte[] received = exchange.bodyBytes();
        exchange.releaseBody();
        String marks = exchange.header(Continuation.HEADER);
        try {
            tokenizers.execute(() -> {
                try {
                    if (exchange.isOpen()) {
                        if (marks == null) {
                            preparation.of(received, null);
                        } else {
                            int size = marksSize(marks, received.length);
                            int end = received.length - size;
                            preparation.of(Arrays.copyOf(received, end), Continuation.parse(received, end, size));
                        }
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

    private static int marksSize(String header, int bodyBytes) {
        if (!header.matches("[1-9][0-9]{0,8}") || Integer.parseInt(header) >= bodyBytes) {
            throw Continuation.wrong("must be how many of the body's " + bodyBytes + " bytes are marks, at its end");
        }
        return Integer.parseInt(header);
    }

    private void answer(Exchange exchange, Start start, int choicesPerPrompt, AnswerForm form, boolean stream) {
        StreamMarks marks = "1".equals(exchange.header(StreamMarks.HEADER))
                ? new StreamMarks(start.resumed ? null : start.head)
                : null;
        Answer answer = new Answer(exchange, form, start.requests, choicesPerPrompt, stream, marks);
        List<GenerationRequest> open = new ArrayList<>();
        List<GenerationListener> all = answer.listeners();
        List<GenerationListener> listeners = new ArrayList<>();
        for (int choice = 0; choice < start.requests.size(); choice++) {
            GenerationRequest request = start.requests.get(choice);
            if (request.written().ended()) {
                answer.endedBefore(choice, Written.usage(request, model.vocab()));
            } else {
                open.add(request);
                listeners.add(all.get(choice));
            }
        }
        if (open.isEmpty()) {
            answer.nothingLeft();
            return;
        }
        Engine.Handle handle = engine.submit(open, listeners);
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
