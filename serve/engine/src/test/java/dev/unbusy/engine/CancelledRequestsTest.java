package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import dev.unbusy.sampling.TokenLogprobs;
import dev.unbusy.scheduler.Claim;
import dev.unbusy.scheduler.Speculation;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A thousand requests taken back at every stage of their life leave nothing behind. */
class CancelledRequestsTest {
    private static final long SEED = 20261124;
    private static final int REQUESTS = 1_000;
    private static final int WARM_UP = 150;
    private static final long HEAP_BOUND = 3L << 20;
    /** JIT compilers' arenas and the heap's own growth are in it; 100 KB left by each request would not be. */
    private static final long NATIVE_BOUND = 96L << 20;

    /** When a request is taken back. */
    private enum Stage {
        /** As soon as it is submitted. */
        WAITING,
        /** While a step computes its prompt. */
        PREFILL,
        /** After its first tokens, by another thread. */
        DECODE,
        /** After its first tokens, while guesses are checked. */
        SPECULATION,
        /** After its first tokens, by its own listener, inside the sampling of a step. */
        GRAMMAR
    }

    private final Random random = new Random(SEED);
    private final List<WeakReference<Ear>> ears = new ArrayList<>();
    private final Map<Stage, AtomicInteger> fired = new EnumMap<>(Stage.class);
    private final LoadedModel model = RealModel.load(new WorkerConfig(
            8,
            1024,
            0,
            KvLayoutChoice.SPLIT,
            8,
            1,
            512,
            250,
            Speculation.ALWAYS,
            dev.unbusy.llama.KvType.F16,
            0,
            4096,
            5,
            10));
    private final MaskStore masks = new MaskStore(model.vocab());
    private final Grammar grammar = new GrammarMaker(OutputStart.PLAIN, List.of())
            .json(Map.of(
                    "type", "object",
                    "properties",
                            Map.of("a", Map.of("type", "array", "items", Map.of("type", "integer"), "minItems", 60)),
                    "required", List.of("a")));
    private final int[] repeating =
            model.vocab().tokenize("red green blue. ".repeat(4).strip(), true, false);
    private final int[] plain = model.vocab().tokenize("Here is a list of things", true, false);

    @Test
    void thousandRequestsCancelledAtRandomStages_leaveNoCellNoThreadAndNoMemory() throws Exception {
        masks.prepare();
        Metrics metrics = new Metrics();
        AtomicInteger lost = new AtomicInteger();
        Intake intake = new Intake(4096, Long.MAX_VALUE);
        try (model;
                Engine engine = new Engine(
                        model::newContext,
                        model.vocab(),
                        model.schedulerOptions(),
                        new EngineMetrics(metrics),
                        intake,
                        lost::incrementAndGet)) {
            engine.start().awaitContext();
            cancelAll(engine, WARM_UP);
            Set<String> threads = threads();
            long heap = heapAfterCollection();
            long resident = nativeBytes();
            fired.clear();

            cancelAll(engine, REQUESTS);

            assertThat(fired.keySet()).as("seed %d", SEED).containsExactlyInAnyOrder(Stage.values());
            assertThat(fired.values()).as("each stage %s", fired).allMatch(count -> count.get() > 60);
            EngineStatus status = engine.status();
            assertThat(status.cellsFree()).isEqualTo(status.cellsTotal());
            assertThat(intake.answers()).isZero();
            assertThat(intake.grammarBytes()).isZero();
            assertThat(engine.waiting()).isZero();
            engine.checkIntegrity().join();
            long heapLeft = heapAfterCollection() - heap;
            assertThat(liveEars()).isZero();
            assertThat(instances("dev.unbusy.engine.Generation")).isZero();
            assertThat(instances("dev.unbusy.scheduler.PromptLookupDrafter")).isZero();
            assertThat(instances("dev.unbusy.grammar.Matcher")).isZero();
            // Not equal: the JDK ends threads of its common pool when they have been idle for a while.
            assertThat(threads()).isNotEmpty().isSubsetOf(threads);
            assertThat(heapLeft).isLessThan(HEAP_BOUND);
            assertThat(nativeBytes() - resident).isLessThan(NATIVE_BOUND);
            assertThat(lost).hasValue(0);
        }
    }

