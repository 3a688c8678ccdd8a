package dev.unbusy.engine;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.FinishReason;
import dev.unbusy.api.Sse;
import dev.unbusy.api.StreamMarks;
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
    private final AnswerEnd[] ends;
    private final GenerationUsage[] usages;
    private int ended;
    /** Asked for by whoever may have to find another worker for the rest; null else. */
    private final @Nullable StreamMarks marks;
    /** Seeds of the choices' random numbers. */
    private final long[] seeds;
    /** Events of a stream that are still to be sent. */
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
    /** The only one, which needs no copy. */
    private byte @Nullable [] onlyUnsent;

    private final boolean[] begun;
    private boolean opened;
    private boolean over;
    private Engine.@Nullable Handle handle;
    private @Nullable ScheduledFuture<?> keepAlive;

    /** @param marks null where nobody asked for them */
    Answer(
            Exchange exchange,
            AnswerForm form,
            List<GenerationRequest> requests,
            int choicesPerPrompt,
            boolean stream,
            @Nullable StreamMarks marks) {
        int choices = requests.size();
        this.exchange = exchange;
        this.form = form;
        this.stream = stream;
        this.choicesPerPrompt = choicesPerPrompt;
        ends = new AnswerEnd[choices];
        usages = new GenerationUsage[choices];
        begun = new boolean[choices];
        this.marks = stream ? marks : null;
        seeds = requests.stream().mapToLong(request -> request.sampler().seed()).toArray();
        for (int choice = 0; choice < choices; choice++) {
            int[] written = requests.get(choice).written().tokens();
            if (written.length > 0) {
                begun[choice] = true;
                form.goesOn(choice, written);
            }
        }
    }

    /** The head of a stream: not before the engine has taken the request, since until then the answer may be an error. */
    private void open() {
        if (stream && !opened) {
            opened = true;
            if (marks == null) {
                exchange.startStream(200, Sse.CONTENT_TYPE, "cache-control", "no-cache");
            } else {
                exchange.startStream(200, Sse.CONTENT_TYPE, "cache-control", "no-cache", StreamMarks.HEADER, "1");
            }
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
        List<GenerationListener> listeners = new ArrayList<>(ends.length);
        for (int choice = 0; choice < ends.length; choice++) {
            listeners.add(new Choice(choice));
        }
        return listeners;
    }

    /** Another worker ended this choice; nothing of it is told again. */
    synchronized void endedBefore(int choice, GenerationUsage usage) {
        ends[choice] = AnswerEnd.of(FinishReason.STOP);
        usages[choice] = usage;
        ended++;
    }

    /** All choices had ended before: what is left is the end of the stream. */
    synchronized void nothingLeft() {
        open();
        over = true;
        send(form.end(usage()));
        flush();
        exchange.end();
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

    /** Without what is unsent: a mark made between a token and the answer's end would tell half of it. */
    private synchronized void keepAlive() {
        if (!over) {
            exchange.write(Sse.keepAlive());
        }
    }

    /** Events and the mark behind them are one write. On the engine's thread, where each token is told as a whole. */
    private synchronized void flush() {
        if (onlyUnsent == null && unsent.size() == 0) {
            return;
        }
        if (marks != null) {
            send(marks.take());
        }
        if (onlyUnsent != null) {
            exchange.write(onlyUnsent);
            onlyUnsent = null;
        } else {
            exchange.write(unsent.toByteArray());
            unsent.reset();
        }
    }

    private synchronized void stopKeepAlive() {
        if (keepAlive != null) {
            keepAlive.cancel(false);
        }
    }

    private synchronized void begun(int choice, int cachedTokens) {
        if (marks != null && !over) {
            marks.begun(choice, seeds[choice], cachedTokens);
        }
    }

    private synchronized void token(
            int choice,
            int token,
            List<OutputSplitter.Piece> pieces,
            @Nullable TokenLogprobs logprobs,
            boolean insideReasoning) {
        if (over) {
            return;
        }
        if (marks != null) {
            marks.chosen(choice, token);
        }
        tell(choice, pieces, logprobs, insideReasoning);
    }

    private void tell(
            int choice, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning) {
        begin(choice);
        if (stream) {
            send(form.token(choice, pieces, logprobs, insideReasoning));
        } else {
            form.collect(choice, pieces, logprobs, insideReasoning);
        }
    }

    private synchronized void choiceEnded(
            int choice, List<OutputSplitter.Piece> pieces, AnswerEnd end, GenerationUsage usage) {
        if (over) {
            return;
        }
        tell(choice, pieces, null, false);
        if (marks != null) {
            marks.ended(choice);
        }
        ends[choice] = end;
        usages[choice] = usage;
        ended++;
        boolean last = ended == ends.length;
        if (stream) {
            send(form.finish(choice, end, last ? usage() : null));
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
                Answers.json(exchange, form.whole(ends, usage()));
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
        ApiError error = switch (cause) {
            case GrammarException grammar ->
                ToolGrammars.refused(grammar, "response_format").error();
            case ApiException refused -> refused.error();
            default -> ApiError.internal(exchange.id());
        };
        if (stream) {
            flush();
            exchange.write(error.sseEvent());
            exchange.end();
        } else {
            Answers.error(exchange, error);
        }
        if (handle != null && ends.length > 1) {
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
        public void begun(int cachedTokens) {
            Answer.this.begun(index, cachedTokens);
        }

        @Override
        public void token(
                int token,
                List<OutputSplitter.Piece> pieces,
                @Nullable TokenLogprobs logprobs,
                boolean insideReasoning) {
            Answer.this.token(index, token, pieces, logprobs, insideReasoning);
        }

        @Override
        public void ended(List<OutputSplitter.Piece> pieces, AnswerEnd end, GenerationUsage usage) {
            choiceEnded(index, pieces, end, usage);
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
