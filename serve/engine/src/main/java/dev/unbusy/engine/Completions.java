package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ChatCompletionWriter;
import dev.unbusy.api.ChatRequest;
import dev.unbusy.api.CompletionRequest;
import dev.unbusy.api.CompletionWriter;
import dev.unbusy.api.Continuation;
import dev.unbusy.api.ResponseIds;
import dev.unbusy.api.StreamMarks;
import dev.unbusy.http.Exchange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** Answers the two completion routes. */
final class Completions implements AutoCloseable {
    private final Engine engine;
    private final LoadedModel model;
    private final WorkerConfig config;
    private final PromptMaker prompts;
    private final String fingerprint;
    private final String modelIdentity;
    private final TokenizerThreads threads;
    private final ScheduledThreadPoolExecutor keepAlive = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("keep-alive").factory());

    Completions(Engine engine, LoadedModel model, WorkerConfig config, TokenizerThreads threads) {
        this.engine = engine;
        this.model = model;
        this.config = config;
        this.threads = threads;
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
        String marks = exchange.header(Continuation.HEADER);
        threads.prepare(exchange, received -> {
            if (marks == null) {
                preparation.of(received, null);
            } else {
                int size = marksSize(marks, received.length);
                int end = received.length - size;
                preparation.of(Arrays.copyOf(received, end), Continuation.parse(received, end, size));
            }
        });
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
            Answers.error(exchange, Answers.full(config));
            return;
        }
        answer.started(handle, keepAlive, config.keepAliveSeconds());
    }

    private static long nowSeconds() {
        return System.currentTimeMillis() / 1000;
    }

    @Override
    public void close() {
        keepAlive.shutdownNow();
    }
}
