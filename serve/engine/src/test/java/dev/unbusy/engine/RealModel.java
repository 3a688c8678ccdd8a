package dev.unbusy.engine;

import dev.unbusy.catalog.HostProbe;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.llama.KvType;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import dev.unbusy.scheduler.Speculation;
import dev.unbusy.text.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The real library and the real starter model for the engine's tests, on one thread. */
final class RealModel {
    private static @Nullable LoadedModel loaded;
    private static @Nullable LoadedModel pooled;
    private static @Nullable PlainLoop plain;
    private static final Map<Integer, LoadedModel> SPECULATING = new HashMap<>();

    private RealModel() {}

    /** @param cells of the pool; 0: each request has its own */
    static WorkerConfig config(int sequences, int cells) {
        return config(sequences, 2048, cells, 4096);
    }

    static WorkerConfig config(int sequences, int context, int cells, int maxWaiting) {
        return config(sequences, context, cells, maxWaiting, Speculation.AUTO);
    }

    static WorkerConfig config(int sequences, int context, int cells, int maxWaiting, Speculation speculation) {
        KvLayoutChoice layout = cells == 0 ? KvLayoutChoice.SPLIT : KvLayoutChoice.SHARED;
        return new WorkerConfig(
                sequences, context, cells, layout, 256, 1, 512, 250, speculation, KvType.F16, 0, maxWaiting, 5, 10);
    }

    static Path natives() {
        return required("unbusy.test.natives", "-Dunbusy.natives=DIRECTORY");
    }

    static Path file() {
        return required("unbusy.test.model", "-Dunbusy.model=FILE");
    }

    private static Path required(String property, String option) {
        String value = System.getProperty(property, "");
        if (value.isEmpty() || !Files.exists(Path.of(value))) {
            throw new AssertionError(
                    "this test needs the native library and the starter model; run ./unbusy verify, which"
                            + " fetches both, or give Maven " + option);
        }
        return Path.of(value);
    }

    static LoadedModel load(WorkerConfig config) {
        return LoadedModel.load(natives(), Map.of(), file(), "starter", config, HostProbe.read(), Progress.NONE);
    }

    /** Loaded once for all tests that need no sizes of their own. */
    static synchronized LoadedModel shared() {
        LoadedModel model = loaded;
        if (model == null) {
            model = load(config(8, 0));
            loaded = model;
        }
        return model;
    }

    /** As {@link #shared}, but its requests take their cells from one pool. */
    static synchronized LoadedModel pooled() {
        LoadedModel model = pooled;
        if (model == null) {
            model = load(config(8, 8192));
            pooled = model;
        }
        return model;
    }

    /** As {@link #shared} or {@link #pooled}, but every guess is checked. */
    static synchronized LoadedModel speculating(int cells) {
        return SPECULATING.computeIfAbsent(cells, c -> load(config(8, 2048, c, 4096, Speculation.ALWAYS)));
    }

    static Engine engine(LoadedModel model) {
        return engine(model, new Metrics());
    }

    static Engine engine(LoadedModel model, Metrics metrics) {
        return engine(model, metrics, new Intake(4096, Long.MAX_VALUE));
    }

    static Engine engine(LoadedModel model, Metrics metrics, Intake intake) {
        Engine engine = new Engine(
                model::newContext, model.vocab(), model.schedulerOptions(), new EngineMetrics(metrics), intake, () -> {
                    throw new AssertionError("the engine lost its context");
                });
        engine.start().awaitContext();
        return engine;
    }

    /** Greedy, to the last token allowed. */
    static GenerationRequest ignoringEnd(int[] prompt, int tokens, Claims claims) {
        return new GenerationRequest(
                prompt.clone(),
                tokens,
                SamplingParameters.GREEDY,
                SamplerState.start(0, 0),
                List.of(),
                true,
                AnswerShape.free(OutputStart.PLAIN),
                null,
                claims);
    }

    /** Greedy tokens of a plain loop over the binding, up to an end token. */
    static synchronized List<Integer> plainLoop(int[] prompt, int count) {
        PlainLoop loop = plain;
        if (loop == null) {
            loop = new PlainLoop(file(), KvType.F16);
            plain = loop;
        }
        List<Integer> tokens = new ArrayList<>();
        for (int token : loop.answer(prompt, count)) {
            tokens.add(token);
            if (shared().vocab().isEndOfGeneration(token)) {
                break;
            }
        }
        return tokens;
    }

    /** Cases of a check that could go on for ever: the profile heavy takes more. */
    static int cases(int usual, int heavy) {
        return Boolean.getBoolean("unbusy.test.heavy") ? heavy : usual;
    }

    /** Waits for what another thread will do, without sleeping; the test's own timeout bounds it. */
    static void await(BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNanos) {
                throw new AssertionError("did not happen within a minute");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    static boolean isIdle(Engine engine) {
        EngineStatus status = engine.status();
        return status.running() == 0 && status.waiting() == 0 && status.cellsFree() == status.cellsTotal();
    }

    /** A worker on a free port of the loopback interface. */
    static Worker worker(String id, Path file, WorkerConfig config) {
        return worker(id, file, config, Duration.ofMinutes(1));
    }

    /** @param wedgedAfter how long its step counter may stand still while work waits */
    static Worker worker(String id, Path file, WorkerConfig config, Duration wedgedAfter) {
        return Worker.start(
                new Worker.Options(
                        id,
                        "starter",
                        file,
                        natives(),
                        Map.of(),
                        "127.0.0.1",
                        0,
                        config,
                        wedgedAfter,
                        Duration.ofMinutes(5),
                        HostProbe.read(),
                        "test"),
                Progress.NONE,
                () -> {
                    throw new AssertionError("the engine lost its context");
                });
    }
}
