package dev.unbusy.engine;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.FinishReason;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.grammar.Matcher;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.Sampler;
import dev.unbusy.sampling.SamplerScratch;
import dev.unbusy.sampling.TokenLogprobs;
import dev.unbusy.scheduler.PromptLookupDrafter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One answer on its way: the scheduler's sequence together with its sampler and its text. Owned by the engine's thread,
 * except for cancelling.
 */
final class Generation extends Work {
    private static final Logger LOG = LoggerFactory.getLogger(Generation.class);

    private final GenerationRequest request;
    private final GenerationListener listener;
    private final Sampler sampler;
    private final AnswerText text;
    /** Log-probabilities of tokens of which it is open whether they are content or the markup of a call. */
    private final List<TokenLogprobs> undecided = new ArrayList<>();

    /** Begun on the engine's thread with the first token; null where the answer is free. */
    private MaskStore.@Nullable Constraint constraint;

    final long submittedNanos;
    private int chosen;
    long lastTokenNanos;
    /** Since when a token waits to be sent, 0 if none does; {@link HeldTokens} keeps it. */
    long heldSinceNanos;

    /** @throws dev.unbusy.api.ApiException where the answer is to go on behind tokens that no worker can have written */
    Generation(GenerationRequest request, GenerationListener listener, Vocab vocab, long submittedNanos) {
        super(
                request.prompt(),
                request.maxTokens(),
                request.claims().claim(),
                request.claims().cacheScope(),
                new Cancellation());
        this.request = request;
        this.listener = listener;
        this.submittedNanos = submittedNanos;
        sampler = new Sampler(request.sampling(), request.sampler(), request.prompt(), request.prompt().length);
        text = Written.replay(request, vocab);
        int[] written = request.written().tokens();
        goOnBehind(written);
        for (int token : written) {
            sampler.accept(token);
        }
        chosen = written.length;
        speculate(new PromptLookupDrafter());
    }

    /**
     * Chooses the next token and tells the listener.
     *
     * @return the token to go on with, or −1 if the answer has ended
     */
    int next(MemorySegment logits, Vocab vocab, SamplerScratch scratch) {
        if (chosen == 0) {
            listener.begun(Math.max(0, cachedTokens()));
        }
        int token = choose(logits, vocab, scratch);
        TokenLogprobs logprobs =
                request.sampling().topLogprobs() < 0 ? null : sampler.logprobs(logits, vocab.size(), token, scratch);
        sampler.accept(token);
        if (constraint != null) {
            constraint.accept(token);
        }
        chosen++;
        if (request.isEnd(token, vocab)) {
            List<OutputSplitter.Piece> rest = finishText();
            listener.token(token, List.of(), null, text.insideReasoning());
            end(FinishReason.STOP, rest);
            return -1;
        }
        tell(token, text.add(token, vocab), logprobs);
        Matcher.Next next = constraint == null ? Matcher.Next.TOKENS : constraint.next();
        if (text.stopped() || next == Matcher.Next.END) {
            end(FinishReason.STOP, finishText());
            return -1;
        }
        if (chosen >= maxOutput() || next == Matcher.Next.DEAD_END) {
            end(FinishReason.LENGTH, finishText());
            return -1;
        }
        return token;
    }

    private int choose(MemorySegment logits, Vocab vocab, SamplerScratch scratch) {
        Grammar grammar = request.shape().grammar();
        MaskStore masks = request.masks();
        if (grammar == null || masks == null) {
            return sampler.sample(logits, vocab.size(), scratch);
        }
        MaskStore.Constraint own = constraint;
        if (own == null) {
            own = masks.begin(grammar);
            for (int written : request.written().tokens()) {
                own.accept(written);
            }
            constraint = own;
        }
        return sampler.sample(logits, vocab.size(), own.allowed(), scratch);
    }

    private void tell(int token, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs) {
        if (logprobs == null || !text.mayCall()) {
            listener.token(token, pieces, logprobs, text.insideReasoning());
            return;
        }
        if (pieces.isEmpty() && !text.insideCalls()) {
            undecided.add(logprobs);
            return;
        }
        decide(pieces);
        listener.token(token, pieces, isText(pieces) ? logprobs : null, text.insideReasoning());
    }

    /** Text shows that the tokens that came are its own, calls that they are not. */
    private void decide(List<OutputSplitter.Piece> pieces) {
        boolean told = isText(pieces);
        for (TokenLogprobs logprobs : undecided) {
            listener.token(logprobs.token(), List.of(), told ? logprobs : null, text.insideReasoning());
        }
        undecided.clear();
    }

    private static boolean isText(List<OutputSplitter.Piece> pieces) {
        return pieces.stream().anyMatch(piece -> !AnswerText.isCall(piece));
    }

    /** What was held back at the end. */
    private List<OutputSplitter.Piece> finishText() {
        List<OutputSplitter.Piece> rest = text.finish();
        decide(rest);
        return rest;
    }

    void flush() {
        try {
            listener.flush();
        } catch (RuntimeException e) {
            LOG.error("a listener failed to send what it had", e);
        }
    }

    @Override
    void failed(Throwable cause) {
        try {
            listener.failed(cause);
        } catch (RuntimeException e) {
            LOG.error("a listener failed to hear of {}", cause.toString(), e);
        }
    }

    GenerationRequest request() {
        return request;
    }

    int chosen() {
        return chosen;
    }

    /** Whether the token chosen last is the first of this worker's. */
    boolean isFirst() {
        return chosen == request.written().tokens().length + 1;
    }

    private int cachedAtFirst() {
        return request.written().isEmpty()
                ? Math.max(0, cachedTokens())
                : request.written().cachedTokens();
    }

    private void end(FinishReason reason, List<OutputSplitter.Piece> rest) {
        listener.ended(
                rest,
                new AnswerEnd(
                        reason == FinishReason.STOP && text.toolCalls() > 0 ? FinishReason.TOOL_CALLS : reason,
                        text.stopText()),
                new GenerationUsage(promptLength(), cachedAtFirst(), chosen, Math.min(chosen, text.reasoningTokens())));
    }
}
