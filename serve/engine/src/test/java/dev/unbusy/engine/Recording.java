package dev.unbusy.engine;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.FinishReason;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keeps what an answer said. */
final class Recording implements GenerationListener {
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<Recording> over = new CompletableFuture<>();
    final AtomicInteger tokens = new AtomicInteger();
    final List<TokenLogprobs> logprobs = new ArrayList<>();

    @Nullable
    FinishReason reason;

    @Nullable
    GenerationUsage usage;

    // volatile: set by the test, run by the engine's thread.
    volatile Runnable onToken = () -> {};

    @Override
    public void begun(int cachedTokens) {}

    @Override
    public void token(
            int token,
            List<OutputSplitter.Piece> pieces,
            @Nullable TokenLogprobs tokenLogprobs,
            boolean insideReasoning) {
        pieces.forEach(piece -> text.append(piece.text()));
        if (tokenLogprobs != null) {
            logprobs.add(tokenLogprobs);
        }
        tokens.incrementAndGet();
        onToken.run();
    }

    @Override
    public void flush() {}

    @Override
    public void ended(List<OutputSplitter.Piece> pieces, AnswerEnd end, GenerationUsage generationUsage) {
        pieces.forEach(piece -> text.append(piece.text()));
        reason = end.reason();
        usage = generationUsage;
        over.complete(this);
    }

    @Override
    public void failed(Throwable cause) {
        over.completeExceptionally(cause);
    }

    Recording join() {
        return over.orTimeout(60, TimeUnit.SECONDS).join();
    }

    boolean isOver() {
        return over.isDone();
    }

    String text() {
        return text.toString();
    }

    GenerationUsage usage() {
        GenerationUsage known = usage;
        if (known == null) {
            throw new AssertionError("not ended");
        }
        return known;
    }
}
