package dev.unbusy.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the vectors of one job. */
final class Vectors implements EmbeddingListener {
    private final float[][] vectors;
    private final CompletableFuture<float[][]> over = new CompletableFuture<>();
    final AtomicInteger done = new AtomicInteger();

    Vectors(int inputs) {
        vectors = new float[inputs][];
    }

    @Override
    public void embedded(int input, float[] vector) {
        if (vectors[input] != null) {
            throw new IllegalStateException("input " + input + " came twice");
        }
        vectors[input] = vector;
        if (done.incrementAndGet() == vectors.length) {
            over.complete(vectors);
        }
    }

    @Override
    public void failed(Throwable cause) {
        over.completeExceptionally(cause);
    }

    float[][] join() {
        return over.orTimeout(120, TimeUnit.SECONDS).join();
    }

    boolean isOver() {
        return over.isDone();
    }

    EmbeddingJob job(LoadedModel model, Pooling pooling, Claims claims, List<int[]> inputs) {
        return new EmbeddingJob(
                inputs.stream().map(int[]::clone).toList(), claims, pooling, model.embeddingLength(), this);
    }

    static float[] embed(Engine engine, LoadedModel model, Pooling pooling, int[] input) {
        return embed(engine, model, pooling, List.of(input))[0];
    }

    static float[][] embed(Engine engine, LoadedModel model, Pooling pooling, List<int[]> inputs) {
        return begin(engine, model, pooling, inputs).join();
    }

    static Vectors begin(Engine engine, LoadedModel model, Pooling pooling, List<int[]> inputs) {
        Vectors vectors = new Vectors(inputs.size());
        Objects.requireNonNull(engine.embed(vectors.job(model, pooling, Claims.NONE, inputs)));
        return vectors;
    }

    static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum / (norm(a) * norm(b));
    }

    static double norm(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    /** The largest difference of two numbers at the same place. */
    static double apart(float[] a, float[] b) {
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return Arrays.equals(a, b) ? 0 : most;
    }
}
