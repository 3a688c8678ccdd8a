package dev.unbusy.engine;

import static dev.unbusy.engine.Vectors.apart;
import static dev.unbusy.engine.Vectors.cosine;
import static dev.unbusy.engine.Vectors.embed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unbusy.api.Priority;
import dev.unbusy.llama.KvType;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.scheduler.Claim;
import dev.unbusy.scheduler.Speculation;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings of the real model, beside answers that the same engine computes. */
class EmbeddingsTest {
    private static final double SAME = 1e-4;
    private static final String LONG =
            "The ship left the harbour before dawn, and nobody on the quay waved. ".repeat(20);

    private static WorkerConfig config(int sequences, int context, int cells, int batchTokens) {
        KvLayoutChoice layout = cells == 0 ? KvLayoutChoice.SPLIT : KvLayoutChoice.SHARED;
        return new WorkerConfig(
                sequences,
                context,
                cells,
                layout,
                16,
                1,
                batchTokens,
                250,
                Speculation.AUTO,
                KvType.F16,
                0,
                4096,
                5,
                10);
    }

    private static int[] tokens(LoadedModel model, String text) {
        return model.vocab().tokenize(text, true, true);
    }

    private static LoadedModel model(int cells) {
        return cells == 0 ? RealModel.shared() : RealModel.pooled();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8192})
    void sameText_givesTheSameVector_whateverRunsBesideIt(int cells) {
        LoadedModel model = model(cells);
        try (Engine engine = RealModel.engine(model)) {
            int[] text = tokens(model, LONG);
            int[] word = tokens(model, "harbour");
            float[] textAlone = embed(engine, model, Pooling.MEAN, text);
            float[] wordAlone = embed(engine, model, Pooling.MEAN, word);
            List<Recording> streams = new ArrayList<>();
            List<Engine.Handle> handles = new ArrayList<>();
            for (String prompt : List.of("Once upon a time", "One, two, three,", "The weather in April")) {
                Recording stream = new Recording();
                streams.add(stream);
                handles.add(Objects.requireNonNull(engine.submit(
                        List.of(RealModel.ignoringEnd(tokens(model, prompt), 1500, Claims.NONE)), List.of(stream))));
            }
            RealModel.await(() -> streams.stream().allMatch(stream -> stream.tokens.get() > 3));
            float[][] beside = embed(
                    engine, model, Pooling.MEAN, List.of(text, word, tokens(model, "A short sentence."), text, word));
            assertThat(streams).noneMatch(Recording::isOver);
            handles.forEach(handle -> handle.cancel(CancelReason.CLIENT_GONE));
            for (int i : new int[] {0, 3}) {
                assertThat(apart(beside[i], textAlone)).as("text, input %d", i).isLessThan(SAME);
            }
            for (int i : new int[] {1, 4}) {
                assertThat(apart(beside[i], wordAlone)).as("word, input %d", i).isLessThan(SAME);
            }
        }
    }

    @Test
    void sameText_givesTheSameVector_howeverItIsCut() {
        float[] whole = null;
        for (int batchTokens : new int[] {512, 200, 33}) {
            try (LoadedModel model = RealModel.load(config(2, 1024, 0, batchTokens));
                    Engine engine = RealModel.engine(model)) {
                float[] vector = embed(engine, model, Pooling.MEAN, tokens(model, LONG));
                assertThat(engine.status().steps()).isGreaterThanOrEqualTo(300 / batchTokens);
                whole = whole == null ? vector : whole;
                assertThat(apart(vector, whole)).as("steps of %d", batchTokens).isLessThan(SAME);
            }
        }
    }

    @Test
    void vectors_haveLengthOne_andTellTextsApart() {
        LoadedModel model = RealModel.shared();
        try (Engine engine = RealModel.engine(model)) {
            List<int[]> texts = List.of(
                    tokens(model, "The cat is sleeping on the warm sofa."),
                    tokens(model, "A kitten naps on the couch."),
                    tokens(model, "int main(void) { return printf(\"%d\", 42); }"));
            float[][] vectors = embed(engine, model, Pooling.MEAN, texts);
            for (float[] vector : vectors) {
                assertThat(vector).hasSize(576);
                assertThat(Vectors.norm(vector)).isCloseTo(1, within(1e-5));
            }
            double alike = cosine(vectors[0], vectors[1]);
            double unlike = cosine(vectors[0], vectors[2]);
            assertThat(alike).isGreaterThan(unlike).isLessThan(0.9999);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8192})
    void lastTokensVector_isTheSame_whenItsPrefixIsCached(int cells) {
        LoadedModel model = model(cells);
        try (Engine engine = RealModel.engine(model)) {
            float[] fresh = embed(engine, model, Pooling.LAST, tokens(model, LONG));
            float[] again = embed(engine, model, Pooling.LAST, tokens(model, LONG));
            assertThat(apart(again, fresh)).isLessThan(1e-2); // One token alone goes through other kernels than many.
            assertThat(cosine(again, embed(engine, model, Pooling.CLS, tokens(model, LONG))))
                    .isLessThan(0.99);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4096})
    void stream_getsATokenInEverySecondStepAtLeast_besideALongText(int cells) {
        try (LoadedModel model = RealModel.load(config(4, 2048, cells, 512));
                Engine engine = RealModel.engine(model)) {
            Recording stream = new Recording();
            List<Long> steps = new ArrayList<>();
            stream.onToken = () -> steps.add(engine.status().steps());
            Engine.Handle handle = Objects.requireNonNull(engine.submit(
                    List.of(RealModel.ignoringEnd(tokens(model, "Once upon a time"), 1900, Claims.NONE)),
                    List.of(stream)));
            RealModel.await(() -> stream.tokens.get() > 5);
            int before = stream.tokens.get();
            int[] text = new Random(1).ints(1500, 1_000, 40_000).toArray();
            Vectors vectors = Vectors.begin(engine, model, Pooling.MEAN, List.of(text));
            vectors.join();
            int during = stream.tokens.get() - before;
            handle.cancel(CancelReason.CLIENT_GONE);
            RealModel.await(() -> RealModel.isIdle(engine));
            assertThat(during).as("tokens while the text was computed").isGreaterThan(2);
            for (int i = 1; i < steps.size(); i++) {
                assertThat(steps.get(i) - steps.get(i - 1))
                        .as("steps to token %d", i)
                        .isBetween(0L, 2L);
            }
        }
    }

    @Test
    void chatThatComesBehindManyTexts_doesNotWaitForAllOfThem() {
        try (LoadedModel model = RealModel.load(config(1, 1024, 0, 512))) {
            Engine engine = new Engine(
                    model::newContext,
                    model.vocab(),
                    model.schedulerOptions(),
                    new EngineMetrics(new Metrics()),
                    new Intake(4096, Long.MAX_VALUE),
                    () -> {
                        throw new AssertionError("the engine lost its context");
                    });
            List<int[]> texts = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                texts.add(tokens(model, "Text number " + i));
            }
            Vectors vectors = Vectors.begin(engine, model, Pooling.MEAN, texts);
            Recording chat = new Recording();
            List<Integer> done = new ArrayList<>();
            chat.onToken = () -> done.add(vectors.done.get());
            engine.submit(List.of(RealModel.ignoringEnd(tokens(model, "Hello"), 5, Claims.NONE)), List.of(chat));
            try (engine) {
                engine.start().awaitContext();
                chat.join();
                vectors.join();
                assertThat(done.getFirst()).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void textThatGivesItsPlaceToAnUrgentChat_getsTheSameVector() {
        try (LoadedModel model = RealModel.load(config(1, 1024, 0, 64));
                Engine engine = RealModel.engine(model)) {
            int[] text = tokens(model, LONG + LONG);
            float[] alone = embed(engine, model, Pooling.MEAN, text);
            long steps = engine.status().steps();
            Vectors vectors = new Vectors(1);
            Claims patient = new Claims(Claim.ofPriority(Priority.BATCH.level()), "");
            Claims urgent = new Claims(Claim.ofPriority(Priority.INTERACTIVE.level()), "");
            engine.embed(vectors.job(model, Pooling.MEAN, patient, List.of(text)));
            RealModel.await(() -> engine.status().steps() > steps);
            Recording chat = new Recording();
            engine.submit(List.of(RealModel.ignoringEnd(tokens(model, "Hello"), 5, urgent)), List.of(chat));
            chat.join();
            assertThat(vectors.isOver()).isFalse();
            assertThat(apart(vectors.join()[0], alone)).isLessThan(SAME);
            assertThat(engine.status().preemptions()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8192})
    void cancelledJobs_leaveNothingBehind(int cells) {
        LoadedModel model = model(cells);
        Random random = new Random(20261129);
        try (Engine engine = RealModel.engine(model)) {
            List<WeakReference<EmbeddingJob>> jobs = new ArrayList<>();
            List<Vectors> all = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                List<int[]> inputs = new ArrayList<>();
                for (int k = random.nextInt(12); k >= 0; k--) {
                    inputs.add(
                            random.ints(1 + random.nextInt(150), 1_000, 40_000).toArray());
                }
                Vectors vectors = new Vectors(inputs.size());
                EmbeddingJob job = vectors.job(model, Pooling.MEAN, Claims.NONE, inputs);
                Engine.Handle handle = Objects.requireNonNull(engine.embed(job));
                jobs.add(new WeakReference<>(job));
                if (i % 6 > 0) {
                    long steps = engine.status().steps() + random.nextInt(4);
                    RealModel.await(() -> engine.status().steps() >= steps || vectors.isOver());
                    handle.cancel(CancelReason.CLIENT_GONE);
                    handle.cancel(CancelReason.CLIENT_GONE);
                } else {
                    all.add(vectors);
                }
            }
            all.forEach(Vectors::join);
            RealModel.await(() -> RealModel.isIdle(engine));
            assertThat(engine.waiting()).isZero();
            engine.checkIntegrity().join();
            RealModel.await(() -> {
                System.gc();
                return jobs.stream().allMatch(job -> job.get() == null);
            });
        }
    }

    @Test
    void jobThatFails_isToldOnce_andTheOthersGoOn() {
        LoadedModel model = RealModel.shared();
        try (Engine engine = RealModel.engine(model)) {
            int[] tooLong = new int[model.contextTokens()];
            Arrays.fill(tooLong, 1_000);
            int[] text = tokens(model, "fine");
            Vectors other = Vectors.begin(engine, model, Pooling.MEAN, List.of(text));
            Vectors failing = Vectors.begin(engine, model, Pooling.MEAN, List.of(text, tooLong, text, tooLong, text));
            RealModel.await(failing::isOver);
            assertThat(other.join()[0]).hasSize(576);
            RealModel.await(() -> RealModel.isIdle(engine));
            engine.checkIntegrity().join();
        }
    }
}
