package dev.unbusy.engine;

import dev.unbusy.api.FinishReason;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.Sampler;
import dev.unbusy.sampling.SamplerScratch;
import dev.unbusy.sampling.TokenLogprobs;
import dev.unbusy.scheduler.Claim;
import dev.unbusy.scheduler.PromptLookupDrafter;
import dev.unbusy.scheduler.Sequence;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One answer on its way: the scheduler's sequence together with its sampler and its text. Owned by the engine's thread,
 * except for cancelling.
 */
final class Generation extends Sequence {
    private static final Logger LOG = LoggerFactory.getLogger(Generation.class);

    private final GenerationRequest request;
    private final GenerationListener listener;
    private final Sampler sampler;
    private final TextAssembler text = new TextAssembler();
    private final StopMatcher stops;
    private final OutputSplitter splitter;
    final long submittedNanos;
    private int chosen;
    long lastTokenNanos;
    /** Since when a token waits to be sent, 0 if none does; {@link HeldTokens} keeps it. */
    long heldSinceNanos;

    /** When the client lost interest, 0 while it has not. Volatile: set by any thread, read by the engine and other cancellers. */
    private volatile long cancelledNanos;

    Generation(GenerationRequest request, GenerationListener listener, long submittedNanos) {
        super(request.prompt(), request.maxTokens(), Claim.PLAIN, request.cacheScope());
        this.request = request;
        this.listener = listener;
        this.submittedNanos = submittedNanos;
        sampler = new Sampler(request.sampling(), request.sampler(), request.prompt(), request.prompt().length);
        stops = new StopMatcher(request.stops());
        splitter = new OutputSplitter(request.outputStart());
        speculate(new PromptLookupDrafter());
    }

    /**
     * Chooses the next token and tells the listener.
     *
     * @return the token to go on with, or −1 if the answer has ended
     */
    int next(MemorySegment logits, Vocab vocab, SamplerScratch scratch) {
        int token = sampler.sample(logits, vocab.size(), scratch);
        TokenLogprobs logprobs =
                request.sampling().topLogprobs() < 0 ? null : sampler.logprobs(logits, vocab.size(), token, scratch);
        sampler.accept(token);
        chosen++;
        boolean endToken = vocab.isEndOfGeneration(token);
        if (endToken && !request.ignoreEos()) {
            end(FinishReason.STOP);
            return -1;
        }
        vocab.appendPiece(token, false, text.room(vocab.pieceLength(token, false)));
        List<OutputSplitter.Piece> pieces = splitter.feed(stops.feed(text.take()));
        listener.token(pieces, logprobs, splitter.insideReasoning());
        if (stops.stopped()) {
            end(FinishReason.STOP);
            return -1;
        }
        if (chosen >= maxOutput()) {
            end(FinishReason.LENGTH);
            return -1;
        }
        return token;
    }

    void flush() {
        try {
            listener.flush();
        } catch (RuntimeException e) {
            LOG.error("a listener failed to send what it had", e);
        }
    }

    void failed(Throwable cause) {
        try {
            listener.failed(cause);
        } catch (RuntimeException e) {
            LOG.error("a listener failed to hear of {}", cause.toString(), e);
        }
    }

    int chosen() {
        return chosen;
    }

    /** From any thread; the first call counts. */
    void cancelRequested(long nowNanos) {
        if (cancelledNanos == 0) {
            cancelledNanos = nowNanos == 0 ? 1 : nowNanos;
        }
    }

    boolean isCancelRequested() {
        return cancelledNanos != 0;
    }

    /** How much of this time was after the cancel. */
    long goneNanos(long startNanos, long endNanos) {
        long cancelled = cancelledNanos;
        return cancelled == 0 ? 0 : Math.max(0, endNanos - (cancelled - startNanos > 0 ? cancelled : startNanos));
    }

    private void end(FinishReason reason) {
        List<OutputSplitter.Piece> rest = new ArrayList<>(2);
        if (!stops.stopped()) {
            String left = text.finish();
            String tail = stops.feed(left) + (stops.stopped() ? "" : stops.finish());
            if (!tail.isEmpty()) {
                rest.addAll(splitter.feed(tail));
            }
        }
        rest.addAll(splitter.finish());
        listener.ended(
                rest,
                reason,
                new GenerationUsage(
                        promptLength(),
                        Math.max(0, cachedTokens()),
                        chosen,
                        Math.min(chosen, splitter.reasoningTokens())));
    }
}
