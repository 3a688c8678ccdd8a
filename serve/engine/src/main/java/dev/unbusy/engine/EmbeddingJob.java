package dev.unbusy.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The texts of one request that are to be embedded. Only some stand in the scheduler's queue at a time, and each that ends
 * lets the next one in at its end: a thousand texts do not stand before a chat that comes a little later.
 *
 * <p>Owned by the engine's thread once it is taken in.
 */
final class EmbeddingJob {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingJob.class);

    private final List<int[]> inputs;
    private final Claims claims;
    private final Pooling pooling;
    private final int hiddenLength;
    private final EmbeddingListener listener;
    private final Cancellation cancellation = new Cancellation();
    /** Unknown to everybody: a prefix found in the cache has no hidden states, so there must be none to find. */
    private final String ownScope = "embedding " + UUID.randomUUID() + " ";

    private final List<Embedding> active = new ArrayList<>();
    private int next;
    private boolean failed;

    /**
     * @param inputs token ids, none empty; kept, not copied
     * @param hiddenLength numbers of a hidden state
     */
    EmbeddingJob(List<int[]> inputs, Claims claims, Pooling pooling, int hiddenLength, EmbeddingListener listener) {
        this.inputs = inputs;
        this.claims = claims;
        this.pooling = pooling;
        this.hiddenLength = hiddenLength;
        this.listener = listener;
    }

    int inputs() {
        return inputs.size();
    }

    Claims claims() {
        return claims;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    /** The next text, which is then active; null if none is left or nobody wants it. */
    @Nullable
    Embedding next() {
        if (next == inputs.size() || cancellation.isRequested()) {
            return null;
        }
        int index = next++;
        int[] tokens = inputs.get(index);
        // The last token is always computed, whatever the cache holds of those before it.
        String scope = pooling == Pooling.LAST ? claims.cacheScope() : ownScope + index;
        Embedding embedding =
                new Embedding(this, index, tokens, scope, new Pooler(pooling, tokens.length, hiddenLength));
        active.add(embedding);
        return embedding;
    }

    /** Texts that wait or run. */
    List<Embedding> active() {
        return List.copyOf(active);
    }

    /** It waits and runs no longer. */
    void left(Embedding embedding) {
        active.remove(embedding);
    }

    void embedded(int index, float[] vector) {
        listener.embedded(index, vector);
    }

    /** The first failure is told; what is left of the job is not worth computing. */
    void failed(Throwable cause) {
        cancellation.request(System.nanoTime());
        if (!failed) {
            failed = true;
            try {
                listener.failed(cause);
            } catch (RuntimeException e) {
                LOG.error("a listener failed to hear of {}", cause.toString(), e);
            }
        }
    }
}
