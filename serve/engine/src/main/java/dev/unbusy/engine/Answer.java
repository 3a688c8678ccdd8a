package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.FinishReason;
import dev.unbusy.api.Sse;
import dev.unbusy.api.Usage;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.grammar.GrammarException;
import dev.unbusy.http.Exchange;
import dev.unbusy.sampling.TokenLogprobs;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request's answer between the engine and the exchange, streamed or whole. What the engine says comes on its thread;
 * {@link #started} on the thread that submitted: both are inside the lock of this object, held for microseconds.
 */
final class Answer {
    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    private final Exchange exchange;
    private final AnswerForm form;
    private final boolean stream;
    private final int choicesPerPrompt;
    private final FinishReason[] reasons;
    private final GenerationUsage[] usages;
    private int ended;
    /** Events of a stream that are still to be sent. */
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    /** The only one, which needs no copy. */
    private byte @Nullable [] onlyUnsent;

    private final boolean[] begun;
    private boolean opened;
    private boolean over;
    private Engine.@Nullable Handle handle;
    private @Nullable ScheduledFuture<?> keepAlive;

    Answer(Exchange exchange, AnswerForm form, int choices, int choicesPerPrompt, boolean stream) {
        this.exchange = exchange;
        this.form = form;
        this.stream = stream;
        this.choicesPerPrompt = choicesPerPrompt;
        reasons = new FinishReason[choices];
        usages = new GenerationUsage[choices];
        begun = new boolean[choices];
    }

    /** The head of a stream: not before the engine has taken the request, since until then the answer may be an error. */
    private void open() {
        if (stream && !opened) {
            opened = true;
            exchange.startStream(200, Sse.CONTENT_TYPE, "cache-control", "no-cache");
        }
    }

    /** A choice's first event comes with its first token: a worker lost before it has said nothing, and can be replaced. */
    private void begin(int choice) {
        open();
        if (stream && !begun[choice]) {
            begun[choice] = true;
            send(form.begin(choice));
        }
    }

    List<GenerationListener> listeners() {
        List<GenerationListener> listeners = new ArrayList<>(reasons.length);
        for (int choice = 0; choice < reasons.length; choice++) {
            listeners.add(new Choice(choice));
        }
        return listeners;
    }

    /** The engine has it: from now on a disconnect takes it back, and silence is broken by comments. */
    synchronized void started(Engine.Handle engineHandle, ScheduledExecutorService timer, int keepAliveSeconds) {
        open();
        handle = engineHandle;
        exchange.onDisconnect(() -> engineHandle.cancel(CancelReason.CLIENT_GONE));
        if (stream && !over) {
            keepAlive =
                    timer.scheduleAtFixedRate(this::keepAlive, keepAliveSeconds, keepAliveSeconds, TimeUnit.SECONDS);
            exchange.onDisconnect(this::stopKeepAlive);
        }
    }

    private synchronized void keepAlive() {
        if (!over && ended == 0) {
            flush();
            exchange.write(Sse.keepAlive());
        }
    }

    private synchronized void flush() {
        if (onlyUnsent != null) {
            exchange.write(onlyUnsent);
            onlyUnsent = null;
        } else if (unsent.size() > 0) {
            exchange.write(unsent.toByteArray());
            unsent.reset();
        }
    }

    private synchronized void stopKeepAlive() {
        if (keepAlive != null) {
            keepAlive.cancel(false);
        }
    }

    private synchronized void token(
            int choice, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning) {
        if (over) {
            return;
        }
        begin(choice);
        if (stream) {
            send(form.token(choice, pieces, logprobs, insideReasoning));
        } else {
            form.collect(choice, pieces, logprobs, insideReasoning);
        }
    }

    private synchronized void choiceEnded(
            int choice, List<OutputSplitter.Piece> pieces, FinishReason reason, GenerationUsage usage) {
        if (over) {
            return;
        }
        token(choice, pieces, null, false);
        reasons[choice] = reason;
        usages[choice] = usage;
        ended++;
        boolean last = ended == reasons.length;
        if (stream) {
            send(form.finish(choice, reason, last ? usage() : null));
            flush();
        }
        if (last) {
            over = true;
            stopKeepAlive();
            if (stream) {
                send(form.end(usage()));
                flush();
                exchange.end();
            } else {
                Answers.json(exchange, form.whole(reasons, usage()));
            }
        }
    }

    private synchronized void choiceFailed(int choice, Throwable cause) {
        if (over) {
            return;
        }
        open();
        over = true;
        stopKeepAlive();
        LOG.error("request {}: choice {} failed: {}", exchange.id(), choice, cause.getMessage(), cause);
        ApiError error = cause instanceof GrammarException grammar
                ? ToolGrammars.refused(grammar, "response_format").error()
                : ApiError.internal(exchange.id());
        if (stream) {
            flush();
            exchange.write(error.sseEvent());
            exchange.end();
        } else {
            Answers.error(exchange, error);
        }
        if (handle != null && reasons.length > 1) {
            handle.cancel(CancelReason.SIBLING_FAILED);
        }
    }

    /** The prompt counts once for each prompt, not for each choice; what was cached is what its first choice found. */
    private Usage usage() {
        long prompt = 0;
        long cached = 0;
        long completion = 0;
        long reasoning = 0;
        for (int choice = 0; choice < usages.length; choice++) {
            GenerationUsage usage = usages[choice];
            if (choice % choicesPerPrompt == 0) {
                prompt += usage.promptTokens();
                cached += usage.cachedTokens();
            }
            completion += usage.completionTokens();
            reasoning += usage.reasoningTokens();
        }
        return new Usage(prompt, cached, completion, reasoning);
    }

    private void send(byte @Nullable [] event) {
        if (event == null) {
            return;
        }
        if (unsent.size() == 0 && onlyUnsent == null) {
            onlyUnsent = event;
            return;
        }
        if (onlyUnsent != null) {
            unsent.writeBytes(onlyUnsent);
            onlyUnsent = null;
        }
        unsent.writeBytes(event);
    }

    /** One choice's ear in the engine. */
    private final class Choice implements GenerationListener {
        private final int index;

        private Choice(int index) {
            this.index = index;
        }

        @Override
        public void token(
                List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning) {
            Answer.this.token(index, pieces, logprobs, insideReasoning);
        }

        @Override
        public void ended(List<OutputSplitter.Piece> pieces, FinishReason reason, GenerationUsage usage) {
            choiceEnded(index, pieces, reason, usage);
        }

        @Override
        public void flush() {
            Answer.this.flush();
        }

        @Override
        public void failed(Throwable cause) {
            choiceFailed(index, cause);
        }
    }
}