    /** In flocks of twenty, so that there are always some that wait; a flock is over before the next begins. */
    private void cancelAll(Engine engine, int requests) {
        for (int done = 0; done < requests; done += 20) {
            List<Ear> flock = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                // Half of them at once: those cost no step.
                Stage[] stages = Stage.values();
                flock.add(submit(
                        engine, stages[Math.max(0, random.nextInt(2 * stages.length - 2) - stages.length + 2)]));
            }
            RealModel.await(() -> {
                flock.forEach(Ear::cancelIfDue);
                return flock.stream().allMatch(ear -> ear.cancelled || ear.over) && RealModel.isIdle(engine);
            });
            assertThat(flock).as("answers that ended by themselves").noneMatch(ear -> ear.over);
        }
    }

    private Ear submit(Engine engine, Stage stage) {
        Ear ear = new Ear(stage, 1 + random.nextInt(2));
        ears.add(new WeakReference<>(ear));
        int[] prompt = switch (stage) {
            case PREFILL -> random.ints(200, 1_000, 40_000).toArray();
            case SPECULATION -> repeating.clone();
            default -> with(plain, 1_000 + random.nextInt(40));
        };
        boolean shaped = stage == Stage.GRAMMAR;
        long steps = engine.status().steps();
        ear.handle = Objects.requireNonNull(engine.submit(
                List.of(new GenerationRequest(
                        prompt,
                        400,
                        random.nextBoolean() ? SamplingParameters.GREEDY : SamplingParameters.ofTemperature(1),
                        SamplerState.start(random.nextLong(), 0),
                        random.nextBoolean() ? List.of() : List.of("never said"),
                        !shaped,
                        shaped
                                ? new AnswerShape(OutputStart.PLAIN, null, List.of(), Set.of(), grammar)
                                : AnswerShape.free(OutputStart.PLAIN),
                        shaped ? masks : null,
                        random.nextInt(4) == 0 ? new Claims(Claim.PLAIN, "scope-" + random.nextInt(3)) : Claims.NONE)),
                List.of(ear)));
        if (stage == Stage.WAITING) {
            ear.cancel();
        } else if (stage == Stage.PREFILL) {
            RealModel.await(
                    () -> engine.status().steps() > steps || engine.step().runningMs() > 0);
            ear.cancel();
        }
        return ear;
    }

    private static int[] with(int[] prompt, int token) {
        int[] longer = Arrays.copyOf(prompt, prompt.length + 1);
        longer[prompt.length] = token;
        return longer;
    }

    private final class Ear implements GenerationListener {
        private final Stage stage;
        private final int cancelAt;
        // volatile: written by the test's and the engine's thread, read by the other.
        private volatile int tokens;
        private volatile boolean cancelled;
        private volatile boolean over;
        private volatile Engine.@Nullable Handle handle;

        private Ear(Stage stage, int cancelAt) {
            this.stage = stage;
            this.cancelAt = cancelAt;
        }

        private void cancelIfDue() {
            if ((stage == Stage.DECODE || stage == Stage.SPECULATION) && tokens >= cancelAt) {
                cancel();
            }
        }

        private void cancel() {
            Engine.Handle mine = handle;
            if (mine != null && !cancelled) {
                fired.computeIfAbsent(stage, any -> new AtomicInteger()).incrementAndGet();
                handle = null;
                mine.cancel(CancelReason.CLIENT_GONE);
                cancelled = true;
            }
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // by the engine's thread alone
        public void token(
                int token,
                List<OutputSplitter.Piece> pieces,
                @Nullable TokenLogprobs logprobs,
                boolean insideReasoning) {
            tokens++;
            if (stage == Stage.GRAMMAR && tokens >= cancelAt) {
                cancel(); // with a later token if the test has not got the handle yet
            }
        }

        @Override
        public void begun(int cachedTokens) {}

        @Override
        public void flush() {}

        @Override
        public void ended(List<OutputSplitter.Piece> pieces, AnswerEnd end, GenerationUsage usage) {
            over = true;
        }

        @Override
        public void failed(Throwable cause) {
            over = true;
        }
    }

    private long liveEars() {
        return ears.stream().filter(ear -> ear.get() != null).count();
    }

    private static long heapAfterCollection() {
        System.gc();
        System.gc(); // the first may only find what the second frees
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Live instances of a class, after a collection. */
    private static long instances(String className) throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        assertThat(histogram).contains(" java.lang.String");
        return histogram
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length >= 4 && fields[3].equals(className))
                .mapToLong(fields -> Long.parseLong(fields[1]))
                .sum();
    }

    /** Threads of the process by id and name, without those that the JVM starts and ends as it likes. */
    private static Set<String> threads() throws IOException {
        Path tasks = Path.of("/proc/self/task");
        Set<String> threads = new TreeSet<>();
        if (!Files.isDirectory(tasks)) {
            Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.threadId() + thread.getName()));
            return threads;
        }
        try (Stream<Path> all = Files.list(tasks)) {
            for (Path task : all.toList()) {
                String name = Files.readString(task.resolve("comm")).strip();
                if (!name.matches("C[12] Compiler.*|GC Thread.*|G1 .*")) {
                    threads.add(task.getFileName() + " " + name);
                }
            }
        }
        return threads;
    }

    /** Resident memory outside the Java heap; 0 where the system does not say. */
    private static long nativeBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("RssAnon:")) {
                long resident = Long.parseLong(line.replaceAll("\\D", "")) << 10;
                return resident
                        - ManagementFactory.getMemoryMXBean()
                                .getHeapMemoryUsage()
                                .getCommitted();
            }
        }
        throw new AssertionError("no RssAnon in " + status);
    }
}
