package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.EmbeddingRequest;
import dev.unbusy.api.EmbeddingWriter;
import dev.unbusy.http.Exchange;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request's vectors between the engine, on whose thread they come, and the exchange. */
final class EmbeddingAnswer implements EmbeddingListener {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingAnswer.class);

    private final Exchange exchange;
    private final EmbeddingRequest request;
    private final TokenizerThreads threads;
    private final long promptTokens;
    private final float[][] vectors;
    private int missing;

    EmbeddingAnswer(Exchange exchange, EmbeddingRequest request, List<int[]> inputs, TokenizerThreads threads) {
        this.exchange = exchange;
        this.request = request;
        this.threads = threads;
        promptTokens = inputs.stream().mapToLong(input -> input.length).sum();
        vectors = new float[inputs.size()][];
        missing = vectors.length;
    }

    @Override
    public void embedded(int input, float[] vector) {
        vectors[input] = vector;
        missing--;
        if (missing == 0) {
            // A million numbers take longer to write than a step to compute.
            threads.run(
                    exchange,
                    () -> Answers.json(
                            exchange,
                            EmbeddingWriter.write(
                                    request.model(), Arrays.asList(vectors), promptTokens, request.base64())));
        }
    }

    @Override
    public void failed(Throwable cause) {
        LOG.error("request {}: cannot be embedded: {}", exchange.id(), cause.getMessage(), cause);
        Answers.error(exchange, ApiError.internal(exchange.id()));
    }
}
