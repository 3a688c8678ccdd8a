package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.CompletionRequest.Prompt;
import dev.unbusy.api.EmbeddingRequest;
import dev.unbusy.http.Exchange;
import java.util.ArrayList;
import java.util.List;

/** Answers the route for embeddings. */
final class Embeddings {
    /** Of all vectors of an answer: some 30 MB of JSON. */
    private static final int MOST_NUMBERS = 1 << 21;

    private final Engine engine;
    private final LoadedModel model;
    private final WorkerConfig config;
    private final TokenizerThreads threads;
    private final RequestTokens tokens;

    Embeddings(Engine engine, LoadedModel model, WorkerConfig config, TokenizerThreads threads) {
        this.engine = engine;
        this.model = model;
        this.config = config;
        this.threads = threads;
        tokens = new RequestTokens(model.vocab());
    }

    /** On the exchange's event loop. */
    void embed(Exchange exchange) {
        threads.prepare(exchange, body -> {
            EmbeddingRequest request = EmbeddingRequest.parse(body);
            Claims claims = Claims.of(exchange::header, request.user());
            Pooling pooling = model.pooling();
            checkSize(request);
            List<int[]> inputs = new ArrayList<>(request.inputs().size());
            for (Prompt input : request.inputs()) {
                inputs.add(tokens(input, request.path(inputs.size())));
            }
            EmbeddingAnswer answer = new EmbeddingAnswer(exchange, request, inputs, threads);
            Engine.Handle handle =
                    engine.embed(new EmbeddingJob(inputs, claims, pooling, model.embeddingLength(), answer));
            if (handle == null) {
                Answers.error(exchange, Answers.full(config));
                return;
            }
            exchange.onDisconnect(() -> handle.cancel(CancelReason.CLIENT_GONE));
        });
    }

    private void checkSize(EmbeddingRequest request) {
        int length = model.embeddingLength();
        if (request.dimensions() > 0 && request.dimensions() != length) {
            // No key of a GGUF file says that a model's first numbers mean something without the others.
            throw ApiError.invalidValue(
                            "dimensions",
                            "is " + request.dimensions() + ", but this model's embeddings have " + length
                                    + " numbers, which cannot be shortened; leave it out")
                    .exception();
        }
        int most = Math.max(1, Math.min(EmbeddingRequest.MAX_INPUTS, MOST_NUMBERS / length));
        if (request.inputs().size() > most) {
            throw ApiError.invalidValue(
                            "input",
                            "has " + request.inputs().size() + " entries; with " + length
                                    + " numbers for each, at most " + most + " fit one answer")
                    .exception();
        }
    }

    private int[] tokens(Prompt input, String path) {
        int[] ids = switch (input) {
            case Prompt.Text text -> tokens.of(text.text(), true, true, path);
            case Prompt.Tokens given -> tokens.checked(given.ids(), path);
        };
        if (ids.length == 0) {
            throw ApiError.invalidValue(path, "has no tokens").exception();
        }
        // The scheduler keeps a place for an answer's first token.
        int most = model.contextTokens() - 1;
        if (ids.length > most) {
            throw ApiError.inputTooLong(path, ids.length, most).exception();
        }
        return ids;
    }
}
